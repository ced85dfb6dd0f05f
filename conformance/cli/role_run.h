// What a run of a role comes to, and how each row of roles() begins one.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "conformance/cli/commands.h"
#include "conformance/engine/suite.h"
#include "conformance/report/details.h"

namespace assay::cli {

struct RoleRun {
    engine::RunReport report;
    report::Details details{};  // its options are those of the row
    // What the role writes besides every role's report: file names and contents.
    std::vector<std::pair<std::string, std::string>> files{};
};

// Opens the target and runs the selected cases on it. Errors: as exit_code_of() has them.
using StartRun = Result<RoleRun>(const RunCommand& command, const engine::RunOptions& options,
                                 const engine::RunControl& control);
StartRun run_responder;
StartRun run_requester;
StartRun run_transfer;
StartRun run_verifier;
StartRun run_threats;

// The options that make the reference faulty, and the profile: what a command that repeats the run needs,
// whoever was tested.
std::vector<std::string> common_arguments(const RunCommand& command);

}  // namespace assay::cli
