#include "conformance/cli/end_of_run.h"

#include <ostream>

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

int end_of_run(const RunCommand& command, const engine::RunReport& report, const report::Details& details,
               Streams& streams) {
    streams.out << report::summary(report, details);
    if (!command.report.empty()) {
        if (auto written = report::write_report(command.report, report, details); !written) {
            return complain(streams, status::usage, written.error().detail);
        }
        streams.out << "report: " << command.report << "/report.json\n";
    }
    return report.exit_code();
}

}  // namespace assay::cli
