// The command line.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <iostream>

#include "conformance/cli/commands.h"

namespace assay::cli {

namespace {

constexpr const char* kFooter =
    "Targets: reference (built in), tcp://HOST:PORT, emu://HOST:PORT?binding=mctp|doe|tcp|none\n"
    "Exit codes: 0 no failure; 1 failures; 2 usage; 3 the target could not be reached or died; 4 internal";

void add_versions(CLI::App* app, std::vector<wire::Version>& versions) {
    app->add_option_function<std::vector<std::string>>(
           "--version",
           [&versions](const std::vector<std::string>& names) {
               for (const std::string& name : names) {
                   auto version = wire::version_from_name(name);
                   if (!version)
                       throw CLI::ValidationError("--version", name + " is none of 1.0, 1.1, 1.2, 1.3, 1.4");
                   versions.push_back(*version);
               }
           },
           "only these versions, 1.0 to 1.4; may be given more than once")
        ->take_all();
}

void add_target(CLI::App* app, TargetOptions& options) {
    app->add_option("--target", options.target, "what to test")->capture_default_str();
    app->add_option("--patience", options.patience_ms, "milliseconds for the target to listen")
        ->capture_default_str();
    app->add_option("--round-trip", options.round_trip_ms,
                    "milliseconds there and back, besides the device's own time")
        ->capture_default_str();
}

}  // namespace

int main(int argc, const char* const* argv, Streams& streams) {
    CLI::App app{"Assay: conformance and fuzzing of the protocols between a confidential VM and its GPU",
                 "assay"};
    app.footer(kFooter);
    app.require_subcommand(1);

    RunCommand run_options;
    bool list = false, matrix = false, trace = false;
    CLI::App* run_app = app.add_subcommand("run", "runs the conformance cases against a responder");
    add_target(run_app, run_options);
    add_versions(run_app, run_options.versions);
    run_app->add_option("--case", run_options.filter, "only cases whose id matches, e.g. 'chl/*'");
    run_app->add_option("--profile", run_options.profile, "a JSON file of expected failures");
    run_app->add_option("--report", run_options.report,
                        "a folder for report.json, junit.xml and the failing exchanges");
    run_app->add_option("--seed", run_options.seed, "of nonces and choices")->capture_default_str();
    run_app->add_flag("--strict", run_options.strict,
                      "a 'should' and one implementation's policy count as failures");
    run_app->add_flag("--allow-writes", run_options.allow_writes,
                      "also cases that change the device for good");
    run_app->add_flag("--rsa", run_options.rsa, "the reference has RSA keys too");
    run_app->add_flag("--list", list, "lists the cases and runs none");
    run_app->add_flag("--kill-matrix", matrix,
                      "waives each check of the reference in turn: some case must notice");
    run_app->add_flag("--traceability", trace, "prints which requirement is proved by which case");

    ServeCommand serve_options;
    CLI::App* serve_app = app.add_subcommand("serve", "is the reference responder behind a socket");
    serve_app
        ->add_option("--listen", serve_options.listen,
                     "tcp://HOST:PORT or emu://HOST:PORT?binding=…; port 0 is a free one")
        ->required();
    serve_app->add_option("--waive", serve_options.waive, "a check not to make; may be given more than once")
        ->take_all();
    add_versions(serve_app, serve_options.versions);
    serve_app->add_option("--seed", serve_options.seed, "of nonces")->capture_default_str();
    serve_app->add_flag("--rsa", serve_options.rsa, "RSA keys too");

    ConnectCommand connect_options;
    CLI::App* connect_app =
        app.add_subcommand("connect", "walks up to signed measurements and prints what it learned");
    add_target(connect_app, connect_options);
    add_versions(connect_app, connect_options.versions);
    connect_app
        ->add_option("--root", connect_options.roots,
                     "a trusted root, PEM or DER; may be given more than once")
        ->take_all();
    connect_app->add_option("--slot", connect_options.slot, "the slot that signs")->check(CLI::Range(0, 7));

    DecodeCommand decode_options;
    CLI::App* decode_app = app.add_subcommand("decode", "explains the bytes of a message or of a capture");
    decode_app
        ->add_option("input", decode_options.input, "a pcap file, a file of hexadecimal, or hexadecimal")
        ->required();
    decode_app->add_flag("--json", decode_options.json, "as JSON");
    decode_app
        ->add_option("--hash-size", decode_options.hash_size, "of the negotiated hash, for a single message")
        ->capture_default_str();
    decode_app
        ->add_option("--signature-size", decode_options.signature_size,
                     "of the negotiated signature, likewise")
        ->capture_default_str();

    BenchCommand bench_options;
    CLI::App* bench_app =
        app.add_subcommand("bench", "times the run of the reference against the OpenSSL in it");
    bench_app->add_option("--runs", bench_options.runs, "how often; medians are printed")
        ->capture_default_str();

    std::string_view first = argc > 1 ? argv[1] : "";
    bool known = first.empty() || first.starts_with('-');
    for (const CLI::App* command : app.get_subcommands({})) known |= command->get_name() == first;
    if (!known) {
        return complain(
            streams, status::usage,
            fmt::format("there is no command '{}'; known are run, serve, connect, decode and bench", first));
    }
    try {
        app.parse(argc, argv);
    } catch (const CLI::CallForHelp&) {
        streams.out << (app.get_subcommands().empty() ? app.help()
                                                      : app.get_subcommands()[0]->help() + kFooter + "\n");
        return status::ok;
    } catch (const CLI::ParseError& error) {
        return complain(streams, status::usage, std::string(error.what()) + " (assay --help)");
    }
    if (run_app->parsed()) {
        if (list) return list_cases(run_options, streams);
        if (matrix) return cli::kill_matrix(streams);
        if (trace) return traceability(streams);
        return cli::run(run_options, streams);
    }
    if (serve_app->parsed()) return serve(serve_options, streams);
    if (connect_app->parsed()) return cli::connect(connect_options, streams);
    if (bench_app->parsed()) return bench(bench_options, streams);
    return decode(decode_options, streams);
}

}  // namespace assay::cli
