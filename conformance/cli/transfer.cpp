// assay run --role transfer
#include <fmt/format.h>

#include <algorithm>
#include <ostream>

#include "conformance/cli/commands.h"
#include "conformance/cli/end_of_run.h"
#include "conformance/cli/files.h"
#include "conformance/cli/role_runs.h"
#include "conformance/cli/target.h"
#include "conformance/lab/transfer_reference.h"
#include "conformance/suites/transfer/kill_matrix.h"
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
                    "this build cannot be spoiled: it was made without ASSAY_HARNESS");
    }
#endif
    return faults;
}

}  // namespace

int run_transfer(const RunCommand& command, Streams& streams) {
    if (command.target != "reference") {
        return complain(streams, status::usage,
                        "the encrypted path is tested in this process: --target can only be reference");
    }
    const bool any = std::ranges::any_of(path::path_cases(), [&](const path::PathCase& one) {
        return engine::matches(command.filter, one.id);
    });
    if (!any) {
        return complain(
            streams, status::usage,
            fmt::format("no case matches '{}' (assay run --role transfer --list)", command.filter));
    }
    const auto faults = faults_of(command.fault_options);
    if (!faults) return complain(streams, status::usage, faults.error().detail);
    auto profile = read_profile(command.profile);
    if (!profile) return complain(streams, status::usage, profile.error().detail);
    engine::RunOptions options;
    options.filter = command.filter;
    options.seed = command.seed;
    options.strict = command.strict;
    options.today = today();
    options.profile = std::move(*profile);
    const auto target = lab::reference_path(*faults);
    const engine::RunReport report = path::run(*target, engine::Requirements::embedded(), options);
    report::Details details;
    details.arguments = common_arguments(command);
    details.arguments.insert(details.arguments.begin(), {"--role", "transfer"});
    return end_of_run(command, report, details, streams);
}

int list_transfer_cases(const RunCommand& command, Streams& streams) {
    size_t count = 0;
    for (const path::PathCase& one : path::path_cases()) {
        if (!engine::matches(command.filter, one.id)) continue;
        ++count;
        streams.out << fmt::format("{:22} {}  [{}]\n", one.id, one.title, fmt::join(one.requirements, " "));
    }
    streams.out << fmt::format("{} cases\n", count);
    return status::ok;
}

int transfer_kill_matrix(Streams& streams) {
    const auto kills = path::path_kill_matrix();
    if (kills.empty()) {
        return complain(streams, status::usage,
                        "this build cannot be spoiled: it was made without ASSAY_HARNESS");
    }
    streams.out << cases::to_text(kills);
    return std::ranges::any_of(kills, &cases::Kill::survived) ? status::failures : status::ok;
}

}  // namespace assay::cli
