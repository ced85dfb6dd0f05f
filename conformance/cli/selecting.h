// The cases that the arguments of `assay run` select.
#pragma once

#include "conformance/cli/roles.h"

namespace assay::cli {

// The selection, complete: the report that --only-failed names is read. Errors: Errc::bad_text naming the
// option that selects nothing, or what cannot be read, and what to do.
Result<engine::Selection> selection_of(const Role& role, const RunCommand& command);

// Of the versions that are asked for, those at which something is selected. Errors: Errc::bad_text when there
// is none.
Result<std::vector<wire::Version>> versions_of(const engine::Selection& selection,
                                               std::vector<wire::Version> wanted);

}  // namespace assay::cli
