// The proof that the cases of the encrypted path notice faults: each check of stack/transfer is waived in
// turn at both ends, and each defect of its table planted; some case must then come to something else.
#pragma once

#include <string>
#include <vector>

#include "conformance/engine/faults.h"
#include "conformance/engine/kill_matrix.h"
#include "stack/transfer/check.h"

namespace assay::cases::path {

// What a sound reference is found fault with; empty, or the matrix says nothing.
std::vector<std::string> path_kill_matrix_control();

// Every check and defect of the path.
engine::Faults<transfer::FaultConfig> path_faults();

// One row a check, in the order of the table, and then one a defect.
engine::KillMatrix path_kill_matrix();

}  // namespace assay::cases::path
