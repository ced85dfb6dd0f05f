#include "conformance/report/trace.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "conformance/report/details.h"
#include "stack/base/ranges.h"
#include "stack/spdm/legality.h"
#include "stack/spdm/responder.h"

namespace assay::report {

namespace {

using Json = nlohmann::ordered_json;

TracedCase& row_of_case(TraceRow& row, std::string_view id, bool names_it) {
    auto known = std::ranges::find(row.cases, id, &TracedCase::id);
    if (known != row.cases.end()) return *known;
    return row.cases.emplace_back(TracedCase{.id = std::string(id), .names_it = names_it});
}

class Builder {
   public:
    explicit Builder(const engine::Requirements& requirements) {
        for (const engine::Requirement& requirement : requirements.all()) {
            index_.emplace(requirement.id, trace_.rows.size());
            trace_.rows.push_back({.requirement = &requirement});
        }
    }

    void add(const std::string& case_id, std::span<const std::string> requirements) {
        for (const std::string& id : requirements) {
            if (TraceRow* row = find(case_id, id)) row_of_case(*row, case_id, true);
        }
    }

    void add(const engine::RunReport& report, const engine::CaseResult& result) {
        std::vector<std::string> ids = result.requirements;
        for (const engine::Finding& finding : result.findings) {
            if (!finding.requirement.empty() && !contains(ids, finding.requirement))
                ids.push_back(finding.requirement);
        }
        std::optional<wire::Version> version = version_of(report, result);
        for (const std::string& id : ids) {
            TraceRow* row = find(result.id, id);
            if (row == nullptr) continue;
            TracedCase& traced = row_of_case(*row, result.id, contains(result.requirements, id));
            if (version) traced.verdicts.emplace_back(*version, result.verdict);
        }
    }

    Trace take() && { return std::move(trace_); }

   private:
    TraceRow* find(const std::string& case_id, const std::string& requirement) {
        auto found = index_.find(requirement);
        if (found != index_.end()) return &trace_.rows[found->second];
        std::pair pair(case_id, requirement);
        if (!contains(trace_.unknown, pair)) trace_.unknown.push_back(pair);
        return nullptr;
    }

