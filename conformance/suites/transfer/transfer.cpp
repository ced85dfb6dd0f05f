#include "conformance/suites/transfer/transfer.h"

#include "conformance/engine/decide.h"
#include "conformance/suites/transfer/kill_matrix.h"

namespace assay::cases::path {

std::span<const PathCase> path_cases() {
    static const PathCases all = [] {
        PathCases cases;
        for (auto add : {add_keys, add_ivs, add_blocks, add_rotation, add_work, add_faults, add_rpc,
                         add_semaphores, add_staging, add_copies, add_life}) {
            add(cases);
        }
        return cases;
    }();
    return all;
}

engine::Suite suite() {
    const auto cases = [] {
        std::vector<engine::CaseInfo> list;
        for (const PathCase& one : path_cases())
            list.push_back({.id = one.id, .title = one.title, .requirements = one.requirements});
        return list;
    };
    return {.name = "transfer", .unit = "cases", .cases = cases, .kill_matrix = path_kill_matrix};
}

engine::RunReport run(const lab::PathTarget& target, const engine::Requirements& requirements,
                      const engine::RunOptions& options, const engine::RunControl& control) {
    engine::RunReport report;
    report.target = target.name();
    report.options = options;
    report.role = suite().name;
    report.counted_by = "group";
    engine::run_selected(report, path_cases(), control, [&](const PathCase& one, wire::Version) {
        CaseContext test(target);
        const CheckResult judgement = one.run(test);
        engine::CaseResult result{.id = one.id,
                                  .title = one.title,
                                  .requirements = one.requirements,
                                  .judged = test.judged(),
                                  .group = one.id.substr(0, one.id.find('/'))};
        engine::decide(result, judgement, test.notes(), requirements, options);
        return result;
    });
    return report;
}

}  // namespace assay::cases::path
