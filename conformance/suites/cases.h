// The catalogue of conformance cases for responders.
#pragma once

#include <span>

#include "conformance/engine/case.h"
#include "conformance/engine/suite.h"

namespace assay::cases {

// Every case, in the order in which they run.
std::span<const engine::Case> all_cases();

// The role: a responder under test.
engine::Suite responder_suite();

}  // namespace assay::cases
