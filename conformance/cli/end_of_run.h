// What every run over cases comes to, whatever was tested.
#pragma once

#include <string>
#include <vector>

#include "conformance/cli/commands.h"
#include "conformance/report/text.h"

namespace assay::cli {

// The options that spoil the reference, and the profile: what a command that repeats the run needs, whoever
// was tested.
std::vector<std::string> common_arguments(const RunCommand& command);

// Prints the summary, writes the report where one was asked for, and gives the exit code.
int end_of_run(const RunCommand& command, const engine::RunReport& report, const report::Details& details,
               Streams& streams);

}  // namespace assay::cli
