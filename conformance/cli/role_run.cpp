#include "conformance/cli/role_run.h"

#include "conformance/report/write.h"

namespace assay::cli {

std::vector<std::string> common_arguments(const RunCommand& command) {
    std::vector<std::string> arguments;
    const auto add = [&](std::string_view option, const std::string& value) {
        arguments.insert(arguments.end(), {std::string(option), value});
    };
    if (!command.profile.empty()) add("--profile", command.profile);
    for (const std::string& check : command.fault_options.waive) add("--waive", check);
    for (const std::string& defect : command.fault_options.defects) add("--defect", defect);
    return arguments;
}

RoleRun ended(engine::RunReport report, report::Details details) {
    RoleRun run{.text = report::summary(report, details), .exit_code = report.exit_code(), .write = {}};
    run.write = [report = std::move(report),
                 details = std::move(details)](const std::filesystem::path& folder) {
        return report::write_report(folder, report, details);
    };
    return run;
}

}  // namespace assay::cli
