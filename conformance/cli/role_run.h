// What a run of a role comes to, and how each row of roles() begins one.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "conformance/cli/commands.h"
#include "conformance/engine/suite.h"
#include "conformance/report/text.h"

namespace assay::cli {

struct RoleRun {
    std::string text;  // for the terminal
    int exit_code = status::ok;
    // Writes the report into a folder, which is made if need be.
    std::function<Result<>(const std::filesystem::path& folder)> write;
    std::string_view main_file = "report.json";  // of those that are written
};

// Opens the target and runs the selected cases on it. Errors: as exit_code_of() has them.
using StartRun = Result<RoleRun>(const RunCommand& command, const engine::RunOptions& options,
                                 const engine::SuiteProgress& progress);
StartRun run_responder;
StartRun run_requester;
StartRun run_transfer;
StartRun run_verifier;
StartRun run_threats;

// The options that make the reference faulty, and the profile: what a command that repeats the run needs,
// whoever was tested.
std::vector<std::string> common_arguments(const RunCommand& command);
// Of a run that has the engine's report.
RoleRun ended(engine::RunReport report, report::Details details);

}  // namespace assay::cli
