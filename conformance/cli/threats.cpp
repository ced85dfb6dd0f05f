// assay run --role threats
#include "conformance/suites/threats/threats.h"
#include "conformance/cli/role_run.h"
#include "conformance/suites/threats/kill_matrix.h"

namespace assay::cli {

namespace threats = cases::threats;

Result<RoleRun> run_threats(const RunCommand& command, const engine::RunOptions& options,
                            const engine::RunControl& control) {
    const engine::SuiteProgress progress = by_id(control);
    const auto faults = TRY(engine::with_faults(threats::machine_faults(), command.fault_options.waive,
                                                command.fault_options.defects, threats::suite().name));
    const auto outcomes = threats::run(faults, options, progress);
    return RoleRun{.report = threats::report_of(outcomes, options),
                   .details = {.arguments = common_arguments(command)},
                   .files = {{"threats.json", threats::to_json(outcomes)}}};
}

}  // namespace assay::cli
