#include "conformance/suites/requester/kill_matrix.h"

#include <fmt/format.h>

#include "conformance/lab/requester_reference.h"
#include "conformance/suites/requester/suite.h"
#include "stack/base/ranges.h"

namespace assay::cases::requester {

namespace {

// What no case can notice, and why.
constexpr engine::Excuse kExcuses[] = {
    {"response_short",
     "what is shorter than a header is malformed too: response_malformed refuses it at once"},
};

// Other than a plain pass; empty when it is one. `usual`: a fault is tried at its usual version alone.
std::string found_by(const RequesterCase& one, Subject& subject, bool usual) {
    for (const wire::Version version : wire::kVersions) {
        if (version < one.since || version > one.until) continue;
        if (usual && one.usual && version != *one.usual) continue;
        CaseContext test(subject, version);
        const CheckResult judgement = one.run(test);
        if (judgement && test.notes().empty()) continue;
        const Finding& finding = judgement ? test.notes().front() : judgement.error();
        if (!judgement && !engine::is_failure(finding.verdict)) continue;
        return fmt::format("{} at {}: expected {}", one.id, wire::name(version), finding.expected);
    }
    return {};
}

#ifdef ASSAY_HARNESS

// The cases of the requirement that a check enforces are tried first.
std::string noticed(const spdm::FaultConfig& faults, const std::string& requirement) {
    lab::ReferenceRequester dut(faults);
    Subject subject(dut, {});
    for (const bool own : {true, false}) {
        for (const RequesterCase& one : requester_cases()) {
            if (contains(one.requirements, requirement) != own) continue;
            if (std::string by = found_by(one, subject, true); !by.empty()) return by;
        }
    }
    return {};
}

#endif

}  // namespace

std::vector<std::string> kill_matrix_control() {
    std::vector<std::string> faults;
    lab::ReferenceRequester dut;
    Subject subject(dut, {});
    for (const RequesterCase& one : requester_cases()) {
        if (std::string by = found_by(one, subject, false); !by.empty()) faults.push_back(std::move(by));
    }
    return faults;
}

engine::Faults<spdm::FaultConfig> requester_faults() {
    engine::Faults<spdm::FaultConfig> all;
#ifdef ASSAY_HARNESS
    engine::add_faults<spdm::Check>(all, false, spdm::kCheckCount,
                                    [](auto& faults, spdm::Check check) { faults.waive(check); });
    std::erase_if(all, [](const auto& fault) {
        const auto check = spdm::check_from_name(fault.name);
        return check && spdm::info(*check).responder;
    });
#endif
    return all;
}

engine::KillMatrix kill_matrix() {
    engine::KillMatrix matrix{.rows = {}, .excuses = kExcuses};
#ifdef ASSAY_HARNESS
    for (const auto& fault : requester_faults()) {
        spdm::FaultConfig faults;
        fault.plant(faults);
        const std::string_view requirement = spdm::info(*spdm::check_from_name(fault.name)).requirement;
        matrix.rows.push_back(
            {fault.name, false, requirement, [=] { return noticed(faults, std::string(requirement)); }});
    }
#endif
    return matrix;
}

}  // namespace assay::cases::requester
