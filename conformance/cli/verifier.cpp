// assay run --role verifier, assay evidence
#include <fmt/format.h>

#include <filesystem>
#include <ostream>

#include "conformance/cli/role_run.h"
#include "conformance/lab/command.h"
#include "conformance/report/verdicts.h"
#include "conformance/report/write.h"
#include "conformance/suites/verifier/kill_matrix.h"

namespace assay::cli {

namespace {

namespace verifier = cases::verifier;

Result<std::unique_ptr<verifier::Verifier>> verifier_of(const RunCommand& command) {
    const FaultOptions& fault_options = command.fault_options;
    if (command.dut_command.empty()) {
        return std::make_unique<verifier::OwnVerifier>(
            TRY(verifier::sabotaged(fault_options.waive, fault_options.defects)));
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

Result<> write_reports(const std::filesystem::path& folder, const verifier::SuiteReport& report) {
    std::error_code error;
    std::filesystem::create_directories(folder, error);
    TRY(report::write_file(folder / "report.json", as_bytes(report::to_json(report))));
    TRY(report::write_file(folder / "junit.xml", as_bytes(report::to_junit(report))));
    return report::write_file(folder / "summary.txt", as_bytes(report::to_text(report)));
}

}  // namespace

Result<RoleRun> run_verifier(const RunCommand& command, const engine::RunOptions& options,
                             const engine::SuiteProgress& progress) {
    const auto dut = TRY(verifier_of(command));
    verifier::SuiteReport report = verifier::run_suite(*dut, options, progress);
    RoleRun run{.text = report::to_text(report), .exit_code = report.exit_code(), .write = {}};
    run.write = [report = std::move(report)](const std::filesystem::path& folder) {
        return write_reports(folder, report);
    };
    return run;
}

int evidence(const EvidenceCommand& command, Streams& streams) {
    if (command.list) {
        const engine::Suite suite = verifier::suite();
        const std::string filter = command.id == EvidenceCommand{}.id ? "*" : command.id;
        streams.out << engine::to_text(suite.selected(filter), suite.unit);
        return status::ok;
    }
    if (command.out.empty()) return complain(streams, status::usage, "--out is required: a folder");
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
