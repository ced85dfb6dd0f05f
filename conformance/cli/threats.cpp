// assay run --role threats
#include <fmt/format.h>

#include "conformance/cli/role_run.h"
#include "conformance/report/write.h"
#include "conformance/suites/threats/kill_matrix.h"
#include "conformance/suites/threats/threats.h"

namespace assay::cli {

namespace {

namespace threats = cases::threats;

Result<guest::MachineFaultConfig> faults_of(const FaultOptions& fault_options) {
    guest::MachineFaultConfig faults;
    const auto unknown = [](std::string_view kind, const std::string& name) {
        return fail(Errc::bad_text, "fault_options", Error::npos,
                    fmt::format("there is no {} '{}' in the GPU, its driver or their path", kind, name));
    };
    for (const std::string& name : fault_options.waive) {
        if (!threats::waive(faults, name)) return unknown("check", name);
    }
    for (const std::string& name : fault_options.defects) {
        if (!threats::plant(faults, name)) return unknown("defect", name);
    }
    return faults;
}

Result<> write_report(const std::filesystem::path& folder, const std::string& json) {
    std::error_code error;
    std::filesystem::create_directories(folder, error);
    return report::write_file(folder / "threats.json", as_bytes(json));
}

}  // namespace

Result<RoleRun> run_threats(const RunCommand& command, const engine::RunOptions& options,
                            const engine::SuiteProgress& progress) {
    const auto outcomes = threats::run(TRY(faults_of(command.fault_options)), options, progress);
    RoleRun run{.text = threats::to_text(outcomes),
                .exit_code = threats::exit_code(outcomes),
                .write = {},
                .main_file = "threats.json"};
    run.write = [json = threats::to_json(outcomes)](const std::filesystem::path& folder) {
        return write_report(folder, json);
    };
    return run;
}

}  // namespace assay::cli
