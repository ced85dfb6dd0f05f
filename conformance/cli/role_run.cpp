#include "conformance/cli/role_run.h"

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

}  // namespace assay::cli
