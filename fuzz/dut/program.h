// One program on one device: what each exchange came to.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "fuzz/common/coverage.h"
#include "fuzz/common/mutate.h"
#include "fuzz/dut/device.h"

namespace assay::fuzz {

struct ExchangeOutcome {
    size_t step = 0;  // of the program, from 0
    lab::Exchange exchange{};
    wire::Version version{};               // negotiated before it
    spdm::ConnectionState state{};         // likewise
    wire::SessionScope scope{};            // where the request went
    std::optional<spdm::Check> refusal{};  // of the reference, where it is one
    bool repeats = false;                  // of the connection's earlier requests, byte for byte
};

struct DeviceTrace {
    std::vector<ExchangeOutcome> exchanges;
    std::optional<BrokenInvariant> violation;  // the run ends with it
    std::optional<Error> gone;                 // likewise: the device cannot be reached any more
    std::set<uint64_t> features;               // (state, message, outcome, fields of the answer)
};

// Byte 0 of an input: even, what follows is a program of messages; odd, one of sessions with its prefix.
inline constexpr size_t kDeviceProgramPrefix = 1;
inline constexpr uint8_t kMessages = 0, kSessions = 1;

// Runs it after a reset. The same input on the same device gives the same requests, as far as the device's
// answers are the same. `reference`: `dut`, where it is the built-in one; why it refused is then noted.
DeviceTrace run_on_device(DeviceUnderTest& device, lab::Dut& dut, ByteView input,
                          lab::ReferenceDut* reference = nullptr);

// How many steps an input has, and the input without some of them.
size_t step_count(ByteView input);
Bytes without_steps(ByteView input, size_t from, size_t count);

extern const Mutator kDeviceProgramMutator;

}  // namespace assay::fuzz
