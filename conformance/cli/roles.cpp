#include "conformance/cli/roles.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "conformance/suites/cases.h"
#include "conformance/suites/requester/suite.h"
#include "conformance/suites/threats/threats.h"
#include "conformance/suites/transfer/transfer.h"
#include "conformance/suites/verifier/suite.h"
#include "stack/base/ranges.h"

namespace assay::cli {

namespace {

// What --list, --kill-matrix and --traceability honour besides the role.
struct Instead {
    std::string_view option;
    std::vector<std::string_view> honours;
};

const Instead* instead_of_run(const RunCommand& command) {
    static const Instead list{
        "--list", {"--case", "--exclude", "--requirement", "--level", "--only-failed", "--fast", "--json"}},
        kill_matrix{"--kill-matrix", {}}, traceability{"--traceability", {}};
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
        {cases::responder_suite(),
         {"--resume",        "--jobs",
          "--reconnect",     "--reset-command",
          "--target",        "--connect-timeout",
          "--round-trip",    "--answer-timeout",
          "--spdm-version",  "--case",
          "--exclude",       "--requirement",
          "--level",         "--only-failed",
          "--fast",          "--json",
          "--quiet",         "--profile",
          "--report",        "--seed",
          "--strict",        "--allow-writes",
          "--rsa",           "--waive",
          "--defect",        "--psk",
          "--psk-hint",      "--requester-chain",
          "--requester-key", "--list",
          "--kill-matrix",   "--traceability"},
         run_responder,
         {"versions", "answers"}},
        {cases::requester::suite(),
         {"--target",          "--spdm-version",  "--case",           "--exclude", "--requirement",
          "--level",           "--only-failed",   "--json",           "--quiet",   "--profile",
          "--report",          "--resume",        "--seed",           "--strict",  "--waive",
          "--dut-command",     "--dut-timeout",   "--listen",         "--psk",     "--psk-hint",
          "--responder-chain", "--responder-key", "--requester-root", "--list",    "--kill-matrix",
          "--traceability"},
         run_requester},
        {cases::path::suite(),
         {"--target", "--answer-timeout", "--case", "--exclude", "--requirement", "--level", "--only-failed",
          "--json", "--quiet", "--profile", "--report", "--resume", "--seed", "--strict", "--waive",
          "--defect", "--list", "--kill-matrix", "--traceability"},
         run_transfer},
        {cases::verifier::suite(),
         {"--case", "--exclude", "--only-failed", "--json", "--quiet", "--profile", "--report", "--resume",
          "--seed", "--strict", "--waive", "--defect", "--dut-command", "--dut-timeout", "--list",
          "--kill-matrix"},
         run_verifier},
        {cases::threats::suite(),
         {"--case", "--exclude", "--only-failed", "--json", "--quiet", "--profile", "--report", "--resume",
          "--waive", "--defect", "--list", "--kill-matrix"},
         run_threats},
    };
    return all;
}

std::vector<std::string> role_names() {
    std::vector<std::string> names;
    for (const Role& role : roles()) names.emplace_back(role.suite.name);
    return names;
}

const Role* find_role(std::string_view name) {
    const auto found = std::ranges::find(roles(), name, [](const Role& role) { return role.suite.name; });
    return found == roles().end() ? nullptr : &*found;
}

std::string refused_option(const Role& role, const RunCommand& command) {
    const Instead* instead = instead_of_run(command);
    for (const std::string& option : command.given) {
        if (option == "--role") continue;
        if (!contains(role.options, std::string_view(option))) {
            return fmt::format("{} cannot be used with --role {}, which takes {}", option, role.suite.name,
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

std::string refused_profile(const Role& role, const engine::Profile& profile) {
    const std::pair<std::string_view, bool> keys[] = {{"versions", !profile.versions.empty()},
                                                      {"answers", !profile.answers.empty()}};
    const bool versions = contains(role.options, std::string_view("--spdm-version"));
    for (const engine::Waiver& waiver : profile.waivers) {
        if (versions || waiver.versions.empty()) continue;
        return fmt::format(
            "\"versions\" of the waiver for '{}' cannot be used with --role {}, which has none", waiver.cases,
            role.suite.name);
    }
    for (const auto& [key, used] : keys) {
        if (used && !contains(role.profile_keys, key)) {
            return fmt::format("\"{}\" of the profile cannot be used with --role {}, which takes \"waivers\"",
                               key, role.suite.name);
        }
    }
    return {};
}

}  // namespace assay::cli
