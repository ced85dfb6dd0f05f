// What an earlier run could not pass, read from its report.json, so that it alone is run again.
#pragma once

#include <string_view>
#include <vector>

#include "conformance/engine/selection.h"
#include "stack/base/result.h"

namespace assay::report {

// The results of a role that were failures or harness errors, or could not be judged, in their order; their
// version is null in a role without versions, and of a target that was never reached. Errors: Errc::bad_text
// for what is no report of that role, saying what it is.
Result<std::vector<engine::CaseAt>> failed_in(std::string_view json, std::string_view role);

}  // namespace assay::report
