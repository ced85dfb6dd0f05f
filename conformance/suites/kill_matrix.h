// The proof that the suite has teeth: the reference is spoiled in one place after the other, and some case
// must notice. Each check of messages and of frames is waived in turn, and each defect of the protocol's
// logic, of its state or of the transport is planted in turn. Defects of input validation show to a
// sanitizer, not on the wire: the fuzzers find them.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "conformance/engine/runner.h"
#include "stack/spdm/check.h"

namespace assay::cases {

struct Kill {
    std::string_view name;         // of the check or the defect
    bool defect = false;           // planted, or else a check that is waived
    std::string_view requirement;  // that the check enforces
    std::string by;                // "case at version (kind of reference)"; empty: nothing noticed
    std::string excuse;            // why nothing can, if that is known
    bool survived() const { return by.empty() && excuse.empty(); }
};

// The control: each kind of reference that the matrix uses, as it is when nothing is spoiled. Empty, or what
// a case has found fault with.
std::vector<std::string> kill_matrix_control();

// How many rows the matrix has.
size_t kill_matrix_size();

// One row a check, in the order of the table, and then one a defect. `progress` is called after each. Empty
// in a build without the harness option, which cannot be spoiled.
std::vector<Kill> kill_matrix(const std::function<void(const Kill&)>& progress = {});

// The rows as a table, with a line of totals for each half.
std::string to_text(const std::vector<Kill>& kills);

}  // namespace assay::cases