    Trace trace_;
    std::map<std::string, size_t, std::less<>> index_;
};

// "pass 1.0 1.1, fail 1.2"
std::string verdicts_text(const TracedCase& traced) {
    std::string text;
    for (size_t i = 0; i < engine::kVerdictCount; ++i) {
        auto verdict = static_cast<engine::Verdict>(i);
        std::string versions;
        for (const auto& [version, came] : traced.verdicts) {
            if (came == verdict) versions += fmt::format(" {}", wire::name(version));
        }
        if (versions.empty()) continue;
        if (!text.empty()) text += ", ";
        text += fmt::format("{}{}", engine::name(verdict), versions);
    }
    return text;
}

std::string without_cases(const TraceRow& row) {
    const engine::Requirement& rule = *row.requirement;
    if (!rule.untestable.empty()) return "untestable: " + rule.untestable;
    if (!rule.deferred.empty()) return "deferred: " + rule.deferred;
    return row.is_missing() ? "NO CASE" : "no case";
}

std::string row_text(const TraceRow& row) {
    std::vector<std::string> cells;
    if (!row.is_proved()) cells.push_back(without_cases(row));
    for (const TracedCase& traced : row.cases) {
        std::string cell = fmt::format("{:<40} {}", traced.id + (traced.names_it ? "" : " (on its way)"),
                                       verdicts_text(traced));
        cell.erase(cell.find_last_not_of(' ') + 1);
        cells.push_back(std::move(cell));
    }
    std::string text;
    for (const std::string& cell : cells) {
        bool first = text.empty();
        text += fmt::format("{:<14} {:<6} {:<24} {}\n", first ? row.requirement->id : "",
                            first ? engine::name(row.requirement->level) : "",
                            first ? row.requirement->threat : "", cell);
    }
    return text;
}

Json string_or_null(const std::string& text) { return text.empty() ? Json(nullptr) : Json(text); }

Json row_json(const TraceRow& row) {
    const engine::Requirement& rule = *row.requirement;
    Json json;
    json["id"] = rule.id;
    json["text"] = rule.text;
    json["document"] = rule.document;
    json["section"] = rule.section;
    json["since"] = wire::name(rule.since);
    json["until"] = wire::name(rule.until);
    json["level"] = engine::name(rule.level);
    json["role"] = rule.role;
    json["evidence"] = engine::name(rule.evidence);
    json["threat"] = string_or_null(rule.threat);
    json["deferred"] = string_or_null(rule.deferred);
    json["untestable"] = string_or_null(rule.untestable);
    json["cases"] = Json::array();
    for (const TracedCase& traced : row.cases) {
        Json verdicts = Json::object();
        for (const auto& [version, verdict] : traced.verdicts)
            verdicts[std::string(wire::name(version))] = identifier(verdict);
        json["cases"].push_back({{"id", traced.id}, {"names_it", traced.names_it}, {"verdicts", verdicts}});
    }
    return json;
}

}  // namespace

bool TraceRow::is_proved() const { return std::ranges::any_of(cases, &TracedCase::names_it); }

bool TraceRow::is_missing() const {
    return requirement->level == engine::Level::must && !is_proved() && requirement->deferred.empty() &&
           requirement->untestable.empty();
}

Trace trace(const engine::Requirements& requirements, std::span<const engine::Case> cases,
            const engine::RunReport* report, std::span<const Proof> further) {
    Builder builder(requirements);
    for (const engine::Case& one : cases) builder.add(one.id, one.requirements);
    for (const Proof& one : further) builder.add(one.id, one.requirements);
    if (report != nullptr) {
        for (const engine::CaseResult& result : report->results) builder.add(*report, result);
    }
    return std::move(builder).take();
}

std::vector<const engine::Requirement*> missing(const engine::Requirements& requirements,
                                                std::span<const engine::Case> cases) {
    std::vector<const engine::Requirement*> list;
    const Trace traced = trace(requirements, cases);
    for (const TraceRow& row : traced.rows) {
        if (row.is_missing()) list.push_back(row.requirement);
    }
    return list;
}

std::vector<std::string> judged_on_legality_alone() {
    std::vector<std::string> names;
    for (const wire::RequestInfo& row : wire::requests()) {
        if (!spdm::Responder::handles(row.code)) names.emplace_back(row.name);
    }
    return names;
}

std::string to_text(const Trace& trace) {
    std::string text;
    size_t proved = 0, deferred = 0, untestable = 0, absent = 0, musts = 0;
    for (const TraceRow& row : trace.rows) {
        text += row_text(row);
        if (row.is_proved()) {
            ++proved;
        } else if (!row.requirement->untestable.empty()) {
            ++untestable;
        } else if (!row.requirement->deferred.empty()) {
            ++deferred;
        } else {
            ++absent;
            musts += row.is_missing();
        }
    }
    for (const auto& [case_id, requirement] : trace.unknown)
        text += fmt::format("{} names {}, which is no requirement\n", case_id, requirement);
    return text +
           fmt::format(
               "{} requirements: {} with a case, {} deferred, {} untestable, {} without either, "
               "of which {} must\n",
               trace.rows.size(), proved, deferred, untestable, absent, musts) +
           fmt::format("judged on where they are legal and on nothing else so far: {}\n",
                       fmt::join(judged_on_legality_alone(), ", "));
}

Json to_json(const Trace& trace) {
    Json json;
    json["tool"] = "assay";
    json["format"] = kTraceFormat;
    json["requirements"] = Json::array();
    json["missing"] = Json::array();
    for (const TraceRow& row : trace.rows) {
        json["requirements"].push_back(row_json(row));
        if (row.is_missing()) json["missing"].push_back(row.requirement->id);
    }
    json["unknown"] = Json::array();
    for (const auto& [case_id, requirement] : trace.unknown)
        json["unknown"].push_back({{"case", case_id}, {"requirement", requirement}});
    json["legality_only"] = judged_on_legality_alone();
    return json;
}

}  // namespace assay::report
