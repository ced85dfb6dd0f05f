// The proof that the suite notices faults: the reference is made faulty in one place after the other, and
// some case must notice. Each check of messages and of frames is waived in turn, and each defect of the
// protocol's logic, of its state or of the transport is planted in turn. Defects of input validation show to
// a sanitizer, not on the wire: the fuzzers find them.
#pragma once

#include <string>
#include <vector>

#include "conformance/engine/kill_matrix.h"

namespace assay::cases {

// The control: each kind of reference that the matrix uses, as it is when nothing is made faulty. Empty, or
// what a case has found fault with.
std::vector<std::string> kill_matrix_control();

// One row a check, in the order of the tables, and then one a defect.
engine::KillMatrix kill_matrix();

}  // namespace assay::cases
