// The same program on a device and on the reference with the same claims: where the two part.
#pragma once

#include <optional>
#include <string>

#include "fuzz/dut/program.h"

namespace assay::fuzz {

enum class FindingKind : uint8_t {
    rule,     // an oracle: what no device may do
    accepts,  // answers what the reference refuses by a check that enforces a "must"
    gone,     // the device could not be reached after the program
    differs,  // refuses what the reference answers, answers otherwise, or accepts by a rule that leaves room:
              // to be looked at, no failure
};
std::string_view name(FindingKind kind);

struct DeviceFinding {
    FindingKind kind = FindingKind::rule;
    std::string key;          // what makes two findings the same
    std::string title;        // one line
    std::string requirement;  // "SPDM-CRT-004", where there is one
    std::string detail;       // lines: both messages, the clause
    size_t step = 0;          // of the program, from 0
};

// What a run on the device showed by itself.
std::optional<DeviceFinding> judge(const DeviceTrace& device);
// The first difference to the reference's run of the same program. A device may put off, repeat what it
// answered before, and have other algorithms, slots, indices, vendors and room for sessions: none of these is
// a difference.
std::optional<DeviceFinding> compare(const DeviceTrace& device, const DeviceTrace& reference);

}  // namespace assay::fuzz
