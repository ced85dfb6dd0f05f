#include "conformance/cli/roles.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "conformance/cli/role_runs.h"
#include "stack/base/ranges.h"

namespace assay::cli {

namespace {

// What --list, --kill-matrix and --traceability honour besides the role.
struct Instead {
    std::string_view option;
    std::vector<std::string_view> honours;
};

const Instead* instead_of_run(const RunCommand& command) {
    static const Instead list{"--list", {"--case"}}, kill_matrix{"--kill-matrix", {}},
        traceability{"--traceability", {}};
    if (command.list) return &list;
    if (command.kill_matrix) return &kill_matrix;
    return command.traceability ? &traceability : nullptr;
}

std::string takes(std::span<const std::string_view> options) {
    return options.empty() ? "no other option" : fmt::format("only {}", fmt::join(options, ", "));
}

}  // namespace

std::span<const Role> roles() {
    static const Role all[] = {
        {"responder",
         {"--target",         "--connect-timeout", "--round-trip",
          "--answer-timeout", "--version",         "--case",
          "--profile",        "--report",          "--seed",
          "--strict",         "--allow-writes",    "--rsa",
          "--waive",          "--defect",          "--psk",
          "--psk-hint",       "--requester-chain", "--requester-key",
          "--list",           "--kill-matrix",     "--traceability"},
         run_responder,
         list_responder_cases,
         responder_kill_matrix},
        {"transfer",
         {"--target", "--case", "--profile", "--report", "--seed", "--strict", "--waive", "--defect",
          "--list", "--kill-matrix", "--traceability"},
         run_transfer,
         list_transfer_cases,
         transfer_kill_matrix},
        {"verifier",
         {"--case", "--report", "--seed", "--strict", "--waive", "--defect", "--dut-command", "--dut-timeout",
          "--list", "--kill-matrix"},
         run_verifier,
         list_verifier_cases,
         verifier_kill_matrix},
        {"threats",
         {"--report", "--waive", "--defect", "--kill-matrix"},
         run_threats,
         nullptr,
         threat_kill_matrix},
    };
    return all;
}

std::vector<std::string> role_names() {
    std::vector<std::string> names;
    for (const Role& role : roles()) names.emplace_back(role.name);
    return names;
}

const Role* find_role(std::string_view name) {
    const auto found = std::ranges::find(roles(), name, &Role::name);
    return found == roles().end() ? nullptr : &*found;
}

std::string refused_option(const Role& role, const RunCommand& command) {
    const Instead* instead = instead_of_run(command);
    for (const std::string& option : command.given) {
        if (option == "--role") continue;
        if (!contains(role.options, std::string_view(option))) {
            return fmt::format("{} cannot be used with --role {}, which takes {}", option, role.name,
                               takes(role.options));
        }
        if (instead == nullptr || option == instead->option) continue;
        if (!contains(instead->honours, std::string_view(option))) {
            return fmt::format("{} cannot be used with {}, which takes {} and --role", option,
                               instead->option, takes(instead->honours));
        }
    }
    return {};
}

int run(const RunCommand& command, Streams& streams) {
    const Role* role = find_role(command.role);
    if (role == nullptr)
        return complain(streams, status::usage, fmt::format("there is no role '{}'", command.role));
    if (const std::string refused = refused_option(*role, command); !refused.empty())
        return complain(streams, status::usage, refused);
    if (command.list) return role->list(command, streams);
    if (command.kill_matrix) return role->kill_matrix(streams);
    return command.traceability ? traceability(streams) : role->run(command, streams);
}

}  // namespace assay::cli
