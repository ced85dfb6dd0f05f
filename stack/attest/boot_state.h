// How a platform booted, as far as its event log says. A log is only as good as the registers that were
// quoted: each question names the bank in which its register was, and looks at the digests of no other bank.
#pragma once

#include <optional>
#include <string>
#include <vector>

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

// The separator between what the firmware measured and what came after it (section 3.3.2): each of registers
// 0 to 7 has exactly one, of four zeros or four 0xff. After it nothing is measured into 0 to 3 and 6, and no
// more of the configuration of secure boot into 7: else what booted could say that it had been booted
// otherwise. An event whose digest is that of a separator counts as one, whatever its type, which no register
// vouches for.
std::optional<LogFault> separator_fault(const EventLog& log, Bank bank, uint32_t index);

// Whether secure boot was on: the variable SecureBoot, measured into register 7 before its separator, once,
// with the digest of what is written there.
struct SecureBoot {
    bool on = false;
    std::optional<size_t> offset{};  // of the event
    std::string reason;              // when not on
};
SecureBoot secure_boot(const EventLog& log, Bank bank);

// What was started as a boot loader: EV_EFI_BOOT_SERVICES_APPLICATION in register 4, and every other event
// there whose digest does not follow from its data, for it could be one under another name.
std::vector<const LogEvent*> boot_loaders(const EventLog& log, Bank bank);

// What EV_S_CRTM_VERSION says, characters outside of ASCII as '?'; empty when there is none that is UTF-16.
std::string firmware_version(const EventLog& log);

}  // namespace assay::attest
