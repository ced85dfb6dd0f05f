#include "conformance/cli/run_arguments.h"

#include "conformance/cli/roles.h"
#include "conformance/cli/shared_arguments.h"

namespace assay::cli {

namespace {

constexpr unsigned kMostJobs = 256;
void add_selection(CLI::App* app, engine::Selection& selection) {
    app->add_option("--case", selection.cases,
                    "only cases whose id matches, e.g. 'chl/*'; may be given more than once")
        ->take_all();
    app->add_option("--exclude", selection.exclude, "no case whose id matches; may be given more than once")
        ->take_all();
    app->add_option(
           "--requirement", selection.requirements,
           "only cases for a requirement whose id matches, e.g. 'SPDM-CRT-*'; may be given more than "
           "once")
        ->take_all();
    const auto add_levels = [&selection](const std::vector<std::string>& names) {
        for (const std::string& name : names) {
            const auto level = engine::level_from_name(name);
            if (!level)
                throw CLI::ValidationError("--level", fmt::format("'{}' is none of must, should, may", name));
            selection.levels.push_back(*level);
        }
    };
    app->add_option_function<std::vector<std::string>>(
           "--level", add_levels,
           "only cases for a requirement of that level: must, should, may; may be given more than once")
        ->take_all();
    app->add_option(
        "--only-failed", selection.only_failed,
        "a report.json or its folder: only what failed there or could not be judged, each case at "
        "the versions where it did");
    app->add_flag("--fast", selection.fast,
                  "only the newest version that the target has, and no case in which silence is a right "
                  "answer and is waited for");
}

}  // namespace

CLI::App* add_run(CLI::App& app, RunCommand& command) {
    CLI::App* run_app =
        app.add_subcommand("run",
                           "runs the conformance cases against a responder, a verifier or an "
                           "encrypted path, or the threat model against the built-in machine");
    add_choice(run_app, "--role", command.role, role_names(), "what is run");
    add_target(run_app, command);
    add_versions(run_app, command.versions);
    add_selection(run_app, command.selection);
    run_app->add_option("--profile", command.profile,
                        "a JSON file of expected failures and other allowed answers, or a built-in one: ocp");
    run_app->add_option("--report", command.report,
                        "a folder for report.json, junit.xml and the failing exchanges");
    run_app->add_flag("--resume", command.resume,
                      "goes on with the run that was interrupted in the folder of --report");
    add_number(run_app, "--jobs", command.jobs, 1, kMostJobs,
               "connections to the target that share the cases; without it one, and of the reference as many "
               "as there are processors")
        ->default_str("");
    add_revive(run_app, command);
    add_number(run_app, "--seed", command.seed, 0, kMostSeed, "of nonces and choices");
    run_app->add_flag("--strict", command.strict,
                      "a 'should' and one implementation's policy count as failures");
    run_app->add_flag("--allow-writes", command.allow_writes, "also cases that change the device for good");
    run_app->add_flag("--rsa", command.rsa, "the reference has RSA keys too");
    add_fault_options(run_app, command.fault_options);
    run_app->add_option(
        "--dut-command", command.dut_command,
        "a verifier: a command in which {bundle} is a folder of evidence; it exits with 0 to "
        "accept, 1 to reject, 3 for malformed, 89 for what it cannot do. A requester: a command "
        "that connects to {port} of {host} and exits with 0 when all went well, 89 for a {flow} that it "
        "cannot do; {flow}, "
        "{version} and {roots} stand for what it should do and whom it should trust");
    add_number(run_app, "--dut-timeout", command.dut_timeout_ms, 1, kMostMilliseconds,
               "milliseconds for it to answer, or to end");
    run_app->add_option("--listen", command.listen,
                        "where a requester connects, e.g. 'emu://127.0.0.1:2323?binding=mctp'; without "
                        "--dut-command it is started by other means, again and again");
    run_app->add_option("--responder-chain", command.responder.chain,
                        "PEM: the chain that a requester meets, the root first");
    run_app->add_option("--responder-key", command.responder.key,
                        "PEM: the private key of its last certificate");
    run_app
        ->add_option("--requester-root", command.requester_roots,
                     "PEM or DER: a root of the requester's own certificates; may be given more than once")
        ->take_all();
    add_psk(run_app, command.psk);
    add_identity(run_app, command.identity);
    run_app->add_flag("--list", command.list, "lists the cases and runs none");
    run_app->add_flag("--json", command.json,
                      "standard output is JSON: report.json without the exchanges, or the list");
    run_app->add_flag("--quiet", command.quiet, "shows no progress, and only failures and the last line");
    run_app->add_flag("--kill-matrix", command.kill_matrix,
                      "waives each check of the reference in turn: some case must notice");
    run_app->add_flag("--traceability", command.traceability,
                      "prints which requirement is proved by which case");
    return run_app;
}

std::vector<std::string> given_options(const CLI::App& app) {
    std::vector<std::string> names;
    for (const CLI::Option* option : app.get_options()) {
        if (option->count() > 0) names.push_back(option->get_name());
    }
    return names;
}

std::vector<std::string> identifying_words(const CLI::App& app) {
    std::vector<std::string> words;
    for (const CLI::Option* option : app.get_options()) {
        const std::string name = option->get_name();
        const bool of_this_attempt = name == "--report" || name == "--resume" || name == "--jobs";
        if (option->count() == 0 || of_this_attempt) continue;
        words.push_back(name);
        for (const std::string& value : option->results()) words.push_back(value);
    }
    return words;
}

}  // namespace assay::cli
