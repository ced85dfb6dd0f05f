#include "conformance/report/junit.h"

#include <fmt/format.h>

#include <algorithm>

#include "conformance/report/plain.h"
#include "conformance/report/text.h"

namespace assay::report {

namespace {

using engine::CaseResult;
using engine::Verdict;

enum class Outcome : uint8_t { passed, failure, error, skipped };

Outcome outcome(Verdict verdict) {
    if (engine::is_failure(verdict)) return Outcome::failure;
    switch (verdict) {
        case Verdict::harness_error: return Outcome::error;
        case Verdict::not_applicable:
        case Verdict::blocked:
        case Verdict::waived: return Outcome::skipped;
        case Verdict::pass:
        case Verdict::loose_pass:
        case Verdict::warning:
        case Verdict::fail:
        case Verdict::unexpected_pass:
        case Verdict::dead: break;
    }
    return Outcome::passed;
}

std::string attribute(std::string_view name, std::string_view value) {
    return fmt::format(" {}=\"{}\"", name, escape_xml(value, Lines::one));
}

// The verdict and the first thing to know of it, in one line.
std::string message(const CaseResult& result) {
    std::string text(engine::name(result.verdict));
    if (!result.reason.empty()) return text + ": " + result.reason;
    if (result.findings.empty()) return text;
    const engine::Finding& first = result.findings.front();
    return fmt::format("{}: expected {}, got {}", text, first.expected, first.got);
}

std::string element(std::string_view tag, std::string_view message, std::string_view type,
                    std::string_view text) {
    std::string open = fmt::format("      <{}{}", tag, attribute("message", message));
    if (!type.empty()) open += attribute("type", type);
    return open + fmt::format(">{}</{}>\n", escape_xml(text), tag);
}

// Empty without a clock.
std::string time_of(const CaseResult& result) {
    if (result.time.count() == 0) return {};
    const double seconds = std::chrono::duration<double>(result.time).count();
    return attribute("time", fmt::format("{:.6f}", seconds));
}

std::string testcase(const engine::RunReport& report, const CaseResult& result, const Details& details) {
    const std::string of = report.has_versions() ? "spdm-" : fmt::format("{}.", report.role);
    std::string open = "    <testcase" + attribute("name", result.id) +
                       attribute("classname", "assay." + of + label(report, result)) + time_of(result);
    if (result.verdict == Verdict::pass) return open + "/>\n";
    std::string text = case_text(report, result, details);
    std::string type = identifier(result.verdict);
    std::string body;
    switch (outcome(result.verdict)) {
        case Outcome::passed:
            body = fmt::format("      <system-out>{}</system-out>\n", escape_xml(text));
            break;
        case Outcome::failure: body = element("failure", message(result), type, text); break;
        case Outcome::error: body = element("error", message(result), type, text); break;
        // Readers of the format know no type here, and most show the message alone.
        case Outcome::skipped:
            body = fmt::format("      <skipped{}/>\n", attribute("message", message(result)));
    }
    return open + ">\n" + body + "    </testcase>\n";
}

std::string tallies(std::span<const CaseResult* const> results) {
    auto count = [&](Outcome wanted) {
        return std::ranges::count_if(
            results, [&](const CaseResult* result) { return outcome(result->verdict) == wanted; });
    };
    return fmt::format(" tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\"", results.size(),
                       count(Outcome::failure), count(Outcome::error), count(Outcome::skipped));
}

std::string property(std::string_view name, std::string_view value) {
    return "      <property" + attribute("name", name) + attribute("value", value) + "/>\n";
}

// The testsuite that a result belongs to.
std::string suite_name(const engine::RunReport& report, const CaseResult& result) {
    if (!report.has_versions()) return std::string(report.role);
    const auto version = version_of(report, result);
    return version ? fmt::format("SPDM {}", wire::name(*version)) : "no version of SPDM";
}

std::string testsuite(const engine::RunReport& report, const std::string& name,
                      std::span<const CaseResult* const> results, const Details& details) {
    std::string text = "  <testsuite" + attribute("name", name) + tallies(results);
    if (!details.started.empty()) text += attribute("timestamp", details.started);
    text += ">\n    <properties>\n" + property("target", report.target) +
            property("seed", fmt::to_string(report.options.seed)) +
            property("strict", report.options.strict ? "true" : "false") + "    </properties>\n";
    for (const CaseResult* result : results) text += testcase(report, *result, details);
    return text + "  </testsuite>\n";
}

}  // namespace

std::string to_junit(const engine::RunReport& report, const Details& details) {
    std::vector<const CaseResult*> all;
    std::vector<std::pair<std::string, std::vector<const CaseResult*>>> suites;
    for (const CaseResult& result : report.results) {
        std::string name = suite_name(report, result);
        auto suite = std::ranges::find(suites, name, [](const auto& known) { return known.first; });
        if (suite == suites.end()) suite = suites.insert(suites.end(), {name, {}});
        suite->second.push_back(&result);
        all.push_back(&result);
    }
    std::string text =
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"assay\"" + tallies(all) + ">\n";
    for (const auto& [name, results] : suites) text += testsuite(report, name, results, details);
    return text + "</testsuites>\n";
}

}  // namespace assay::report
