// assay run --role threats
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <ostream>

#include "conformance/cli/role_runs.h"
#include "conformance/suites/threats/kill_matrix.h"

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

Result<std::string> write_report(const std::string& folder, const std::string& json) {
    const std::filesystem::path path = std::filesystem::path(folder) / "threats.json";
    std::error_code error;
    std::filesystem::create_directories(folder, error);
    std::ofstream file(path);
    file << json;
    file.close();
    if (error || !file) return fail(Errc::io, "report", Error::npos, "cannot write " + path.string());
    return path.string();
}

}  // namespace

int threat_kill_matrix(Streams& streams) {
    const auto kills = threats::threat_kill_matrix();
    if (kills.empty()) {
        return complain(streams, status::usage,
                        "this build cannot be spoiled: it was made without ASSAY_HARNESS");
    }
    for (const cases::Kill& kill : kills) {
        const std::string noticed = kill.excuse.empty() ? kill.by : "excused: " + kill.excuse;
        streams.out << fmt::format("{:22} {:26} {}\n", kill.name, kill.requirement,
                                   noticed.empty() ? "SURVIVED" : noticed);
    }
    const auto survived = std::ranges::count_if(kills, &cases::Kill::survived);
    streams.out << fmt::format("{} checks waived and defects planted in turn, {} survived\n", kills.size(),
                               survived);
    return survived == 0 ? status::ok : status::failures;
}

int run_threats(const RunCommand& command, Streams& streams) {
    const auto faults = faults_of(command.fault_options);
    if (!faults) return complain(streams, status::usage, faults.error().detail);
    const auto outcomes = threats::observe_all(*faults);
    streams.out << threats::to_text(outcomes);
    if (!command.report.empty()) {
        const auto written = write_report(command.report, threats::to_json(outcomes));
        if (!written) return complain(streams, status::usage, written.error().detail);
        streams.out << "report: " << *written << "\n";
    }
    return std::ranges::all_of(outcomes, &threats::Outcome::agrees) ? status::ok : status::failures;
}

}  // namespace assay::cli
