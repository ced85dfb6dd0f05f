// A role as a value: what one kind of target is tested with, and what of it can be made faulty. Lists,
// filters, kill matrices and traceability are made from it, the same for every role.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "conformance/engine/kill_matrix.h"
#include "conformance/engine/runner.h"
#include "conformance/engine/selection.h"

namespace assay::engine {

// A case as it is listed.
struct CaseInfo {
    std::string id{};
    std::vector<std::string> columns{};  // between id and title, whatever the role has to say there
    std::string title{};
    std::vector<std::string> requirements{};
    std::vector<std::string> needs{};  // what a target must claim: "CERT_CAP"
    bool negative = false;             // afterwards the target is checked to be alive and unharmed
    bool writes = false;               // changes the target for good
    bool once = false;                 // is run at the last version only
    bool waits = false;                // for silence, where that is a right answer
};

struct Suite {
    std::string_view name;  // "verifier"
    std::string_view unit;  // what its cases are called in a sum: "bundles"
    std::vector<CaseInfo> (*cases)();
    KillMatrix (*kill_matrix)();
    // Ids that no list has: they are run whatever the selection, or alone.
    std::vector<std::string_view> always{};
    std::vector<std::string_view> column_names{};  // of CaseInfo::columns

    // The cases that are selected, in their order.
    std::vector<CaseInfo> selected(const Selection& selection) const;
    // Why a run with that selection is a run of nothing, or not of all that was meant: an option of it whose
    // value matches no case; the whole selection when each does and no case is left. Empty: it is a run of
    // something.
    std::vector<std::string> unmatched(const Selection& selection) const;
};

// A line for each case, with its requirements and the clauses where they stand, and how many there are.
std::string to_text(std::span<const CaseInfo> cases, std::string_view unit);

// A case at a version that a run is to have.
struct Due {
    std::string_view id;
    wire::Version version;
    std::function<CaseResult()> run;
};

// Runs them in order until `control` stops it, and adds the results to the report. What an earlier,
// interrupted run knew is not run again.
void run_due(RunReport& report, std::span<const Due> due, const RunControl& control);

// The same of what report.options selects of `all`: at each of its versions between `since` and `until`, or
// once, where cases have no versions. `body` runs one at one version and gives its result.
template <class One, class Body>
void run_selected(RunReport& report, std::span<const One> all, const RunControl& control, const Body& body) {
    const RunOptions& options = report.options;
    std::vector<Due> due;
    const auto add = [&](const One& one, wire::Version version) {
        due.push_back({one.id, version, [&body, &one, version] { return body(one, version); }});
    };
    for (const One& one : all) {
        if (!options.selection.selects(selectable(one))) continue;
        if constexpr (requires { one.since; }) {
            for (const wire::Version version : options.versions) {
                const bool holds = version >= one.since && version <= one.until;
                if (holds && options.selection.selects_at(one.id, version)) add(one, version);
            }
        } else {
            add(one, CaseResult{}.version);
        }
    }
    run_due(report, due, control);
}

}  // namespace assay::engine
