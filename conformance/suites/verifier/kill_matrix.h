// The proof that the bundles notice faults: each check of our verifier is waived and each defect planted in
// turn, and some bundle must then have another verdict.
#pragma once

#include "conformance/engine/kill_matrix.h"
#include "conformance/suites/verifier/suite.h"

namespace assay::cases::verifier {

// One row a check, in the order of the table, and then one a defect.
engine::KillMatrix verifier_kill_matrix();

// Errors: Errc::bad_text when there is no check or defect of that name, or this build has no faults to plant.
Result<attest::FaultConfig> sabotaged(const std::vector<std::string>& waive,
                                      const std::vector<std::string>& defects);

}  // namespace assay::cases::verifier
