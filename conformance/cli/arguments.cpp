// The command line.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <functional>
#include <memory>

#include "conformance/cli/command_arguments.h"
#include "conformance/cli/commands.h"
#include "conformance/cli/run_arguments.h"
#include "conformance/cli/version.h"
#include "stack/base/ranges.h"

namespace assay::cli {

namespace {

// Below the help of a command that has none of its own.
constexpr const char* kFooter =
    "Targets: reference?binding=mctp|doe|tcp|none (built in), tcp://HOST:PORT,\n"
    "         emu://HOST:PORT?binding=mctp|doe|tcp|none\n"
    "Exit codes: 0 no failure; 1 failures, or cases that could not be judged; 2 usage; 3 the target could "
    "not be "
    "reached or died; 4 internal";

// A command, and what carries it out once its options were parsed.
struct Command {
    CLI::App* app;
    std::function<int(Streams&)> carry_out;
};

template <class Options>
Command command(CLI::App& parent, CLI::App* (*add)(CLI::App&, Options&),
                int (*carry_out)(const Options&, Streams&)) {
    const auto options = std::make_shared<Options>();
    return {add(parent, *options),
            [options, carry_out](Streams& streams) { return carry_out(*options, streams); }};
}

Command run_command(CLI::App& app) {
    const auto options = std::make_shared<RunCommand>();
    CLI::App* run = add_run(app, *options);
    run->footer(std::string(kFooter) + "; 5 interrupted (--resume goes on)");
    return {run, [options, run](Streams& streams) {
                options->given = given_options(*run);
                options->words = identifying_words(*run);
                return cli::run(*options, streams);
            }};
}

// In the order in which help lists them.
std::vector<Command> add_commands(CLI::App& app) {
    std::vector<Command> commands{run_command(app), command(app, add_serve, serve),
                                  command(app, add_connect, cli::connect), command(app, add_fuzz, fuzz)};
    CLI::App& profile = add_profile(app);
    commands.push_back(command(profile, add_profile_check, profile_check));
    commands.push_back(command(profile, add_profile_init, profile_init));
    commands.push_back(command(app, add_decode, decode));
    commands.push_back(command(app, add_evidence, evidence));
    commands.push_back(command(app, add_verify, verify));
    commands.push_back(command(app, add_bench, bench));
    commands.push_back(command(app, add_demo, demo));
    return commands;
}

const CLI::App& innermost(const CLI::App& app) {
    const auto inner = app.get_subcommands();
    return inner.empty() ? app : innermost(*inner.front());
}

// Why the arguments cannot be read at all; empty when they can.
std::string refused_beginning(int argc, const char* const* argv, std::span<const std::string> commands) {
    const std::string_view first = argc > 1 ? argv[1] : "";
    if (!first.empty() && !first.starts_with('-') && !contains(commands, first)) {
        return fmt::format("there is no command '{}'; known are {}", first, fmt::join(commands, ", "));
    }
    const bool had_it = first == "run" || first == "serve" || first == "connect";
    for (int i = 2; had_it && i < argc; ++i) {
        const std::string_view argument = argv[i];
        if (argument == "--version" || argument.starts_with("--version=")) {
            return fmt::format("--version of 'assay {}' is now --spdm-version (see assay {} --help)", first,
                               first);
        }
    }
    return {};
}

int parse_and_run(int argc, const char* const* argv, Streams& streams) {
    CLI::App app{"Assay: conformance and fuzzing of the protocols between a confidential VM and its GPU",
                 "assay"};
    app.footer(kFooter);
    app.require_subcommand(1);
    const std::vector<Command> commands = add_commands(app);
    std::vector<std::string> names;
    for (const CLI::App* outermost : app.get_subcommands({})) names.push_back(outermost->get_name());
    if (const std::string refused = refused_beginning(argc, argv, names); !refused.empty())
        return complain(streams, status::usage, refused);
    bool version = false;
    app.add_flag("--version", version, "prints what this program is, and the formats that it writes");
    if (argc > 1 && contains(names, std::string(argv[1])))
        streams.help = fmt::format("assay {} --help", argv[1]);
    try {
        app.parse(argc, argv);
    } catch (const CLI::CallForHelp&) {
        streams.out << innermost(app).help();
        return status::ok;
    } catch (const CLI::ParseError& error) {
        if (version && app.get_subcommands().empty()) {
            streams.out << version_text();
            return status::ok;
        }
        return misuse(streams, error.what());
    }
    // A command is required, and `profile` requires one of its own.
    const auto given = std::ranges::find_if(commands, [](const Command& each) { return each.app->parsed(); });
    return given->carry_out(streams);
}

}  // namespace

int main(int argc, const char* const* argv, Streams& streams) {
    const int code = parse_and_run(argc, argv, streams);
    streams.out.flush();
    if (streams.out) return code;
    complain(streams, status::usage, "cannot write to standard output");
    return code == status::ok ? status::usage : code;
}

}  // namespace assay::cli
