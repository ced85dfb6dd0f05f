// The summary of a run for the terminal.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <functional>

#include "conformance/report/plain.h"
#include "conformance/report/text.h"
#include "stack/base/ranges.h"

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

// Results that say the same: one case at several versions, or many cases for one cause.
struct Group {
    std::string says;
    std::vector<std::string> labels;  // of versions, each once
    std::vector<std::string> cases;   // ids, each once
    std::vector<std::string> remarks;
};

void add_once(std::vector<std::string>& list, const std::string& text) {
    if (!contains(list, text)) list.push_back(text);
}

// In the order in which each was first said.
class Groups {
   public:
    explicit Groups(const engine::RunReport& report) : report_(report) {}

    void add(const CaseResult& result, std::string says) {
        auto group = std::ranges::find_if(groups_, [&](const Group& known) {
            return known.says == says && known.remarks == result.remarks;
        });
        if (group == groups_.end())
            group = groups_.insert(groups_.end(), {std::move(says), {}, {}, result.remarks});
        add_once(group->labels, label(report_, result));
        add_once(group->cases, result.id);
    }
    const std::vector<Group>& all() const { return groups_; }

   private:
    const engine::RunReport& report_;
    std::vector<Group> groups_;
};

// Of what was expected and of what came: whole in the report.
constexpr size_t kMostShown = 300;

std::string what_came(const CaseResult& result) {
    std::string line = result.id;
    if (!result.findings.empty()) {
        const engine::Finding& first = result.findings.front();
        line += ": ";
        if (!first.requirement.empty()) line += first.requirement + ": ";
        if (!first.expected.empty())
            line += fmt::format("expected {}, ", shortened(first.expected, kMostShown));
        line += "got " + shortened(first.got, kMostShown);
        if (!first.field.empty()) line += fmt::format(" [{}]", first.field);
    }
    if (!result.reason.empty()) line += fmt::format(" ({})", result.reason);
    return line;
}

Groups grouped(const engine::RunReport& report, Verdict verdict,
               const std::function<std::string(const CaseResult&)>& says) {
    Groups groups(report);
    for (const CaseResult& result : report.results) {
        if (result.verdict == verdict) groups.add(result, says(result));
    }
    return groups;
}

std::string number_of(size_t count, std::string_view what) {
    return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

// In front of a line; in a role without versions the ids say enough.
std::string beginning(const engine::RunReport& report, std::string_view verdict, const Group& group) {
    std::string text = fmt::format("{:<15} ", verdict);
    if (!report.has_versions()) return text;
    return text + fmt::format("{:<4} ", fmt::to_string(fmt::join(group.labels, " ")));
}

std::string lines_on(const engine::RunReport& report, Verdict verdict, const Group& group) {
    const std::string line = beginning(report, engine::name(verdict), group) + group.says;
    std::string text = printable(line, Lines::one) + "\n";
    for (const std::string& remark : group.remarks) text += "    " + printable(remark, Lines::one) + "\n";
    return text;
}

// A line a case that says something else, with the versions at which it says so.
std::string listed(const engine::RunReport& report, std::span<const Verdict> verdicts) {
    std::string text;
    for (Verdict verdict : verdicts) {
        const Groups groups = grouped(report, verdict, what_came);
        for (const Group& group : groups.all()) text += lines_on(report, verdict, group);
    }
    return text;
}

// A line a cause: they are few, and the cases many.
std::string counted(const engine::RunReport& report, Verdict verdict) {
    const auto reason = [](const CaseResult& result) { return result.reason; };
    std::string text;
    const Groups groups = grouped(report, verdict, reason);
    for (const Group& group : groups.all()) {
        const std::string line = fmt::format("{}{} ({})", beginning(report, engine::name(verdict), group),
                                             group.says, number_of(group.cases.size(), "case"));
        text += printable(line, Lines::one) + "\n";
    }
    return text;
}

std::string expired(const engine::RunReport& report) {
    std::string text;
    for (const engine::Waiver* waiver : report.options.profile.expired(report.options.today)) {
        const std::string line = fmt::format("{:<15} '{}' expired on {} and is not applied ({})", "waiver",
                                             waiver->cases, waiver->expires, waiver->reason);
        text += printable(line, Lines::one) + "\n";
    }
    return text;
}

// What is easily missed above a last line that says no failure.
std::string with_counts(std::string outcome, const engine::RunReport& report) {
    size_t warnings = report.count(Verdict::warning), blocked = report.count(Verdict::blocked);
    if (warnings != 0) outcome += ", " + number_of(warnings, "warning");
    if (blocked != 0) outcome += fmt::format(", {} could not be judged", number_of(blocked, "case"));
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

std::string last_line(const engine::RunReport& report) {
    const std::string exchanges =
        report.has_versions() ? fmt::format("{} exchanges, ", report.exchanges) : "";
    return fmt::format("{} results, {}exit code {}: {}\n", report.results.size(), exchanges,
                       report.exit_code(), printable(with_counts(outcome(report), report), Lines::one));
}

constexpr std::array kFailures = {Verdict::fail, Verdict::dead, Verdict::unexpected_pass,
                                  Verdict::harness_error};
constexpr std::array kFurther = {Verdict::warning, Verdict::loose_pass, Verdict::waived};

}  // namespace

std::string summary(const engine::RunReport& report, const Details& details) {
    std::string text = printable("target " + report.target, Lines::one) + "\n\n" + table(report);
    for (const std::string& part : {listed(report, kFailures) + listed(report, kFurther) +
                                        counted(report, Verdict::blocked) + expired(report),
                                    counted(report, Verdict::not_applicable)}) {
        if (!part.empty()) text += "\n" + part;
    }
    for (const std::string& remark : report.remarks) text += "\n" + printable(remark);
    return text + "\n" + last_line(report) + "to repeat: " + printable(command(report, details), Lines::one) +
           "\n";
}

std::string short_summary(const engine::RunReport& report) {
    return listed(report, kFailures) + last_line(report);
}

}  // namespace assay::report
