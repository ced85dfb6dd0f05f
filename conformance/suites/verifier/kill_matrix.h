// The proof that the bundles notice faults: each check of our verifier is waived and each defect planted in
// turn, and some bundle must then have another verdict.
#pragma once

#include "conformance/engine/faults.h"
#include "conformance/engine/kill_matrix.h"
#include "conformance/suites/verifier/suite.h"

namespace assay::cases::verifier {

// One row a check, in the order of the table, and then one a defect.
engine::KillMatrix verifier_kill_matrix();

// Every check and defect of our verifier.
engine::Faults<attest::FaultConfig> verifier_faults();

}  // namespace assay::cases::verifier
