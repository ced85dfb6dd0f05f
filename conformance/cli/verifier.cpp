// assay run --role verifier, assay evidence
#include <fmt/format.h>

#include <ostream>

#include "conformance/cli/role_run.h"
#include "conformance/lab/command.h"
#include "conformance/suites/verifier/kill_matrix.h"

namespace assay::cli {

namespace {

namespace verifier = cases::verifier;

Result<std::unique_ptr<verifier::Verifier>> verifier_of(const RunCommand& command) {
    const FaultOptions& fault_options = command.fault_options;
    if (command.dut_command.empty()) {
        return std::make_unique<verifier::OwnVerifier>(
            TRY(engine::with_faults(verifier::verifier_faults(), fault_options.waive, fault_options.defects,
                                    verifier::suite().name)));
    }
    if (!fault_options.waive.empty() || !fault_options.defects.empty())
        return fail(Errc::bad_text, "--waive", Error::npos,
                    "--waive and --defect are for the verifier in this process");
    if (!command.dut_command.contains(verifier::kBundlePlace)) {
        return fail(Errc::bad_text, "--dut-command", Error::npos,
                    "--dut-command does not say where the bundle goes: {bundle} is missing");
    }
    return std::make_unique<verifier::CommandVerifier>(command.dut_command,
                                                       std::chrono::milliseconds(command.dut_timeout_ms));
}

// What the command to repeat the run needs.
std::vector<std::string> further_arguments(const RunCommand& command) {
    std::vector<std::string> arguments = common_arguments(command);
    if (!command.dut_command.empty())
        arguments.insert(arguments.end(), {"--dut-command", command.dut_command});
    if (command.dut_timeout_ms != RunCommand{}.dut_timeout_ms)
        arguments.insert(arguments.end(), {"--dut-timeout", std::to_string(command.dut_timeout_ms)});
    return arguments;
}

}  // namespace

Result<RoleRun> run_verifier(const RunCommand& command, const engine::RunOptions& options,
                             const engine::RunControl& control) {
    const auto dut = TRY(verifier_of(command));
    return RoleRun{.report = verifier::run(*dut, options, control),
                   .details = {.arguments = further_arguments(command)}};
}

int evidence(const EvidenceCommand& command, Streams& streams) {
    if (command.list) {
        const engine::Suite suite = verifier::suite();
        const std::string glob = command.id == EvidenceCommand{}.id ? "*" : command.id;
        streams.out << engine::to_text(suite.selected(engine::matching(glob)), suite.unit);
        return status::ok;
    }
    if (command.out.empty()) return misuse(streams, "--out is required: a folder");
    const verifier::Bundle* bundle = verifier::find_bundle(command.id);
    if (bundle == nullptr)
        return complain(streams, status::usage, fmt::format("there is no bundle '{}'", command.id));
    const auto files = verifier::make(*bundle, command.seed);
    if (!files) return complain(streams, status::internal, files.error().detail);
    if (const auto written = lab::write_folder(command.out, *files); !written)
        return complain(streams, status::usage, written.error().detail);
    streams.out << fmt::format(
        "{}: {} files; {}{}\n", command.out, files->size(), attest::name(bundle->verdict),
        bundle->genuine() ? "" : fmt::format(" by {}: {}", bundle->check, bundle->title));
    return status::ok;
}

}  // namespace assay::cli
