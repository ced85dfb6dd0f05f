// What was measured after the firmware, by a kernel or by user space, as a Canonical Event Log (TCG Canonical
// Event Log Format 1.0): its TLV form, its JSON form, and the sequence of JSON records (RFC 7464, or one a
// line) that systemd keeps.
#pragma once

#include <map>
#include <vector>

#include "stack/attest/check.h"
#include "stack/attest/pcr.h"

namespace assay::attest {

// One record about a register. Its content is not read: nothing is made of it.
struct CanonicalRecord {
    uint32_t index = 0;             // of the register, below kRegisterCount
    std::map<Bank, Bytes> digests;  // of the banks that are known, each of its bank's size
};

inline constexpr size_t kMaxCanonicalLog = size_t{8} << 20;  // bytes
inline constexpr size_t kMaxCanonicalRecords = 65536;

// Reads a log that fills `bytes` exactly; empty is a log of nothing. Left out are records about NV indexes,
// about the log itself, and those whose content is an event of the firmware's log (PCCLIENT_STD), which stand
// there. A digest of zeros in a record of IMA is a violation, for which IMA extends with ones. Errors:
// Errc::truncated, Errc::out_of_range, Errc::inconsistent, Errc::bad_text.
// `switches` has the defects that are planted.
Result<std::vector<CanonicalRecord>> parse_canonical_log(ByteView bytes, const FaultConfig& switches = {});

// Extends what `values` has with each record, in order.
void extend(Registers& values, const std::vector<CanonicalRecord>& records);

}  // namespace assay::attest
