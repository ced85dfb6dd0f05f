// Genuine machines, in the shapes that there are.
#pragma once

#include <span>
#include <string_view>

#include "stack/evidence/machine.h"

namespace assay::evidence {

struct Shape {
    std::string_view name;
    std::string_view what;  // for reports
    MachineOptions options;
};
std::span<const Shape> shapes();

// Errors: Errc::bad_text for a name that no shape has.
Result<Machine> genuine(std::string_view shape, uint64_t seed = 1);

// What the shapes run.
const Firmware& hopper_firmware();
const Firmware& older_firmware();  // of the same device

}  // namespace assay::evidence
