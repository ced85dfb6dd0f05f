#include "conformance/engine/selection.h"

#include <algorithm>

#include "conformance/engine/profile.h"
#include "stack/base/ranges.h"

namespace assay::engine {

namespace {

bool any_matches(std::span<const std::string> globs, std::string_view id) {
    return std::ranges::any_of(globs, [&](const std::string& glob) { return matches(glob, id); });
}

}  // namespace

bool Selection::everything() const { return arguments().empty(); }

bool Selection::selects(const Selectable& one, const Requirements& known) const {
    if (!cases.empty() && !any_matches(cases, one.id)) return false;
    if (any_matches(exclude, one.id)) return false;
    if (fast && one.waits) return false;
    const auto is_wanted = [&](const std::string& id) { return any_matches(requirements, id); };
    if (!requirements.empty() && !std::ranges::any_of(one.requirements, is_wanted)) return false;
    const auto has_level = [&](const std::string& id) {
        const Requirement* rule = known.find(id);
        return rule != nullptr && contains(levels, rule->level);
    };
    if (!levels.empty() && !std::ranges::any_of(one.requirements, has_level)) return false;
    return only_failed.empty() || std::ranges::find(only, one.id, &CaseAt::id) != only.end();
}

bool Selection::selects_at(std::string_view id, std::optional<wire::Version> version) const {
    return only_failed.empty() || std::ranges::any_of(only, [&](const CaseAt& one) {
               return one.id == id && one.version == version;
           });
}

std::vector<std::string> Selection::matches_nothing(std::span<const Selectable> all,
                                                    std::span<const std::string_view> always) const {
    const auto matches_id = [&](const std::string& glob, std::span<const std::string_view> further) {
        return std::ranges::any_of(all, [&](const Selectable& one) { return matches(glob, one.id); }) ||
               std::ranges::any_of(further, [&](std::string_view id) { return matches(glob, id); });
    };
    const auto matches_requirement = [&](const std::string& glob) {
        return std::ranges::any_of(all, [&](const Selectable& one) {
            return std::ranges::any_of(one.requirements,
                                       [&](const std::string& id) { return matches(glob, id); });
        });
    };
    for (const std::string& glob : cases) {
        if (!matches_id(glob, always)) return {"--case", glob};
    }
    for (const std::string& glob : exclude) {
        if (!matches_id(glob, {})) return {"--exclude", glob};
    }
    for (const std::string& glob : requirements) {
        if (!matches_requirement(glob)) return {"--requirement", glob};
    }
    return {};
}

std::vector<std::string> Selection::arguments() const {
    std::vector<std::string> list;
    const auto add = [&](std::string_view option, std::span<const std::string> values) {
        for (const std::string& value : values) list.insert(list.end(), {std::string(option), value});
    };
    add("--case", cases);
    add("--exclude", exclude);
    add("--requirement", requirements);
    for (const Level level : levels) list.insert(list.end(), {"--level", std::string(name(level))});
    if (!only_failed.empty()) list.insert(list.end(), {"--only-failed", only_failed});
    if (fast) list.emplace_back("--fast");
    return list;
}

Selection matching(std::string glob) { return {.cases = {std::move(glob)}}; }

}  // namespace assay::engine
