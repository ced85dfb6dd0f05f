// The threat model as experiments: each row in each mode, what was expected and what was observed.
#pragma once

#include "conformance/engine/runner.h"
#include "conformance/engine/suite.h"
#include "conformance/suites/threats/attack.h"

namespace assay::cases::threats {

inline constexpr device::Mode kModes[] = {device::Mode::apm, device::Mode::cc};

struct Outcome {
    const Row* row = nullptr;
    device::Mode mode = device::Mode::cc;
    Observation observed;
    engine::Verdict verdict = engine::Verdict::pass;  // a failure where it does not agree
    std::string reason{};                             // of what the profile made of it

    // "link-read-code/cc"
    std::string id() const;
    Cell expected() const { return row->expected(mode); }
    bool agrees() const { return observed.cell == expected(); }
};

// The scenario of a row; null when there is none.
const Scenario* scenario(std::string_view id);
Outcome observe(const Row& row, device::Mode mode, const guest::MachineFaultConfig& faults = {});
// The role: a case is a cell, with the id "ROW/MODE".
engine::Suite suite();

// A run: what was observed, and the same as every role reports it; the table is a remark. Columns of a
// result: row, mode, expected, observed, what, check (empty: none refused), bytes (hexadecimal), all as in
// to_json().
struct Observed {
    std::vector<Outcome> outcomes;
    engine::RunReport report;
};
// The cells that options.selection selects, in the order of the table; of the options the profile counts too.
// Each is observed, also where control.known has its result: a cell is more than that, and takes no time.
Observed run(const guest::MachineFaultConfig& faults, const engine::RunOptions& options,
             const engine::RunControl& control = {});
// All of them.
std::vector<Outcome> observe_all(const guest::MachineFaultConfig& faults = {});

// The table, expected and observed side by side, and a line for each cell.
std::string to_text(std::span<const Outcome> outcomes);
inline constexpr int kFormat = 1;  // of to_json()
// {tool, format, agree, of, cells: [{row, category, threat, mode, expected, observed, agrees, what, check,
// bytes (hexadecimal), verdict, reason, modelled: {extent, reason}, attempts: [{what, success, check,
// why_without, bytes}]}]}; check null where none refused.
std::string to_json(std::span<const Outcome> outcomes);

}  // namespace assay::cases::threats
