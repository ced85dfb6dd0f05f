// The proof that the cases of the encrypted path have teeth: each check of stack/transfer is waived in turn
// at both ends, and each defect of its table planted; some case must then come to something else.
#pragma once

#include "conformance/suites/kill_matrix.h"

namespace assay::cases::path {

// What a sound reference is found fault with; empty, or the matrix says nothing.
std::vector<std::string> path_kill_matrix_control();

// One row a check, in the order of the table, and then one a defect. An excuse stands only where no case
// notices. `progress` is called after each. Empty in a build without the harness option.
std::vector<Kill> path_kill_matrix(const std::function<void(const Kill&)>& progress = {});

// How many excuses there are: each has to be needed.
size_t path_kill_matrix_excuses();

}  // namespace assay::cases::path
