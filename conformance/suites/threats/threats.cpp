#include "conformance/suites/threats/threats.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

namespace assay::cases::threats {

namespace {

using Json = nlohmann::ordered_json;

constexpr size_t kWide = 25;  // columns of an id

std::string pair_of(const Outcome& outcome) {
    return fmt::format("{:^8} {:^8}", symbol(outcome.expected()), symbol(outcome.observed.cell));
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
    return text + (outcome.agrees() ? "\n" : "  DISAGREES\n");
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
        {"modelled", {{"extent", outcome.row->full ? "full" : "port"}, {"reason", outcome.row->modelled}}},
        {"attempts", attempts}};
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
    return outcome;
}

std::vector<Outcome> observe_all(const guest::MachineFaultConfig& faults,
                                 const std::function<void(const Outcome&)>& progress) {
    std::vector<Outcome> outcomes;
    for (const Row& row : threat_model()) {
        for (device::Mode mode : kModes) {
            outcomes.push_back(observe(row, mode, faults));
            if (progress) progress(outcomes.back());
        }
    }
    return outcomes;
}

std::string to_text(std::span<const Outcome> outcomes) {
    std::string text;
    add_line(text, fmt::format("{:<{}}  {:^17}   {:^17}", "", kWide + 2, "APM", "Hopper-CC"));
    add_line(text, fmt::format("{:<{}}  {:^8} {:^8}   {:^8} {:^8}", "Threat", kWide + 2, "expected",
                               "observed", "expected", "observed"));
    std::string_view category;
    for (size_t i = 0; i + 1 < outcomes.size(); i += 2) {
        const Row& row = *outcomes[i].row;
        if (row.category != category) add_line(text, row.category);
        category = row.category;
        add_line(text, fmt::format("  {:<{}}  {}   {}   {}", row.id, kWide, pair_of(outcomes[i]),
                                   pair_of(outcomes[i + 1]), row.full ? "" : "to the port"));
    }
    text += "\nWhat was observed  [check that refused]  bytes that the attacker holds or has put there\n";
    for (const Outcome& outcome : outcomes) text += line(outcome);
    text += "\nTo the port: what hardware alone carries out is modelled as far as this.\n";
    for (size_t i = 0; i < outcomes.size(); i += 2) {
        const Row& row = *outcomes[i].row;
        if (!row.full) text += fmt::format("  {:<{}} {}\n", row.id, kWide, row.modelled);
    }
    const auto agree = std::ranges::count_if(outcomes, &Outcome::agrees);
    return text + fmt::format("\n{} of {} cells are as expected\n", agree, outcomes.size());
}

std::string to_json(std::span<const Outcome> outcomes) {
    Json cells = Json::array();
    for (const Outcome& outcome : outcomes) cells.push_back(to_json(outcome));
    const Json report{{"tool", "assay"},       {"format", 1},
                      {"role", "threats"},     {"agree", std::ranges::count_if(outcomes, &Outcome::agrees)},
                      {"of", outcomes.size()}, {"cells", cells}};
    return report.dump(1) + "\n";
}

}  // namespace assay::cases::threats
