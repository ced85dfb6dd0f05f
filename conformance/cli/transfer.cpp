// assay run --role transfer
#include "conformance/suites/transfer/transfer.h"
#include "conformance/cli/role_run.h"
#include "conformance/lab/exec_path.h"
#include "conformance/lab/library_path.h"
#include "conformance/lab/transfer_reference.h"
#include "conformance/suites/transfer/kill_matrix.h"
#include "stack/transport/uri.h"

namespace assay::cli {

namespace path = cases::path;

namespace {

Result<std::unique_ptr<lab::PathTarget>> open(const transport::Target& target, const RunCommand& command,
                                              const transfer::FaultConfig& faults) {
    using enum transport::Scheme;
    if (target.scheme == reference) return lab::reference_path(faults);
    if (target.scheme == lib) return lab::library_path(target.path, target.options);
    if (target.scheme == exec)
        return lab::exec_path(target.path, std::chrono::milliseconds(command.answer_timeout_ms));
    return fail(Errc::bad_text, "--target", Error::npos,
                "an encrypted path is tested in this process or in a child process: --target can only be "
                "reference, lib:PATH or exec:COMMAND");
}

}  // namespace

Result<RoleRun> run_transfer(const RunCommand& command, const engine::RunOptions& options,
                             const engine::RunControl& control) {
    const transport::Target named = TRY(transport::parse_target(command.target));
    const bool built_in = named.scheme == transport::Scheme::reference;
    if (!built_in && !(command.fault_options.waive.empty() && command.fault_options.defects.empty())) {
        return fail(Errc::bad_text, "--waive", Error::npos,
                    "--waive and --defect are for the reference in this process; 'assay serve --path' has "
                    "them too");
    }
    const auto faults = TRY(engine::with_faults(path::path_faults(), command.fault_options.waive,
                                                command.fault_options.defects, path::suite().name));
    const auto target = TRY(open(named, command, faults));
    return RoleRun{.report = path::run(*target, engine::Requirements::embedded(), options, control),
                   .details = {.arguments = common_arguments(command)}};
}

}  // namespace assay::cli
