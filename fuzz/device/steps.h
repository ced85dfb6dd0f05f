// Programs of a machine's life. Their form, and so their mutation, is that of fuzz/transfer/steps.h; what a
// step does is here.
#pragma once

#include <string_view>

#include "fuzz/transfer/steps.h"

namespace assay::fuzz {

// The first ones are the guest's and its owner's, the others an attacker's who controls everything around
// them.
enum class DeviceKind : uint8_t {
    power_on,
    reset,
    request_mode,  // a: which
    convert,       // a: to which, without a reset
    attach,        // a new guest; a: the mode that it wants
    attest,
    put,        // a, b: address; c: bytes
    load_code,  // likewise
    get,        // likewise
    launch,     // a: where the program lies, b: where its output goes, c: bytes
    rotate,
    beat,       // a heartbeat period passes, at both ends
    pass_time,  // so many seconds (a), at the GPU
    shut_down,
    stall,  // a: whether the bus stands still

    tamper,        // a, b: where in the shared memory, before the next submission is executed; c: which bits
    edit_message,  // a: which byte of the next message, b: which bits
    resubmit,      // a: which of the submissions so far
    bar,           // a: reads, writes or a peer's read; b: where
    management,    // a: reads, writes, asks for the load or puts firmware in place; b: where
    counters,
    tenant,     // a: reads, or looks at the cache; b: where
    registers,  // a: what the guest reads instead
    judge,      // the next evidence is judged for another nonce
};
inline constexpr uint8_t kDeviceKinds = 24;
static_assert(kDeviceKinds <= kTransferKinds);
std::string_view name(DeviceKind kind);

struct DeviceStep {
    DeviceKind kind = DeviceKind::power_on;
    uint8_t a = 0, b = 0, c = 0;
};
// One more of these costs a handshake with real signatures.
inline constexpr size_t kMaxAttaches = 6;

std::vector<DeviceStep> parse_device_program(ByteView input);
Bytes to_input(const std::vector<DeviceStep>& steps);

}  // namespace assay::fuzz
