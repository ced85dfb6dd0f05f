#include "fuzz/device/steps.h"

#include <array>

#include "fuzz/common/small_steps.h"

namespace assay::fuzz {

std::vector<DeviceStep> parse_device_program(ByteView input) {
    std::vector<DeviceStep> steps;
    for (const TransferStep& step : parse_transfer_program(input)) {
        const auto kind = static_cast<DeviceKind>(static_cast<uint8_t>(step.kind) % kDeviceKinds);
        steps.push_back({kind, step.a, step.b, step.c});
    }
    return steps;
}

Bytes to_input(const std::vector<DeviceStep>& steps) {
    return SmallSteps<DeviceStep, kDeviceKinds, kMaxTransferSteps>::to_input(steps);
}

std::string_view name(DeviceKind kind) {
    static constexpr auto kNames = std::to_array<std::string_view>(
        {"power_on",  "reset",      "request_mode", "convert", "attach",       "attest",
         "put",       "load_code",  "get",          "launch",  "rotate",       "beat",
         "pass_time", "shut_down",  "stall",        "tamper",  "edit_message", "resubmit",
         "bar",       "management", "counters",     "tenant",  "registers",    "judge"});
    static_assert(kNames.size() == kDeviceKinds);
    return kNames[static_cast<size_t>(kind)];
}

}  // namespace assay::fuzz
