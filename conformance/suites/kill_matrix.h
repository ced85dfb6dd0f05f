// The proof that the suite notices faults: the reference is made faulty in one place after the other, and
// some case must notice. Each check of messages and of frames is waived in turn, and each defect of the
// protocol's logic, of its state or of the transport is planted in turn. Defects of input validation show to
// a sanitizer, not on the wire: the fuzzers find them.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "conformance/engine/kill_matrix.h"

namespace assay::cases {

// The control: what noticed a fault, on the same kind of reference as it is when nothing is made faulty.
// Empty, or what found fault with that too.
std::vector<std::string> kill_matrix_control(std::span<const engine::Kill> kills);

// How long a row that is excused is searched for.
enum class Search : uint8_t {
    briefly,  // the cases that judge its requirement, and the sane exchange
    wholly,   // every case on every kind of reference
};

// One row a check, in the order of the tables, and then one a defect.
engine::KillMatrix kill_matrix(Search excused);

}  // namespace assay::cases
