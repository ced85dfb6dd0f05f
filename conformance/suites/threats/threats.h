// The threat model as experiments: each row in each mode, what was expected and what was observed.
#pragma once

#include <functional>

#include "conformance/suites/threats/attack.h"

namespace assay::cases::threats {

inline constexpr device::Mode kModes[] = {device::Mode::apm, device::Mode::cc};

struct Outcome {
    const Row* row = nullptr;
    device::Mode mode = device::Mode::cc;
    Observation observed;

    Cell expected() const { return row->expected(mode); }
    bool agrees() const { return observed.cell == expected(); }
};

// The scenario of a row; null when there is none.
const Scenario* scenario(std::string_view id);
Outcome observe(const Row& row, device::Mode mode, const guest::MachineFaultConfig& faults = {});
// Every row of the table in both modes, in its order. `progress` is called after each.
std::vector<Outcome> observe_all(const guest::MachineFaultConfig& faults = {},
                                 const std::function<void(const Outcome&)>& progress = {});

// The table, expected and observed side by side, and a line for each cell.
std::string to_text(std::span<const Outcome> outcomes);
// {tool, format, agree, of, cells: [{row, category, threat, mode, expected, observed, agrees, what, check,
// bytes (hexadecimal), modelled: {extent, reason}, attempts: [{what, success, check, why_without, bytes}]}]};
// check null where none refused.
std::string to_json(std::span<const Outcome> outcomes);

}  // namespace assay::cases::threats
