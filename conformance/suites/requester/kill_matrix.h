// The proof that the cases notice a faulty requester: each check of the built-in one is waived in turn.
#pragma once

#include <string>
#include <vector>

#include "conformance/engine/faults.h"
#include "conformance/engine/kill_matrix.h"
#include "stack/spdm/check.h"

namespace assay::cases::requester {

// The built-in requester as it is. Empty, or what a case has found fault with.
std::vector<std::string> kill_matrix_control();
// Every check of the requester.
engine::Faults<spdm::FaultConfig> requester_faults();
engine::KillMatrix kill_matrix();

}  // namespace assay::cases::requester
