// A role as a value: what one kind of target is tested with, and what of it can be made faulty. Lists,
// filters, kill matrices and traceability are made from it, the same for every role.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "conformance/engine/kill_matrix.h"
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

// What a run on its way shows: cases done, cases in all, the id of the last.
// Gives whether the run is to go on.
using SuiteProgress = std::function<bool(size_t done, size_t total, std::string_view last)>;

// Runs `body` on everything of `all` that is selected, in order, until `progress` ends it.
template <class One, class Body>
void each_selected(std::span<const One> all, const Selection& selection, const SuiteProgress& progress,
                   Body&& body) {
    std::vector<const One*> wanted;
    for (const One& one : all) {
        if (selection.selects(selectable(one))) wanted.push_back(&one);
    }
    size_t done = 0;
    for (const One* one : wanted) {
        body(*one);
        if (progress && !progress(++done, wanted.size(), one->id)) return;
    }
}

}  // namespace assay::engine
