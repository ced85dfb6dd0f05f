#include "conformance/engine/suite.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "conformance/engine/requirement.h"

namespace assay::engine {

std::vector<CaseInfo> Suite::selected(const Selection& selection) const {
    std::vector<CaseInfo> list = cases();
    std::erase_if(list, [&](const CaseInfo& one) { return !selection.selects(selectable(one)); });
    return list;
}

std::vector<std::string> Suite::unmatched(const Selection& selection) const {
    const std::vector<CaseInfo> list = cases();
    std::vector<Selectable> all;
    for (const CaseInfo& one : list) all.push_back(selectable(one));
    std::vector<std::string> nothing = selection.matches_nothing(all, always);
    if (!nothing.empty()) return nothing;
    const auto is_run = [&](const Selectable& one) { return selection.selects(one); };
    const auto is_run_alone = [&](std::string_view id) { return selection.selects({.id = id}); };
    if (std::ranges::any_of(all, is_run) || std::ranges::any_of(always, is_run_alone)) return {};
    return selection.arguments();
}

void run_due(RunReport& report, std::span<const Due> due, const RunControl& control) {
    const auto now = [&] {
        return control.clock != nullptr ? control.clock->now() : std::chrono::microseconds{0};
    };
    for (size_t done = 0; done < due.size(); ++done) {
        if (control.stop && control.stop()) {
            report.interrupted = true;
            return;
        }
        std::optional<CaseResult> result;
        if (control.known) result = control.known(due[done].id, due[done].version);
        if (!result) {
            const std::chrono::microseconds begun = now();
            result = due[done].run();
            result->time = now() - begun;
        }
        report.results.push_back(std::move(*result));
        if (control.progress) control.progress(done + 1, due.size(), report.results.back());
    }
}

std::string to_text(std::span<const CaseInfo> cases, std::string_view unit) {
    size_t ids = 0;
    std::vector<size_t> widths;
    for (const CaseInfo& one : cases) {
        ids = std::max(ids, one.id.size());
        widths.resize(std::max(widths.size(), one.columns.size()));
        for (size_t i = 0; i < one.columns.size(); ++i)
            widths[i] = std::max(widths[i], one.columns[i].size());
    }
    std::string text;
    for (const CaseInfo& one : cases) {
        text += fmt::format("{:{}}  ", one.id, ids);
        for (size_t i = 0; i < one.columns.size(); ++i)
            text += fmt::format("{:{}}  ", one.columns[i], widths[i]);
        text += one.title;
        if (!one.requirements.empty()) text += fmt::format("  [{}]", fmt::join(one.requirements, " "));
        const std::vector<std::string> clauses = Requirements::embedded().clauses(one.requirements);
        if (!clauses.empty()) text += fmt::format("  {}", fmt::join(clauses, "; "));
        text += '\n';
    }
    return text + fmt::format("{} {}\n", cases.size(), unit);
}

}  // namespace assay::engine
