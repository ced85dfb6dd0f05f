// The catalogue of conformance cases.
#pragma once

#include <span>

#include "conformance/engine/case.h"

namespace assay::cases {

// Cases against a responder, in the order in which they run.
std::span<const engine::Case> responder_cases();

}  // namespace assay::cases
