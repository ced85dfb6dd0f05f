// assay run --role transfer
#include "conformance/suites/transfer/transfer.h"
#include "conformance/cli/role_run.h"
#include "conformance/lab/transfer_reference.h"
#include "conformance/suites/transfer/kill_matrix.h"

namespace assay::cli {

namespace path = cases::path;

Result<RoleRun> run_transfer(const RunCommand& command, const engine::RunOptions& options,
                             const engine::RunControl& control) {
    const engine::SuiteProgress progress = by_id(control);
    if (command.target != "reference") {
        return fail(Errc::bad_text, "--target", Error::npos,
                    "the encrypted path is tested in this process: --target can only be reference");
    }
    const auto faults = TRY(engine::with_faults(path::path_faults(), command.fault_options.waive,
                                                command.fault_options.defects, path::suite().name));
    const auto target = lab::reference_path(faults);
    return RoleRun{.report = path::run(*target, engine::Requirements::embedded(), options, progress),
                   .details = {.arguments = common_arguments(command)}};
}

}  // namespace assay::cli
