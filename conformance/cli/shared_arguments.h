// Arguments that more than one command has.
#pragma once

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <algorithm>

#include "conformance/cli/commands.h"

namespace assay::cli {

void add_versions(CLI::App* app, std::vector<wire::Version>& versions);
void add_fault_options(CLI::App* app, FaultOptions& options);
void add_psk(CLI::App* app, PskOptions& options);
void add_identity(CLI::App* app, IdentityOptions& options);
void add_target(CLI::App* app, TargetOptions& options);

// One of several names.
template <class T>
CLI::Option* add_choice(CLI::App* app, const std::string& option, T& value, std::vector<std::string> names,
                        const std::string& what) {
    std::string text = fmt::format("{}: {}", what, fmt::join(names, ", "));
    return app->add_option(option, value, text)->check([option, names](const std::string& name) {
        if (std::ranges::find(names, name) != names.end()) return std::string();
        return fmt::format("'{}' is none of {}", name, fmt::join(names, ", "));
    });
}

}  // namespace assay::cli
