// Genuine machines, in the shapes that there are.
#pragma once

#include <span>
#include <string_view>

#include "conformance/lab/evidence/machine.h"

namespace assay::cases::verifier {

struct Shape {
    std::string_view name;
    std::string_view what;  // in words
    lab::evidence::MachineOptions options;
};
std::span<const Shape> shapes();

// Errors: Errc::bad_text for a name that no shape has.
Result<lab::evidence::Machine> genuine(std::string_view shape, uint64_t seed = 1);

// What the shapes run.
const lab::evidence::Firmware& hopper_firmware();
const lab::evidence::Firmware& older_firmware();  // of the same device

}  // namespace assay::cases::verifier
