// Which cases of a role a run or a list is of: the same value for every role.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "conformance/engine/requirement.h"
#include "stack/wire/version.h"

namespace assay::engine {

// What a selection looks at in a case.
struct Selectable {
    std::string_view id;
    std::span<const std::string> requirements{};
    bool waits = false;  // for silence, where that is a right answer
};

// A case at a version; nullopt in a role without versions, and for a target that was never reached.
struct CaseAt {
    std::string id;
    std::optional<wire::Version> version;
    bool operator==(const CaseAt&) const = default;
};

// Each part that is not empty narrows it. Globs have "*" for any run of characters and "?" for one.
struct Selection {
    std::vector<std::string> cases{};         // globs over ids, one of which must match
    std::vector<std::string> exclude{};       // globs over ids, none of which may match
    std::vector<std::string> requirements{};  // globs over ids of requirements: one of the case's must match
    std::vector<Level> levels{};              // one requirement of the case must have one of them
    std::string only_failed{};                // the report that `only` was read from
    std::vector<CaseAt> only{};               // these pairs and no other, if a report is named
    // Of a role with versions: only the newest version that the target has, and no case that waits for
    // silence.
    bool fast = false;

    bool everything() const;
    // Whether a case is selected at some version.
    bool selects(const Selectable& one, const Requirements& known = Requirements::embedded()) const;
    // Whether a case that is selected is to be run at that version.
    bool selects_at(std::string_view id, std::optional<wire::Version> version) const;
    // The first glob of the options that matches none of the ids and requirements of `all`, with its option
    // in front: {"--case", "ctr/*"}. Empty when each matches. Of `always` are ids that no exclusion leaves
    // out.
    std::vector<std::string> matches_nothing(std::span<const Selectable> all,
                                             std::span<const std::string_view> always) const;
    // The options of `assay run` that select the same: {"--case", "crt/*", "--fast"}.
    std::vector<std::string> arguments() const;
};

// A case of whatever kind, as a selection looks at it.
template <class One>
Selectable selectable(const One& one) {
    Selectable what{.id = one.id};
    if constexpr (requires { one.requirements; }) what.requirements = one.requirements;
    if constexpr (requires { one.waits; }) what.waits = one.waits;
    return what;
}

// The cases that a glob over ids matches.
Selection matching(std::string glob);

}  // namespace assay::engine
