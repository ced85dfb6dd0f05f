// The boot event log of a platform: what was measured into which register. TCG PC Client Platform Firmware
// Profile 1.05, section 10 (crypto-agile form), and the older form that has SHA-1 only.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "stack/attest/pcr.h"
#include "stack/base/bytes.h"

namespace assay::attest {

// Types of events that mean something here; a log may have any other.
namespace event {
inline constexpr uint32_t kNoAction = 0x00000003;
inline constexpr uint32_t kSeparator = 0x00000004;
inline constexpr uint32_t kAction = 0x00000005;
inline constexpr uint32_t kCrtmContents = 0x00000007;
inline constexpr uint32_t kCrtmVersion = 0x00000008;
inline constexpr uint32_t kIpl = 0x0000000d;
inline constexpr uint32_t kIplPartitionData = 0x0000000e;
inline constexpr uint32_t kOmitBootDeviceEvents = 0x00000012;
inline constexpr uint32_t kVariableDriverConfig = 0x80000001;
inline constexpr uint32_t kVariableBoot = 0x80000002;
inline constexpr uint32_t kBootServicesApplication = 0x80000003;
inline constexpr uint32_t kGpt = 0x80000006;
inline constexpr uint32_t kEfiAction = 0x80000007;
inline constexpr uint32_t kFirmwareBlob = 0x80000008;
inline constexpr uint32_t kFirmwareBlob2 = 0x8000000a;
inline constexpr uint32_t kVariableBoot2 = 0x8000000c;
inline constexpr uint32_t kHcrtm = 0x80000010;
inline constexpr uint32_t kVariableAuthority = 0x800000e0;
}  // namespace event

// "EV_SEPARATOR"; the number in hexadecimal for a type without a name.
std::string event_name(uint32_t type);

struct LogEvent {
    size_t offset = 0;   // in the log, bytes
    uint32_t index = 0;  // of the register; below kRegisterCount unless the type is EV_NO_ACTION
    uint32_t type = 0;
    std::map<Bank, ByteView> digests;  // of the banks that are known
    ByteView data;
};

// Views of the bytes that were parsed, which must outlive it.
struct EventLog {
    std::vector<Bank> banks;  // that events have digests for
    size_t size = 0;          // of the log, bytes
    uint8_t startup_locality = 0;
    std::vector<LogEvent> events;  // without the header

    bool has(Bank bank) const;
};

inline constexpr size_t kMaxEventLog = size_t{8} << 20;  // bytes
inline constexpr size_t kMaxEvents = 16384;
inline constexpr size_t kMaxLogBanks = 16;

// Reads a log that fills `bytes` exactly. Each event has one digest of each algorithm that the header lists;
// of some machines, whose header lists algorithms that their firmware does not compute, at least one. Where
// an event has no digest of a bank, that bank's register is not extended by it. Errors: Errc::truncated,
// Errc::trailing, Errc::out_of_range, Errc::inconsistent, Errc::unsupported for a header of another form.
Result<EventLog> parse_event_log(ByteView bytes);

}  // namespace assay::attest
