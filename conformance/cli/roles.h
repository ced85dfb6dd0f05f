// The roles that can be tested: one row each.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "conformance/cli/role_run.h"

namespace assay::cli {

struct Role {
    engine::Suite suite;  // its name is what --role has
    // The options of `assay run` that it honours, besides --role. Any other is a usage error.
    std::vector<std::string_view> options;
    StartRun* run;
    // The keys of a profile that it honours, besides "name" and "waivers". Any other is a usage error.
    std::vector<std::string_view> profile_keys{};
};

// The first is the one that is tested when none is named.
std::span<const Role> roles();
std::vector<std::string> role_names();
// Null when there is none of that name.
const Role* find_role(std::string_view name);

// Why what was asked for cannot be done: an option that was given and that the role, or --list, --kill-matrix
// or --traceability, cannot honour. Empty when every one can be.
std::string refused_option(const Role& role, const RunCommand& command);
// Why a profile cannot be used with the role; empty when it can be.
std::string refused_profile(const Role& role, const engine::Profile& profile);

}  // namespace assay::cli
