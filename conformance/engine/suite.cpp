#include "conformance/engine/suite.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "conformance/engine/requirement.h"

namespace assay::engine {

std::vector<CaseInfo> Suite::selected(std::string_view filter) const {
    std::vector<CaseInfo> list = cases();
    std::erase_if(list, [&](const CaseInfo& one) { return !matches(filter, one.id); });
    return list;
}

bool Suite::has(std::string_view filter) const {
    return std::ranges::any_of(always, [&](std::string_view id) { return matches(filter, id); }) ||
           !selected(filter).empty();
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
