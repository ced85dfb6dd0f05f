// The arguments of `assay run`.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "conformance/cli/commands.h"

namespace assay::cli {

// The subcommand; what is parsed goes into `command`, which must outlive it.
CLI::App* add_run(CLI::App& app, RunCommand& command);
// The names of the options that were on the command line ("--case"), in the order in which help lists them.
std::vector<std::string> given_options(const CLI::App& app);
// Those and their values, but for what differs between the attempts at one run: where its report goes, and
// how many connections it has.
std::vector<std::string> identifying_words(const CLI::App& app);

}  // namespace assay::cli
