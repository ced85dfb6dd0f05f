#include "conformance/suites/transfer/kill_matrix.h"

#include <fmt/format.h>

#include <algorithm>

#include "conformance/lab/transfer_reference.h"
#include "conformance/suites/transfer/transfer.h"
#include "stack/base/ranges.h"

namespace assay::cases::path {

namespace {

struct Excuse {
    std::string_view name;
    std::string_view why;
};
// Cases do reach these checks, but the code cannot go on when they are waived.
constexpr Excuse kExcuses[] = {
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

std::string excuse(std::string_view name) {
    const auto* known = std::ranges::find(kExcuses, name, &Excuse::name);
    return known == std::end(kExcuses) ? std::string() : std::string(known->why);
}

Kill row(std::string_view name, bool defect, std::string_view requirement,
         const transfer::FaultConfig& faults) {
    Kill kill{.name = name,
              .defect = defect,
              .requirement = requirement,
              .by = noticed(faults, requirement),
              .excuse = {}};
    if (kill.by.empty()) kill.excuse = excuse(name);
    return kill;
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

size_t path_kill_matrix_excuses() { return std::size(kExcuses); }

#ifdef ASSAY_HARNESS

std::vector<Kill> path_kill_matrix(const std::function<void(const Kill&)>& progress) {
    std::vector<Kill> kills;
    const auto add = [&](Kill kill) {
        kills.push_back(std::move(kill));
        if (progress) progress(kills.back());
    };
    for (size_t i = 0; i < transfer::kCheckCount; ++i) {
        transfer::FaultConfig faults;
        faults.waive(static_cast<transfer::Check>(i));
        const transfer::CheckInfo& check = info(static_cast<transfer::Check>(i));
        add(row(check.name, false, check.requirement, faults));
    }
    for (size_t i = 0; i < transfer::kDefectCount; ++i) {
        transfer::FaultConfig faults;
        faults.plant(static_cast<transfer::Defect>(i));
        add(row(info(static_cast<transfer::Defect>(i)).name, true, {}, faults));
    }
    return kills;
}

#else

std::vector<Kill> path_kill_matrix(const std::function<void(const Kill&)>& /*progress*/) { return {}; }

#endif

}  // namespace assay::cases::path
