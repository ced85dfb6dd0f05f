// The boot event log of a platform: what was measured into which register. TCG PC Client Platform Firmware
// Profile 1.05, section 10 (crypto-agile form), and the older form that has SHA-1 only.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "stack/attest/pcr.h"
#include "stack/base/bytes.h"
#include "stack/evidence/event_log.h"

namespace assay::attest {

namespace event_type = evidence::event_type;

// "EV_SEPARATOR"; the number in hexadecimal for a type without a name.
std::string event_name(uint32_t type);

struct LogEvent {
    size_t offset = 0;   // in the log, bytes
    uint32_t index = 0;  // of the register; below kRegisterCount unless the type is EV_NO_ACTION
    uint32_t type = 0;
    std::map<Bank, Bytes> digests;  // of the banks that are known
    ByteView data;                  // of the bytes that were parsed, which must outlive it
};

struct EventLog {
    std::vector<Bank> banks;  // that events have digests for
    size_t size = 0;          // of the log, bytes
    uint8_t startup_locality = 0;
    std::vector<LogEvent> events;  // without the header

    bool has(Bank bank) const;
};

inline constexpr size_t kMaxEventLog = size_t{8} << 20;  // bytes
inline constexpr size_t kMaxEvents = 16384;

// Reads a log that fills `bytes` exactly. Each event has one digest of each algorithm that the header lists;
// of some machines, whose header lists algorithms that their firmware does not compute, at least one. Where
// an event has no digest of a bank, that bank's register is not extended by it. Errors: Errc::truncated,
// Errc::trailing, Errc::out_of_range, Errc::inconsistent.
Result<EventLog> parse_event_log(ByteView bytes);

}  // namespace assay::attest
