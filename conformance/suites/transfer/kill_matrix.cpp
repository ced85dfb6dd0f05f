#include "conformance/suites/transfer/kill_matrix.h"

#include <fmt/format.h>

#include <algorithm>

#include "conformance/lab/transfer_reference.h"
#include "conformance/suites/transfer/transfer.h"
#include "stack/base/ranges.h"

namespace assay::cases::path {

namespace {

// Cases do reach these checks, but the code cannot go on when they are waived.
constexpr engine::Excuse kExcuses[] = {
    {"key_closed", "without a key there is nothing to compute with"},
    {"key_version", "without a key of that version there is nothing to compute with"},
    {"block_size", "bounds memory"},
    {"fault_size", "bounds memory"},
    {"rpc_size", "bounds memory"},
    {"rpc_length", "bounds memory"},
    {"semaphore_size", "bounds memory"},
    {"staging_layout", "bounds memory"},
    {"staging_bounds", "bounds memory"},
    {"copy_size", "bounds memory"},
    {"copy_channel", "bounds memory: the channels are an array"},
    {"copy_address", "bounds memory: the device has none there"},
    {"rpc_tag", "is the queue's name for block_tag, which is waived in its own row"},
    {"rpc_iv", "is the queue's name for iv_exhausted, which is waived in its own row"},
    {"staging_full",
     "there is no buffer to hand out; the defects staging_* are the ways to do it all the same"},
    {"copy_form", "what is missing or unknown has no meaning to go on with"},
    {"copy_ticket", "there is no transfer that could end"},
    {"policy_range", "bounds memory: the limits are an array"},
};

// Other than a plain pass; empty when it is one.
std::string found_by(const PathCase& one, const lab::PathTarget& target) {
    CaseContext test(target);
    const CheckResult judgement = one.run(test);
    if (judgement && test.notes().empty()) return {};
    const Finding& finding = judgement ? test.notes().front() : judgement.error();
    if (finding.verdict == Verdict::not_applicable) return {};
    return fmt::format("{}: expected {}", one.id, finding.expected);
}

#ifdef ASSAY_HARNESS

// The cases of the requirement that a check enforces are tried first.
std::string noticed(const transfer::FaultConfig& faults, std::string_view requirement) {
    const auto target = lab::reference_path(faults);
    for (const bool own : {true, false}) {
        for (const PathCase& one : path_cases()) {
            if (contains(one.requirements, std::string(requirement)) != own) continue;
            if (std::string by = found_by(one, *target); !by.empty()) return by;
        }
    }
    return {};
}

#endif

}  // namespace

std::vector<std::string> path_kill_matrix_control() {
    std::vector<std::string> faults;
    const auto target = lab::reference_path();
    for (const PathCase& one : path_cases()) {
        if (std::string by = found_by(one, *target); !by.empty()) faults.push_back(std::move(by));
    }
    return faults;
}

engine::Faults<transfer::FaultConfig> path_faults() {
    engine::Faults<transfer::FaultConfig> all;
#ifdef ASSAY_HARNESS
    engine::add_faults<transfer::Check>(all, false, transfer::kCheckCount,
                                        [](auto& faults, transfer::Check check) { faults.waive(check); });
    engine::add_faults<transfer::Defect>(all, true, transfer::kDefectCount,
                                         [](auto& faults, transfer::Defect defect) { faults.plant(defect); });
#endif
    return all;
}

engine::KillMatrix path_kill_matrix() {
    engine::KillMatrix matrix{.rows = {}, .excuses = kExcuses};
#ifdef ASSAY_HARNESS
    for (const auto& fault : path_faults()) {
        transfer::FaultConfig faults;
        fault.plant(faults);
        const auto check = transfer::check_from_name(fault.name);
        const std::string_view requirement = fault.defect || !check ? "" : info(*check).requirement;
        matrix.rows.push_back(
            {fault.name, fault.defect, requirement, [=] { return noticed(faults, requirement); }});
    }
#endif
    return matrix;
}

}  // namespace assay::cases::path
