// The proof that the suite has teeth: each check of the reference is waived in turn, and some case must
// notice.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "conformance/engine/runner.h"
#include "stack/spdm/check.h"

namespace assay::cases {

struct Kill {
    spdm::Check check;
    std::vector<std::string> by;  // "case at version"; empty: nothing noticed
    std::string excuse;           // why nothing can, if that is known
    bool survived() const { return by.empty() && excuse.empty(); }
};

// One row a check, in the order of the table. `progress` is called after each. Empty in a build without the
// harness option, which cannot waive anything.
std::vector<Kill> kill_matrix(const std::function<void(const Kill&)>& progress = {});

// The rows as a table, with a line of totals.
std::string to_text(const std::vector<Kill>& kills);

}  // namespace assay::cases
