#include "conformance/suites/threats/threats.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "conformance/engine/decide.h"
#include "conformance/suites/threats/kill_matrix.h"

namespace assay::cases::threats {

namespace {

using Json = nlohmann::ordered_json;

constexpr size_t kWide = 25;  // columns of an id

// A row of the table with what was observed of it; null: that mode was not run.
struct TableRow {
    const Row* row = nullptr;
    const Outcome* apm = nullptr;
    const Outcome* cc = nullptr;
};

std::vector<TableRow> table_of(std::span<const Outcome> outcomes) {
    std::vector<TableRow> rows;
    for (const Outcome& outcome : outcomes) {
        if (rows.empty() || rows.back().row != outcome.row) rows.push_back({.row = outcome.row});
        (outcome.mode == device::Mode::apm ? rows.back().apm : rows.back().cc) = &outcome;
    }
    return rows;
}

std::string pair_of(const Outcome* outcome) {
    if (outcome == nullptr) return std::string(17, ' ');
    return fmt::format("{:^8} {:^8}", symbol(outcome->expected()), symbol(outcome->observed.cell));
}

// One line, without blanks at its end.
void add_line(std::string& text, std::string_view line) {
    text += line.substr(0, line.find_last_not_of(' ') + 1);
    text += '\n';
}

std::string upper(std::string_view text) {
    std::string name(text);
    std::ranges::transform(name, name.begin(), [](char c) { return static_cast<char>(std::toupper(c)); });
    return name;
}

std::string line(const Outcome& outcome) {
    const Observation& seen = outcome.observed;
    std::string text = fmt::format("  {:<{}} {:<3} {}  {}", outcome.row->id, kWide,
                                   upper(device::name(outcome.mode)), symbol(seen.cell), seen.what);
    const size_t others = seen.attempts.empty() ? 0 : seen.attempts.size() - 1;
    if (seen.cell == Cell::withstood && others > 0) {
        text += fmt::format(" (and {} other way{})", others, others == 1 ? "" : "s");
    }
    if (!seen.check.empty()) text += fmt::format("  [{}]", seen.check);
    if (!seen.bytes.empty())
        text += "  " + to_hex(ByteView(seen.bytes).first(std::min<size_t>(seen.bytes.size(), 16)));
    if (!outcome.agrees()) text += "  DISAGREES";
    if (!outcome.reason.empty())
        text += fmt::format(" ({}: {})", engine::name(outcome.verdict), outcome.reason);
    return text + "\n";
}

// "unexpected_pass"
std::string identifier(std::string_view name) {
    std::string text(name);
    std::ranges::replace(text, ' ', '_');
    return text;
}

Json to_json(const Attempt& attempt) {
    return {{"what", attempt.what},
            {"success", attempt.success},
            {"check", attempt.check.empty() ? Json() : Json(attempt.check)},
            {"why_without", attempt.why_without},
            {"bytes", to_hex(attempt.bytes)}};
}

Json to_json(const Outcome& outcome) {
    const Observation& seen = outcome.observed;
    Json attempts = Json::array();
    for (const Attempt& attempt : seen.attempts) attempts.push_back(to_json(attempt));
    return {
        {"row", outcome.row->id},
        {"category", outcome.row->category},
        {"threat", outcome.row->threat},
        {"mode", device::name(outcome.mode)},
        {"expected", name(outcome.expected())},
        {"observed", name(seen.cell)},
        {"agrees", outcome.agrees()},
        {"what", seen.what},
        {"check", seen.check.empty() ? Json() : Json(seen.check)},
        {"bytes", to_hex(seen.bytes)},
        {"verdict", identifier(engine::name(outcome.verdict))},
        {"reason", outcome.reason},
        {"modelled", {{"extent", outcome.row->full ? "full" : "port"}, {"reason", outcome.row->modelled}}},
        {"attempts", attempts}};
}

std::string id_of(const Row& row, device::Mode mode) {
    return fmt::format("{}/{}", row.id, device::name(mode));
}

// A row in a mode: what is run, listed and selected.
struct Experiment {
    std::string id;
    const Row* row = nullptr;
    device::Mode mode = device::Mode::cc;
};

std::span<const Experiment> experiments() {
    static const std::vector<Experiment> all = [] {
        std::vector<Experiment> list;
        for (const Row& row : threat_model()) {
            for (device::Mode mode : kModes) list.push_back({id_of(row, mode), &row, mode});
        }
        return list;
    }();
    return all;
}

engine::CaseResult result_of(const Outcome& outcome) {
    const Row& row = *outcome.row;
    const Observation& seen = outcome.observed;
    engine::CaseResult result{.id = outcome.id(),
                              .title = row.threat,
                              .verdict = outcome.verdict,
                              .reason = outcome.reason,
                              .group = row.category};
    if (!outcome.agrees()) {
        result.findings.emplace_back(engine::Verdict::fail, "", std::string(name(outcome.expected())),
                                     fmt::format("{}: {}", name(seen.cell), seen.what));
    }
    result.columns = {{"row", row.id},
                      {"mode", std::string(device::name(outcome.mode))},
                      {"expected", std::string(name(outcome.expected()))},
                      {"observed", std::string(name(seen.cell))},
                      {"what", seen.what},
                      {"check", seen.check},
                      {"bytes", to_hex(seen.bytes)}};
    return result;
}

}  // namespace

const Scenario* scenario(std::string_view id) {
    for (auto scenarios : {confidentiality_scenarios(), integrity_scenarios(), availability_scenarios(),
                           general_scenarios()}) {
        const auto found = std::ranges::find(scenarios, id, &Scenario::id);
        if (found != scenarios.end()) return &*found;
    }
    return nullptr;
}

Outcome observe(const Row& row, device::Mode mode, const guest::MachineFaultConfig& faults) {
    const Scenario* found = scenario(row.id);
    Outcome outcome{.row = &row, .mode = mode, .observed = {}};
    if (found != nullptr) outcome.observed = found->run(mode, faults);
    if (!outcome.agrees()) outcome.verdict = engine::Verdict::fail;
    return outcome;
}

std::string Outcome::id() const { return id_of(*row, mode); }

engine::Suite suite() {
    const auto cases = [] {
        std::vector<engine::CaseInfo> list;
        for (const Experiment& one : experiments()) {
            list.push_back({.id = one.id,
                            .columns = {one.row->category, std::string(name(one.row->expected(one.mode)))},
                            .title = one.row->threat});
        }
        return list;
    };
    return {.name = "threats",
            .unit = "cells",
            .cases = cases,
            .kill_matrix = threat_kill_matrix,
            .column_names = {"category", "expected"}};
}

Observed run(const guest::MachineFaultConfig& faults, const engine::RunOptions& options,
             const engine::RunControl& control) {
    Observed all;
    all.report.target = "reference";
    all.report.options = options;
    all.report.role = suite().name;
    all.report.counted_by = "category";
    engine::RunControl anew = control;
    anew.known = {};
    engine::run_selected(all.report, experiments(), anew, [&](const Experiment& one, wire::Version) {
        Outcome& outcome = all.outcomes.emplace_back(observe(*one.row, one.mode, faults));
        engine::apply_profile(one.id, std::nullopt, options, outcome.verdict, outcome.reason);
        return result_of(outcome);
    });
    all.report.remarks = {to_text(all.outcomes)};
    return all;
}

std::vector<Outcome> observe_all(const guest::MachineFaultConfig& faults) { return run(faults, {}).outcomes; }

std::string to_text(std::span<const Outcome> outcomes) {
    std::string text;
    add_line(text, fmt::format("{:<{}}  {:^17}   {:^17}", "", kWide + 2, "APM", "Hopper-CC"));
    add_line(text, fmt::format("{:<{}}  {:^8} {:^8}   {:^8} {:^8}", "Threat", kWide + 2, "expected",
                               "observed", "expected", "observed"));
    std::string_view category;
    const std::vector<TableRow> rows = table_of(outcomes);
    for (const TableRow& one : rows) {
        const Row& row = *one.row;
        if (row.category != category) add_line(text, row.category);
        category = row.category;
        add_line(text, fmt::format("  {:<{}}  {}   {}   {}", row.id, kWide, pair_of(one.apm), pair_of(one.cc),
                                   row.full ? "" : "to the port"));
    }
    text += "\nWhat was observed  [check that refused]  bytes that the attacker holds or has put there\n";
    for (const Outcome& outcome : outcomes) text += line(outcome);
    text += "\nTo the port: what hardware alone carries out is modelled as far as this.\n";
    for (const TableRow& one : rows) {
        if (!one.row->full) text += fmt::format("  {:<{}} {}\n", one.row->id, kWide, one.row->modelled);
    }
    const auto agree = std::ranges::count_if(outcomes, &Outcome::agrees);
    return text + fmt::format("\n{} of {} cells are as expected\n", agree, outcomes.size());
}

std::string to_json(std::span<const Outcome> outcomes) {
    Json cells = Json::array();
    for (const Outcome& outcome : outcomes) cells.push_back(to_json(outcome));
    const Json report{{"tool", "assay"},       {"format", kFormat},
                      {"role", "threats"},     {"agree", std::ranges::count_if(outcomes, &Outcome::agrees)},
                      {"of", outcomes.size()}, {"cells", cells}};
    return report.dump(1) + "\n";
}

}  // namespace assay::cases::threats
