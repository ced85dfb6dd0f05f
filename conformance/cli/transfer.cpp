// assay run --role transfer
#include <fmt/format.h>

#include "conformance/cli/role_run.h"
#include "conformance/lab/transfer_reference.h"
#include "conformance/suites/transfer/transfer.h"

namespace assay::cli {

namespace {

namespace path = cases::path;

Result<transfer::FaultConfig> faults_of(const FaultOptions& fault_options) {
    transfer::FaultConfig faults;
#ifdef ASSAY_HARNESS
    const auto unknown = [](std::string_view kind, const std::string& name) {
        return fail(Errc::bad_text, "fault_options", Error::npos,
                    fmt::format("there is no {} '{}' in the encrypted path", kind, name));
    };
    for (const std::string& name : fault_options.waive) {
        const auto check = transfer::check_from_name(name);
        if (!check) return unknown("check", name);
        faults.waive(*check);
    }
    for (const std::string& name : fault_options.defects) {
        const auto defect = transfer::defect_from_name(name);
        if (!defect) return unknown("defect", name);
        faults.plant(*defect);
    }
#else
    if (!fault_options.waive.empty() || !fault_options.defects.empty()) {
        return fail(Errc::unsupported, "fault_options", Error::npos,
                    "this build has no faults to plant: it was made without ASSAY_HARNESS");
    }
#endif
    return faults;
}

}  // namespace

Result<RoleRun> run_transfer(const RunCommand& command, const engine::RunOptions& options,
                             const engine::SuiteProgress& progress) {
    if (command.target != "reference") {
        return fail(Errc::bad_text, "--target", Error::npos,
                    "the encrypted path is tested in this process: --target can only be reference");
    }
    const auto target = lab::reference_path(TRY(faults_of(command.fault_options)));
    engine::RunReport report = path::run(*target, engine::Requirements::embedded(), options, progress);
    report::Details details;
    details.arguments = common_arguments(command);
    details.arguments.insert(details.arguments.begin(), {"--role", "transfer"});
    return ended(std::move(report), std::move(details));
}

}  // namespace assay::cli
