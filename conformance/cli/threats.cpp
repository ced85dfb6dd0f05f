// assay run --role threats
#include "conformance/suites/threats/threats.h"
#include "conformance/cli/role_run.h"
#include "conformance/suites/threats/kill_matrix.h"

namespace assay::cli {

namespace threats = cases::threats;

Result<RoleRun> run_threats(const RunCommand& command, const engine::RunOptions& options,
                            const engine::RunControl& control) {
    const auto faults = TRY(engine::with_faults(threats::machine_faults(), command.fault_options.waive,
                                                command.fault_options.defects, threats::suite().name));
    threats::Observed all = threats::run(faults, options, control);
    return RoleRun{.report = std::move(all.report),
                   .details = {.arguments = common_arguments(command)},
                   .files = {{"threats.json", threats::to_json(all.outcomes)}}};
}

}  // namespace assay::cli
