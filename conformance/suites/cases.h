// The catalogue of conformance cases.
#pragma once

#include <span>

#include "conformance/engine/case.h"

namespace assay::cases {

// Every case: those against a responder, then those against a requester, in the order in which they run.
std::span<const engine::Case> all_cases();

}  // namespace assay::cases
