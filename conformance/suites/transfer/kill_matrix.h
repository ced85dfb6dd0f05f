// The proof that the cases of the encrypted path notice faults: each check of stack/transfer is waived in
// turn at both ends, and each defect of its table planted; some case must then come to something else.
#pragma once

#include <string>
#include <vector>

#include "conformance/engine/kill_matrix.h"

namespace assay::cases::path {

// What a sound reference is found fault with; empty, or the matrix says nothing.
std::vector<std::string> path_kill_matrix_control();

// One row a check, in the order of the table, and then one a defect.
engine::KillMatrix path_kill_matrix();

}  // namespace assay::cases::path
