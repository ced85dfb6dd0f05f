// assay run --role verifier, assay evidence
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <ostream>

#include "conformance/cli/role_runs.h"
#include "conformance/engine/profile.h"
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

int run_verifier(const RunCommand& command, Streams& streams) {
    const auto dut = verifier_of(command);
    if (!dut) return complain(streams, status::usage, dut.error().detail);
    const verifier::SuiteReport report = verifier::run_suite(
        **dut, {.filter = command.filter, .seed = command.seed, .strict = command.strict});
    if (report.outcomes.empty())
        return complain(streams, status::usage, fmt::format("no bundle matches '{}'", command.filter));
    streams.out << report::to_text(report);
    if (!command.report.empty()) {
        if (const auto written = write_reports(command.report, report); !written)
            return complain(streams, status::usage, written.error().detail);
        streams.out << "report: " << command.report << "/report.json\n";
    }
    return report.exit_code();
}

int verifier_kill_matrix(Streams& streams) {
    const auto kills = verifier::verifier_kill_matrix();
    if (kills.empty()) {
        return complain(streams, status::usage,
                        "this build cannot be spoiled: it was made without ASSAY_HARNESS");
    }
    for (const cases::Kill& kill : kills) {
        const std::string noticed = kill.excuse.empty() ? kill.by : "excused: " + kill.excuse;
        streams.out << fmt::format("{:22} {}\n", kill.name, noticed.empty() ? "SURVIVED" : noticed);
    }
    const auto survived = std::ranges::count_if(kills, &cases::Kill::survived);
    const auto defects = std::ranges::count_if(kills, &cases::Kill::defect);
    streams.out << fmt::format("{} checks waived and {} defects planted in turn, {} survived\n",
                               std::ssize(kills) - defects, defects, survived);
    return survived == 0 ? status::ok : status::failures;
}

int list_verifier_cases(const RunCommand& command, Streams& streams) {
    return list_bundles(command.filter, streams);
}

int list_bundles(const std::string& filter, Streams& streams) {
    size_t count = 0;
    for (const verifier::Bundle& bundle : verifier::bundles()) {
        if (!engine::matches(filter, bundle.id)) continue;
        ++count;
        streams.out << fmt::format("{:34} {:9} {:22} {}\n", bundle.id, attest::name(bundle.verdict),
                                   bundle.check, bundle.title);
    }
    streams.out << fmt::format("{} bundles\n", count);
    return status::ok;
}

int evidence(const EvidenceCommand& command, Streams& streams) {
    if (command.list) return list_bundles(command.id == EvidenceCommand{}.id ? "*" : command.id, streams);
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
