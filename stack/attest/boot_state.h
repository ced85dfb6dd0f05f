// How a platform booted, as far as its event log says. A log is only as good as the registers that were
// quoted: each question names the bank in which its register was, and looks at the digests of no other bank.
// `switches` has the defects that are planted.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "stack/attest/check.h"
#include "stack/attest/event_log.h"

namespace assay::attest {

// Registers by what they are for (TCG PC Client Platform Firmware Profile 1.05, table 1).
inline constexpr uint32_t kFirmwareRegister = 0;
inline constexpr uint32_t kLoaderRegister = 4;
inline constexpr uint32_t kSecureBootRegister = 7;
inline constexpr uint32_t kSeparatorRegisters = 8;  // 0 to 7 have separators

// Where something in a log is not as it should be.
struct LogFault {
    size_t offset = 0;  // of the event, or the end of the log
    std::string reason;
};

// The separator between what the firmware measured and what came after it (section 3.3.2): in each of those
// of registers 0 to 7 that are asked about, exactly one EV_SEPARATOR, of four zeros or four 0xff and never of
// an error. Firmware that separates registers 0 to 6 does so in all of them; some (of clouds, before 2021)
// knows of that of register 7 only, and nothing here is read off by its place in another.
//
// After it no firmware is measured into 0, no boot loader into 0 to 3 and 6, and no more of the configuration
// of secure boot into 7. Boot variables, tables and drivers may follow in 1 to 3: real firmware measures them
// when the choice of what to boot is made.
//
// The register's value does not authenticate the type of an event, but it does authenticate its digest. In
// registers 4 and 7, in which nothing else is four bytes long, an event whose digest is that of a separator
// is one, whatever its type: else booted software could move the separator, and claim to have been booted
// differently. Elsewhere a record of the firmware, or a BootOrder, may well be four zeros, or 1.
std::optional<LogFault> separator_fault(const EventLog& log, const std::set<Register>& registers,
                                        const FaultConfig& switches = {});

// Whether secure boot was on: the variable SecureBoot, measured into register 7 before its separator, once,
// with the digest of what is written there.
struct SecureBoot {
    bool on = false;
    std::optional<size_t> offset{};  // of the event
    std::string reason;              // when not on
};
SecureBoot secure_boot(const EventLog& log, Bank bank);

// What was started as a boot loader: EV_EFI_BOOT_SERVICES_APPLICATION in register 4, and every other event
// there, for it could be one under another name: all but separators and actions, whose digest is that of
// their data, which for an action is text and so no program.
std::vector<const LogEvent*> boot_loaders(const EventLog& log, Bank bank, const FaultConfig& switches = {});

// What EV_S_CRTM_VERSION says, characters outside of ASCII as '?'; empty when there is none that is UTF-16,
// or none that was measured before the separator as it is written.
std::string firmware_version(const EventLog& log, Bank bank);

}  // namespace assay::attest
