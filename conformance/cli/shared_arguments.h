// Arguments that more than one command has.
#pragma once

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>

#include "conformance/cli/commands.h"

namespace assay::cli {

void add_versions(CLI::App* app, std::vector<wire::Version>& versions);
void add_fault_options(CLI::App* app, FaultOptions& options);
void add_psk(CLI::App* app, PskOptions& options);
void add_identity(CLI::App* app, IdentityOptions& options);
void add_target(CLI::App* app, TargetOptions& options);
void add_revive(CLI::App* app, ReviveOptions& options);

// A number from `least` to `most`; anything else is refused with one line that says so.
template <class T>
CLI::Option* add_number(CLI::App* app, const std::string& option, T& value, uint64_t least, uint64_t most,
                        const std::string& what) {
    return app->add_option(option, value, what)
        ->check([least, most](const std::string& text) {
            uint64_t number = 0;
            const char* end = text.data() + text.size();
            const auto read = std::from_chars(text.data(), end, number);
            const bool whole = read.ec == std::errc() && read.ptr == end;
            if (whole && number >= least && number <= most) return std::string();
            return fmt::format("'{}' is no number from {} to {}", text, least, most);
        })
        ->capture_default_str();
}
// Milliseconds: at most an hour.
inline constexpr uint64_t kMostMilliseconds = 3600000;
inline constexpr uint64_t kMostSeed = UINT64_MAX;

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
