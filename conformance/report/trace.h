// The traceability matrix: which requirement is proved by which case, and what that case came to.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <utility>
#include <vector>

#include "conformance/engine/runner.h"

namespace assay::report {

// A case that proves a requirement, with the verdicts of a run, if there was one.
struct TracedCase {
    std::string id;
    // False for one that found something against the requirement without naming it as its own: the sane
    // exchange, and what every case looks at on its way.
    bool names_it = true;
    std::vector<std::pair<wire::Version, engine::Verdict>> verdicts{};
};

struct TraceRow {
    const engine::Requirement* requirement = nullptr;
    std::vector<TracedCase> cases{};

    // Some case names it.
    bool is_proved() const;
    // A `must` that no case names and that gives no reason for it.
    bool is_missing() const;
};

struct Trace {
    std::vector<TraceRow> rows{};  // one for each requirement, in their order
    // (case, requirement) where no requirement has that id.
    std::vector<std::pair<std::string, std::string>> unknown{};
};

// A case of whatever role, as far as the matrix is concerned.
struct Proof {
    std::string id;
    std::vector<std::string> requirements;
};

// The rows point into `requirements`, which must outlive them. `further` are cases of other roles.
Trace trace(const engine::Requirements& requirements, std::span<const engine::Case> cases,
            const engine::RunReport* report = nullptr, std::span<const Proof> further = {});

// Every `must` requirement that no case names and for which no reason (deferred, untestable) is stated.
std::vector<const engine::Requirement*> missing(const engine::Requirements& requirements,
                                                std::span<const engine::Case> cases);

// The requests of which cases judge no more than where they are legal, in the order of the legality table.
std::vector<std::string> judged_on_legality_alone();

// A table, one line a case, with the row of the threat model beside the requirement and the sums below, and
// then the requests that are judged on their legality alone.
std::string to_text(const Trace& trace);

// {"tool", "format": 1, "requirements": [{id, text, document, section, since, until, level, role, evidence,
// threat, deferred, untestable, cases: [{id, names_it, verdicts: {"1.0": "pass", ...}}]}], "missing": [id],
// "unknown": [{case, requirement}], "legality_only": [request name]}; threat, deferred and untestable are
// null when nothing is stated.
inline constexpr int kTraceFormat = 1;
nlohmann::ordered_json to_json(const Trace& trace);

}  // namespace assay::report
