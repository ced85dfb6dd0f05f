// What the GPU and its driver refuse besides the attacks of the table: one thing each, and the check by
// which.
#pragma once

#include <span>
#include <string>

#include "stack/guest/machine.h"

namespace assay::cases::threats {

struct Refusal {
    std::string_view what;   // for reports
    std::string_view check;  // that is expected to refuse
    // The name of the check that refused; "done" when none did.
    std::string (*attempt)(const guest::MachineFaultConfig& faults);
};

std::span<const Refusal> refusals();

}  // namespace assay::cases::threats
