// The catalogue of the encrypted path: every case, and a run of them against a target.
#pragma once

#include <span>

#include "conformance/engine/runner.h"
#include "conformance/engine/suite.h"
#include "conformance/suites/transfer/case_context.h"

namespace assay::cases::path {

std::span<const PathCase> path_cases();
// The role.
engine::Suite suite();

// Runs the cases that options.selection selects, in their order; versions do not matter. A verdict and a
// waiver of the profile weigh as in a run against a responder.
engine::RunReport run(const lab::PathTarget& target, const engine::Requirements& requirements,
                      const engine::RunOptions& options, const engine::RunControl& control = {});

}  // namespace assay::cases::path
