#include "stack/attest/appraisal.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace assay::attest {

namespace {

std::string place(const CheckRecord& step) {
    std::string text = step.subject.empty() ? "evidence" : step.subject;
    if (!step.field.empty()) text += ", " + step.field;
    if (step.offset != CheckSite::npos) text += fmt::format(" at byte {}", step.offset);
    if (!step.bytes.empty()) text += ": " + to_hex(step.bytes);
    return text;
}

// Names and reasons quote the evidence, which must not send control characters to the terminal.
std::string printable(std::string line) {
    std::ranges::replace_if(
        line, [](char c) { return static_cast<unsigned char>(c) < ' ' || c == 0x7f; }, '?');
    return line;
}

std::string_view verdict_of(const CheckRecord& step) {
    if (step.waived) return "waived";
    if (step.warned) return "warning";
    return step.held ? "held" : "refused";
}

std::string line_of(const CheckRecord& step) {
    std::string line = fmt::format("  {}{}: {}", step.warned ? "warning " : "", info(step.check).name,
                                   info(step.check).violated);
    if (!step.reason.empty()) line += "; " + step.reason;
    line += fmt::format(" ({})", place(step));
    return printable(std::move(line)) + "\n";
}

}  // namespace

std::string_view name(Verdict verdict) {
    switch (verdict) {
        case Verdict::trusted: return "trusted";
        case Verdict::refused: return "refused";
        case Verdict::malformed: break;
    }
    return "malformed";
}

void Appraisal::add(Check check, bool holds, bool waived, bool warned, CheckSite site) {
    const ByteView kept = site.bytes.first(std::min(site.bytes.size(), kCheckSiteLimit));
    records_.push_back({.check = check,
                        .held = holds || waived || warned,
                        .waived = waived,
                        .warned = warned,
                        .subject = std::move(site.subject),
                        .field = std::move(site.field),
                        .offset = site.offset,
                        .bytes = Bytes(kept.begin(), kept.end()),
                        .reason = std::move(site.reason)});
}

bool Appraisal::demand(Check check, bool holds, CheckSite site) {
    add(check, holds, !holds && faults_.waived(check), false, std::move(site));
    return records_.back().held;
}

void Appraisal::warn(Check check, CheckSite site) { add(check, false, false, true, std::move(site)); }

std::vector<const CheckRecord*> Appraisal::refusals() const {
    std::vector<const CheckRecord*> found;
    for (const CheckRecord& step : records_) {
        if (!step.held) found.push_back(&step);
    }
    return found;
}

Verdict Appraisal::verdict() const {
    const std::vector<const CheckRecord*> refused = refusals();
    if (std::ranges::any_of(
            refused, [](const CheckRecord* step) { return info(step->check).effect == Effect::malformed; })) {
        return Verdict::malformed;
    }
    return refused.empty() && !records_.empty() ? Verdict::trusted : Verdict::refused;
}

nlohmann::ordered_json Appraisal::to_json() const {
    auto steps = nlohmann::ordered_json::array();
    for (const CheckRecord& step : records_) {
        nlohmann::ordered_json row = {{"check", info(step.check).name}, {"verdict", verdict_of(step)}};
        if (!step.subject.empty()) row["subject"] = step.subject;
        if (!step.field.empty()) row["field"] = step.field;
        if (step.offset != CheckSite::npos) row["offset"] = step.offset;
        if (!step.bytes.empty()) row["bytes"] = to_hex(step.bytes);
        if (!step.reason.empty()) row["reason"] = step.reason;
        steps.push_back(std::move(row));
    }
    return {{"verdict", name(verdict())}, {"steps", std::move(steps)}, {"claims", claims_}};
}

std::string Appraisal::text() const {
    std::string out = fmt::format("{}\n", name(verdict()));
    for (const CheckRecord* step : refusals()) out += line_of(*step);
    for (const CheckRecord& step : records_)
        if (step.warned) out += line_of(step);
    std::map<std::string_view, size_t> held;
    for (const CheckRecord& step : records_) {
        if (step.held && !step.warned)
            ++held[step.subject.empty() ? "evidence" : std::string_view(step.subject)];
    }
    for (const auto& [subject, count] : held) out += fmt::format("  {}: {} checks held\n", subject, count);
    return out;
}

}  // namespace assay::attest
