// The summary of a run for the terminal.
#include <fmt/format.h>

#include <algorithm>

#include "conformance/report/plain.h"
#include "conformance/report/text.h"

namespace assay::report {

namespace {

using engine::CaseResult;
using engine::Verdict;

struct Row {
    std::string label;
    std::array<size_t, engine::kVerdictCount> counts{};

    size_t sum() const {
        size_t all = 0;
        for (size_t count : counts) all += count;
        return all;
    }
};

std::vector<Row> rows(const engine::RunReport& report) {
    std::vector<Row> rows;
    Row total{.label = "all"};
    for (const CaseResult& result : report.results) {
        std::string label = report::label(report, result);
        auto row = std::ranges::find(rows, label, &Row::label);
        if (row == rows.end()) row = rows.insert(rows.end(), Row{.label = label});
        ++row->counts[static_cast<size_t>(result.verdict)];
        ++total.counts[static_cast<size_t>(result.verdict)];
    }
    rows.push_back(total);
    return rows;
}

constexpr size_t kLeastWide = 9;  // columns of what results are counted under

// The verdicts that came, and pass and fail in any case.
std::string table(const engine::RunReport& report) {
    std::vector<Row> lines = rows(report);
    std::vector<size_t> columns;
    for (size_t i = 0; i < engine::kVerdictCount; ++i) {
        auto verdict = static_cast<Verdict>(i);
        if (lines.back().counts[i] > 0 || verdict == Verdict::pass || verdict == Verdict::fail)
            columns.push_back(i);
    }
    size_t wide = kLeastWide;
    for (const Row& line : lines) wide = std::max(wide, line.label.size() + 1);
    std::string text = fmt::format("{:<{}}", report.counted_by, wide);
    for (size_t i : columns)
        text += fmt::format("{:>{}}", engine::name(static_cast<Verdict>(i)),
                            engine::name(static_cast<Verdict>(i)).size() + 2);
    text += fmt::format("{:>7}\n", "cases");
    for (const Row& line : lines) {
        text += fmt::format("{:<{}}", line.label, wide);
        for (size_t i : columns)
            text += fmt::format("{:>{}}", line.counts[i], engine::name(static_cast<Verdict>(i)).size() + 2);
        text += fmt::format("{:>7}\n", line.sum());
    }
    return text;
}

// In front of a line about results; in a role without versions their ids say enough.
std::string beginning(const engine::RunReport& report, const CaseResult& result) {
    std::string text = fmt::format("{:<15} ", engine::name(result.verdict));
    return report.has_versions() ? text + fmt::format("{:<4} ", label(report, result)) : text;
}

std::string lines_on(const engine::RunReport& report, const CaseResult& result) {
    std::string line = beginning(report, result) + result.id;
    if (!result.findings.empty()) {
        const engine::Finding& first = result.findings.front();
        line += ": ";
        if (!first.requirement.empty()) line += first.requirement + ": ";
        if (!first.expected.empty()) line += fmt::format("expected {}, ", first.expected);
        line += "got " + first.got;
        if (!first.field.empty()) line += fmt::format(" [{}]", first.field);
    }
    if (!result.reason.empty()) line += fmt::format(" ({})", result.reason);
    std::string text = printable(line, Lines::one) + "\n";
    for (const std::string& remark : result.remarks) text += "    " + printable(remark, Lines::one) + "\n";
    return text;
}

std::string listed(const engine::RunReport& report, std::span<const Verdict> verdicts) {
    std::string text;
    for (Verdict verdict : verdicts) {
        for (const CaseResult& result : report.results) {
            if (result.verdict == verdict) text += lines_on(report, result);
        }
    }
    return text;
}

// Blocked cases have few causes and many lines.
std::string blocked(const engine::RunReport& report) {
    std::vector<std::pair<std::string, size_t>> causes;
    for (const CaseResult& result : report.results) {
        if (result.verdict != Verdict::blocked) continue;
        std::string cause = beginning(report, result) + result.reason;
        auto known = std::ranges::find(causes, cause, [](const auto& one) { return one.first; });
        if (known == causes.end()) known = causes.insert(causes.end(), {cause, 0});
        ++known->second;
    }
    std::string text;
    for (const auto& [cause, count] : causes) {
        text +=
            printable(fmt::format("{} ({} case{})", cause, count, count == 1 ? "" : "s"), Lines::one) + "\n";
    }
    return text;
}

// What is easily missed above a last line that says no failure.
std::string with_counts(std::string outcome, const engine::RunReport& report) {
    size_t warnings = report.count(Verdict::warning), blocked = report.count(Verdict::blocked);
    if (warnings != 0) outcome += fmt::format(", {} warning{}", warnings, warnings == 1 ? "" : "s");
    if (blocked != 0)
        outcome += fmt::format(", {} case{} could not be judged", blocked, blocked == 1 ? "" : "s");
    return outcome;
}

std::string outcome(const engine::RunReport& report) {
    std::string lost = report.started_anew        ? "the target died, was late or could not be started"
                       : report.killed_by.empty() ? "the target could not be reached"
                                                  : "the target is gone since " + report.killed_by;
    if (report.results.empty()) return "NOTHING WAS RUN: the target has none of the versions asked for";
    if (report.count(Verdict::not_applicable) == report.results.size())
        return "NOTHING WAS JUDGED: no case is applicable";
    switch (report.exit_code()) {
        case 0: return "no failure";
        case 1: {
            bool failed = std::ranges::any_of(report.results, engine::is_failure, &CaseResult::verdict);
            return failed ? "failures" : "no failure";
        }
        case 3: return lost;
        case 5: return "INTERRUPTED: what is not listed was not run";
        default: return "a defect of the harness" + (report.unreachable ? ", and " + lost : "");
    }
}

}  // namespace

std::string summary(const engine::RunReport& report, const Details& details) {
    constexpr std::array kListed = {Verdict::fail,          Verdict::dead,    Verdict::unexpected_pass,
                                    Verdict::harness_error, Verdict::warning, Verdict::loose_pass,
                                    Verdict::waived};
    std::string text = printable("target " + report.target, Lines::one) + "\n\n" + table(report);
    std::string list = listed(report, kListed) + blocked(report);
    if (!list.empty()) text += "\n" + list;
    for (const std::string& remark : report.remarks) text += "\n" + printable(remark);
    const std::string exchanges =
        report.has_versions() ? fmt::format("{} exchanges, ", report.exchanges) : "";
    text += fmt::format("\n{} results, {}exit code {}: {}\n", report.results.size(), exchanges,
                        report.exit_code(), printable(with_counts(outcome(report), report), Lines::one));
    return text + "to repeat: " + printable(command(report, details), Lines::one) + "\n";
}

}  // namespace assay::report
