#include "conformance/report/json.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <nlohmann/json.hpp>

#include "conformance/report/plain.h"
#include "stack/wire/registry.h"

namespace assay::report {

namespace {

using Json = nlohmann::ordered_json;

Json string_or_null(const std::string& text) { return text.empty() ? Json(nullptr) : Json(text); }

Json version_names(std::span<const wire::Version> versions) {
    Json list = Json::array();
    for (wire::Version version : versions) list.push_back(wire::name(version));
    return list;
}

Json finding_json(const engine::Finding& finding, const Details& details) {
    const engine::Requirement* rule = details.requirements->find(finding.requirement);
    Json json;
    json["verdict"] = identifier(finding.verdict);
    json["requirement"] = string_or_null(finding.requirement);
    json["text"] = rule != nullptr ? Json(rule->text) : Json(nullptr);
    json["document"] = rule != nullptr ? Json(rule->document) : Json(nullptr);
    json["section"] = rule != nullptr ? Json(rule->section) : Json(nullptr);
    json["level"] = rule != nullptr ? Json(engine::name(rule->level)) : Json(nullptr);
    json["evidence"] = rule != nullptr ? Json(engine::name(rule->evidence)) : Json(nullptr);
    json["expected"] = finding.expected;
    json["got"] = finding.got;
    json["exchange"] = finding.exchange != engine::Finding::npos ? Json(finding.exchange) : Json(nullptr);
    json["field"] = string_or_null(finding.field);
    return json;
}

double seconds(std::chrono::microseconds time) { return std::chrono::duration<double>(time).count(); }

std::string_view name(lab::SignatureCheck::Result result) {
    switch (result) {
        case lab::SignatureCheck::Result::good: return "good";
        case lab::SignatureCheck::Result::bad: return "bad";
        case lab::SignatureCheck::Result::no_key: return "no_key";
    }
    return "";
}

Json exchange_json(const lab::Exchange& exchange) {
    Json json;
    json["request"] = to_hex(exchange.request);
    json["request_name"] = message_title(exchange.request);
    json["response"] = exchange.response ? Json(to_hex(*exchange.response)) : Json(nullptr);
    bool named = exchange.response && !exchange.unreadable;
    json["response_name"] = named ? Json(message_title(*exchange.response)) : Json(nullptr);
    if (exchange.session) {
        json["session"] = fmt::format("{:08x}", *exchange.session);
        json["request_record"] = to_hex(exchange.request_record);
        bool record = exchange.response && !exchange.outside;
        json["response_record"] = record ? Json(to_hex(exchange.response_record)) : Json(nullptr);
    }
    for (const lab::MacCheck& mac : exchange.macs) {
        json["verify_data"].push_back({{"message", wire::message_name(mac.code)},
                                       {"result", mac.good ? "good" : "bad"},
                                       {"due", to_hex(mac.due)}});
    }
    if (!exchange.signature) return json;
    const lab::SignatureCheck& check = *exchange.signature;
    json["signature"] = name(check.result);
    json["signature_reason"] = string_or_null(check.why);
    if (check.result == lab::SignatureCheck::Result::bad) json["transcript"] = to_hex(check.transcript);
    return json;
}

// What only this role says.
void add_columns(Json& json, std::span<const engine::Column> columns) {
    for (const engine::Column& column : columns) json[column.key] = printable(column.value);
}

Json result_json(const engine::RunReport& report, const engine::CaseResult& result, const Details& details) {
    std::optional<wire::Version> version = version_of(report, result);
    Json json;
    json["id"] = result.id;
    json["title"] = result.title;
    json["version"] = version ? Json(wire::name(*version)) : Json(nullptr);
    json["verdict"] = identifier(result.verdict);
    json["reason"] = result.reason;
    if (result.time.count() > 0) json["seconds"] = seconds(result.time);
    json["requirements"] = result.requirements;
    json["clauses"] = details.requirements->clauses(result.requirements);
    json["judged"] = result.judged;
    json["findings"] = Json::array();
    for (const engine::Finding& finding : result.findings)
        json["findings"].push_back(finding_json(finding, details));
    if (!report.has_versions()) json[std::string(report.counted_by)] = result.group;
    add_columns(json, result.columns);
    if (result.verdict == engine::Verdict::pass) return json;
    json["command"] = command(report, result, details);
    json["exchanges"] = Json::array();
    for (const lab::Exchange& exchange : result.exchanges)
        json["exchanges"].push_back(exchange_json(exchange));
    return json;
}

}  // namespace

Json to_json(const engine::RunReport& report, const Details& details) {
    const engine::RunOptions& options = report.options;
    Json json;
    json["tool"] = "assay";
    json["format"] = kJsonFormat;
    json["role"] = report.role;
    if (!details.started.empty()) json["started"] = details.started;
    json["target"] = report.target;
    add_columns(json, report.columns);
    json["seed"] = options.seed;
    json["strict"] = options.strict;
    json["allow_writes"] = options.allow_writes;
    json["filter"] =
        options.selection.cases.empty() ? "*" : fmt::format("{}", fmt::join(options.selection.cases, " "));
    json["selection"] = options.selection.arguments();
    json["profile"] = string_or_null(options.profile.name);
    json["versions"] = version_names(report.versions);
    json["exchanges"] = report.exchanges;
    for (size_t i = 0; i < engine::kVerdictCount; ++i) {
        auto verdict = static_cast<engine::Verdict>(i);
        json["counts"][identifier(verdict)] = report.count(verdict);
    }
    json["unreachable"] = report.unreachable;
    json["killed_by"] = string_or_null(report.killed_by);
    json["interrupted"] = report.interrupted;
    json["exit_code"] = report.exit_code();
    json["command"] = command(report, details);
    json["results"] = Json::array();
    for (const engine::CaseResult& result : report.results)
        json["results"].push_back(result_json(report, result, details));
    return json;
}

std::string to_text(const Json& json) {
    // What a device sent may be no UTF-8: replaced rather than thrown upon.
    return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace assay::report
