#include "fuzz/device_steps.h"

#include "fuzz/small_steps.h"

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

}  // namespace assay::fuzz
