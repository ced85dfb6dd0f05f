#include "conformance/report/text.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "conformance/report/plain.h"
#include "stack/wire/annotate.h"
#include "stack/wire/registry.h"

namespace assay::report {

namespace {

using engine::CaseResult;
using engine::Finding;

// Exchanges shown at the beginning and at the end of a long case.
constexpr size_t kShownAtEachEnd = 24;

// "A[0].B[1]" -> "A.B"
std::string without_indices(std::string_view path) {
    std::string out;
    bool inside = false;
    for (char c : path) {
        if (c == '[') inside = true;
        if (!inside) out += c;
        if (c == ']') inside = false;
    }
    return out;
}

// A finding may name a field by its whole path, or by the end of it, with or without indices.
bool names(std::string_view field, std::string_view path) {
    auto ends = [&](std::string_view whole) {
        if (!whole.ends_with(field)) return false;
        return whole.size() == field.size() || whole[whole.size() - field.size() - 1] == '.';
    };
    return ends(path) || ends(without_indices(path));
}

// The line of to_text() that is about the field, npos when there is none.
size_t line_of(std::string_view field, const wire::Annotation& annotation) {
    const auto& spans = annotation.spans;
    auto exact = std::ranges::find(spans, field, &wire::Span::path);
    if (exact != spans.end()) return static_cast<size_t>(exact - spans.begin());
    auto near = std::ranges::find_if(spans, [&](const wire::Span& span) { return names(field, span.path); });
    if (near != spans.end()) return static_cast<size_t>(near - spans.begin());
    bool stopped = annotation.error && names(annotation.error->field, without_indices(field));
    return stopped ? spans.size() : Finding::npos;
}

struct Arrow {
    size_t exchange = Finding::npos;
    bool response = false;
    size_t line = 0;
};

// In the response if the field is there, else in the request.
Arrow arrow(const CaseResult& result, const Finding& finding) {
    if (finding.field.empty() || finding.exchange >= result.exchanges.size()) return {};
    const lab::Exchange& exchange = result.exchanges[finding.exchange];
    if (exchange.response && !exchange.unreadable) {
        size_t line = line_of(finding.field, wire::annotate(*exchange.response, exchange.response_context));
        if (line != Finding::npos) return {finding.exchange, true, line};
    }
    size_t line = line_of(finding.field, wire::annotate(exchange.request, exchange.request_context));
    if (line != Finding::npos) return {finding.exchange, false, line};
    return {};
}

std::string finding_text(const CaseResult& result, const Finding& finding, const Details& details) {
    std::string text;
    if (const engine::Requirement* rule = details.requirements->find(finding.requirement)) {
        text += fmt::format("{} ({}): {}\n  clause:   {}\n", rule->id, engine::name(rule->level), rule->text,
                            engine::clause(*rule));
        if (rule->evidence != engine::Evidence::read)
            text += fmt::format("  evidence: {}\n", engine::name(rule->evidence));
        if (!rule->disputes.empty()) text += fmt::format("  disputed: {}\n", fmt::join(rule->disputes, ", "));
    } else {
        text += finding.requirement.empty() ? "Not about a requirement\n" : finding.requirement + "\n";
    }
    text += fmt::format("  verdict:  {}\n", engine::name(finding.verdict));
    if (!finding.expected.empty())
        text += fmt::format("  expected: {}\n", printable(finding.expected, Lines::one));
    text += fmt::format("  got:      {}\n", printable(finding.got, Lines::one));
    if (finding.exchange < result.exchanges.size())
        text += fmt::format("  where:    exchange {}\n", finding.exchange);
    if (finding.field.empty()) return text;
    bool shown = arrow(result, finding).exchange != Finding::npos;
    return text + fmt::format("  field:    {}{}\n", finding.field, shown ? "" : " (not in these messages)");
}

std::string annotated(ByteView message, const wire::Context& context, bool response,
                      std::span<const Arrow> arrows) {
    std::string lines = wire::to_text(message, wire::annotate(message, context), context.version);
    std::string text;
    for (size_t number = 0, at = 0; at < lines.size(); ++number) {
        size_t end = lines.find('\n', at);
        bool pointed = std::ranges::any_of(
            arrows, [&](const Arrow& one) { return one.response == response && one.line == number; });
        text += fmt::format("{} {}\n", pointed ? "=>" : "  ", std::string_view(lines).substr(at, end - at));
        at = end + 1;
    }
    return text;
}

std::string signature_text(const lab::SignatureCheck& check) {
    size_t size = check.transcript.size();
    switch (check.result) {
        case lab::SignatureCheck::Result::good:
            return fmt::format("  signature: good, over {} bytes\n", size);
        case lab::SignatureCheck::Result::bad:
            return fmt::format("  signature: BAD: {}; it must cover these {} bytes:\n  {}\n", check.why, size,
                               to_hex(check.transcript));
        case lab::SignatureCheck::Result::no_key:
            return fmt::format("  signature: not checked: {}\n", check.why);
    }
    return {};
}

std::string mac_text(const lab::MacCheck& check) {
    return fmt::format("  verify data of {}: {}\n", wire::message_name(check.code),
                       check.good ? "good" : "BAD: it is due " + to_hex(check.due));
}

// `packet` is the number of the request in the capture of the case, from 1.
std::string exchange_text(const lab::Exchange& exchange, size_t index, size_t packet,
                          std::span<const Arrow> arrows) {
    auto head = [](std::string_view direction, const std::string& title, size_t size, size_t number) {
        return fmt::format("{} {}, {} byte{} (packet {})\n", direction, title, size, size == 1 ? "" : "s",
                           number);
    };
    // Behind a record's bytes stands what it holds.
    auto record = [](ByteView bytes) {
        return bytes.empty() ? "" : fmt::format("  record: {}\n", to_hex(bytes));
    };
    std::string text = fmt::format("--- exchange {} ---\n", index);
    if (exchange.session) text += fmt::format("session:  {:08x}\n", *exchange.session);
    bool sealed = !exchange.request_record.empty() && exchange.request.empty();
    text += head("request: ", sealed ? "a record that holds no message" : message_title(exchange.request),
                 sealed ? exchange.request_record.size() : exchange.request.size(), packet);
    text += record(exchange.request_record);
    if (!sealed) text += annotated(exchange.request, exchange.request_context, false, arrows);
    if (!exchange.response) return text + "response: silence\n";
    std::string title = exchange.application  ? "a record that holds no message"
                        : exchange.unreadable ? "a record that cannot be opened"
                                              : message_title(*exchange.response);
    if (exchange.outside) title += ", outside the session";
    text += head("response:", title, exchange.response->size(), packet + 1);
    text += record(exchange.response_record);
    if (!exchange.unreadable) text += annotated(*exchange.response, exchange.response_context, true, arrows);
    if (exchange.signature) text += signature_text(*exchange.signature);
    for (const lab::MacCheck& mac : exchange.macs) text += mac_text(mac);
    return text;
}

std::string exchanges_text(const CaseResult& result) {
    std::vector<Arrow> arrows;
    arrows.reserve(result.findings.size());
    for (const Finding& finding : result.findings) arrows.push_back(arrow(result, finding));
    std::string text;
    size_t packet = 1;
    for (size_t i = 0; i < result.exchanges.size(); ++i) {
        const lab::Exchange& exchange = result.exchanges[i];
        bool at_an_end = i < kShownAtEachEnd || i + kShownAtEachEnd >= result.exchanges.size();
        bool found = std::ranges::find(result.findings, i, &Finding::exchange) != result.findings.end();
        std::vector<Arrow> here;
        std::ranges::copy_if(arrows, std::back_inserter(here),
                             [&](const Arrow& one) { return one.exchange == i; });
        if (at_an_end || found) {
            text += exchange_text(exchange, i, packet, here);
        } else {
            text += fmt::format("--- exchange {}: left out, see report.json ---\n", i);
        }
        packet += exchange.response ? 2 : 1;
    }
    return text;
}

}  // namespace

std::string case_text(const engine::RunReport& report, const CaseResult& result, const Details& details) {
    std::string at;
    if (report.has_versions()) {
        const auto version = version_of(report, result);
        at = version ? fmt::format(" at SPDM {}", wire::name(*version)) : " at no version of SPDM";
    }
    std::string text =
        fmt::format("{}{}: {}\n{}\n", result.id, at, engine::name(result.verdict), result.title);
    text += fmt::format("target: {}\n", report.target);
    if (!result.reason.empty()) text += fmt::format("reason: {}\n", printable(result.reason, Lines::one));
    for (const Finding& finding : result.findings) text += "\n" + finding_text(result, finding, details);
    if (!result.remarks.empty()) text += fmt::format("\n{}\n", fmt::join(result.remarks, "\n"));
    if (!result.exchanges.empty()) text += "\n" + exchanges_text(result);
    text += fmt::format("\nto repeat: {}\n", command(report, result, details));
    return printable(text);
}

}  // namespace assay::report
