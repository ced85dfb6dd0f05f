#include "conformance/suites/transfer/transfer.h"

#include "conformance/engine/decide.h"

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

engine::RunReport run(const lab::PathTarget& target, const engine::Requirements& requirements,
                      const engine::RunOptions& options, const engine::Progress& progress) {
    engine::RunReport report;
    report.target = target.name();
    report.options = options;
    std::vector<const PathCase*> wanted;
    for (const PathCase& one : path_cases()) {
        if (engine::matches(options.filter, one.id)) wanted.push_back(&one);
    }
    for (const PathCase* one : wanted) {
        CaseContext test(target);
        const CheckResult judgement = one->run(test);
        engine::CaseResult result{.id = one->id, .title = one->title, .requirements = one->requirements};
        engine::decide(result, judgement, test.notes(), requirements, options);
        report.results.push_back(std::move(result));
        if (progress) progress(report.results.size(), wanted.size(), report.results.back());
    }
    return report;
}

}  // namespace assay::cases::path
