#include "conformance/report/verdicts.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <nlohmann/json.hpp>

#include "conformance/report/details.h"
#include "conformance/report/plain.h"

namespace assay::report {

namespace {

using cases::verifier::Bundle;
using cases::verifier::Outcome;
using cases::verifier::SuiteReport;
using engine::Verdict;

constexpr size_t kWords = 400;  // characters of a verifier's output

// Where the fault shows.
std::string place(const Bundle& bundle) {
    return bundle.field.empty() ? bundle.file : fmt::format("{}: {}", bundle.file, bundle.field);
}

std::string demanded(const Bundle& bundle) {
    if (bundle.genuine()) return "must be trusted";
    const auto check = attest::check_from_name(bundle.check);
    return fmt::format("must be {}: {} ({})",
                       bundle.verdict == attest::Verdict::malformed ? "called malformed" : "refused",
                       check ? attest::info(*check).violated : "", bundle.check);
}

std::string described(const SuiteReport& report, const Outcome& outcome) {
    const Bundle& bundle = *outcome.bundle;
    std::string text = fmt::format("{} {}: {}\n", engine::name(outcome.verdict), bundle.id, outcome.reason);
    if (!outcome.reason.ends_with(bundle.title)) text += fmt::format("    evidence: {}\n", bundle.title);
    if (!bundle.genuine()) text += fmt::format("    where:    {}\n", place(bundle));
    text += fmt::format("    demand:   {}; source: {}\n", demanded(bundle), bundle.source);
    if (!bundle.dispute.empty()) text += fmt::format("    disputed: {}\n", bundle.dispute);
    const std::string words = outcome.reply.words.substr(0, outcome.reply.words.find('\n'));
    if (!words.empty())
        text += fmt::format("    it said:  {}\n", printable(words.substr(0, kWords), Lines::one));
    return text + fmt::format("    again:    {}\n", repeat(report, bundle));
}

// The columns that have something, pass and fail in any case.
std::string table(const SuiteReport& report) {
    std::map<std::string, std::array<size_t, engine::kVerdictCount>> rows;
    std::vector<std::string> order;
    for (const Outcome& outcome : report.outcomes) {
        if (!rows.contains(outcome.bundle->group)) order.push_back(outcome.bundle->group);
        ++rows[outcome.bundle->group][static_cast<size_t>(outcome.verdict)];
        ++rows["all"][static_cast<size_t>(outcome.verdict)];
    }
    order.emplace_back("all");
    std::vector<size_t> columns;
    for (size_t i = 0; i < engine::kVerdictCount; ++i) {
        const auto verdict = static_cast<Verdict>(i);
        if (rows["all"][i] > 0 || verdict == Verdict::pass || verdict == Verdict::fail) columns.push_back(i);
    }
    std::string text = fmt::format("{:<20}", "group");
    for (const size_t i : columns) text += "  " + std::string(engine::name(static_cast<Verdict>(i)));
    text += "\n";
    for (const std::string& group : order) {
        text += fmt::format("{:<20}", group);
        for (const size_t i : columns)
            text += fmt::format("{:>{}}", rows[group][i], engine::name(static_cast<Verdict>(i)).size() + 2);
        text += "\n";
    }
    return text;
}

// Accepted although wrong, by what was missed, the most first.
std::string missed(const SuiteReport& report) {
    std::map<std::string, size_t> checks;
    for (const Outcome& outcome : report.outcomes) {
        if (!outcome.bundle->genuine() && outcome.reply.answer == cases::verifier::Answer::accepted)
            ++checks[outcome.bundle->check];
    }
    if (checks.empty()) return {};
    std::vector<std::pair<std::string, size_t>> rows(checks.begin(), checks.end());
    std::ranges::sort(rows, std::ranges::greater{}, [](const auto& row) { return row.second; });
    std::string text = "\nit accepted, although:\n";
    for (const auto& [name, count] : rows) {
        const auto check = attest::check_from_name(name);
        text += fmt::format("  {:>3} × {} ({})\n", count, check ? attest::info(*check).violated : "", name);
    }
    return text;
}

// How much of what must be refused was refused.
std::string measured(const SuiteReport& report) {
    size_t wrong = 0;
    size_t accepted = 0;
    for (const Outcome& outcome : report.outcomes) {
        const bool counts = !outcome.bundle->genuine() && outcome.verdict != Verdict::not_applicable &&
                            outcome.verdict != Verdict::blocked;
        if (!counts) continue;
        ++wrong;
        if (outcome.reply.answer == cases::verifier::Answer::accepted) ++accepted;
    }
    if (wrong == 0) return {};
    std::string text =
        fmt::format("\nof {} bundles of wrong evidence that it can judge it accepted {}", wrong, accepted);
    const size_t disputed = report.count(Verdict::warning);
    if (disputed > 0) text += fmt::format("; {} warnings are where public verifiers differ too", disputed);
    return text + "\n";
}

std::string outcome_of(const SuiteReport& report) {
    switch (report.exit_code()) {
        case 0: return "no failure";
        case 1: return "failures";
        case 3: return "it died, was late or could not be started";
        default: return "a defect of the harness";
    }
}

std::string testcase(const SuiteReport& report, const Outcome& outcome) {
    const Bundle& bundle = *outcome.bundle;
    const std::string open =
        fmt::format("    <testcase name=\"{}\" classname=\"assay.verifier.{}\"",
                    escape_xml(bundle.id, Lines::one), escape_xml(bundle.group, Lines::one));
    const std::string reason = escape_xml(outcome.reason, Lines::one);
    switch (outcome.verdict) {
        case Verdict::pass: return open + "/>\n";
        case Verdict::fail:
        case Verdict::dead:
        case Verdict::unexpected_pass:
        case Verdict::harness_error: {
            const char* tag = outcome.verdict == Verdict::harness_error ? "error" : "failure";
            return open + fmt::format(">\n      <{} message=\"{}\">{}</{}>\n    </testcase>\n", tag, reason,
                                      escape_xml(described(report, outcome)), tag);
        }
        case Verdict::not_applicable:
        case Verdict::blocked:
        case Verdict::waived:
            return open + fmt::format(">\n      <skipped message=\"{}\"/>\n    </testcase>\n", reason);
        case Verdict::loose_pass:
        case Verdict::warning: break;
    }
    return open + fmt::format(">\n      <system-out>{}</system-out>\n    </testcase>\n",
                              escape_xml(described(report, outcome)));
}

}  // namespace

std::string repeat(const SuiteReport& report, const Bundle& bundle) {
    const std::string seed = report.seed == 1 ? "" : fmt::format(" --seed {}", report.seed);
    const std::string write = fmt::format("assay evidence --case {}{} --out bundle", bundle.id, seed);
    if (report.verifier == "assay")
        return fmt::format("{} && assay run --role verifier --case {}{}", write, bundle.id, seed);
    return fmt::format("{} && {}", write, cases::verifier::filled(report.verifier, "bundle"));
}

std::string to_text(const SuiteReport& report) {
    std::string text =
        fmt::format("verifier {}\n\n{}", printable(report.verifier, Lines::one), table(report));
    constexpr std::array kListed = {Verdict::fail,          Verdict::dead,    Verdict::unexpected_pass,
                                    Verdict::harness_error, Verdict::warning, Verdict::loose_pass,
                                    Verdict::waived};
    for (const Verdict verdict : kListed) {
        for (const Outcome& outcome : report.outcomes)
            if (outcome.verdict == verdict) text += "\n" + described(report, outcome);
    }
    text += missed(report);
    text += measured(report);
    const auto genuine =
        std::ranges::count_if(report.outcomes, [](const Outcome& one) { return one.bundle->genuine(); });
    if (genuine > 0 && report.genuine_accepted() == 0)
        text += "\nit accepts nothing that is genuine: what it refuses proves nothing\n";
    return text + fmt::format("\n{} bundles, {} of them genuine; exit code {}: {}\n", report.outcomes.size(),
                              genuine, report.exit_code(), outcome_of(report));
}

std::string to_json(const SuiteReport& report) {
    using Json = nlohmann::ordered_json;
    auto counts = Json::object();
    auto results = Json::array();
    for (size_t i = 0; i < engine::kVerdictCount; ++i) {
        const auto verdict = static_cast<Verdict>(i);
        counts[identifier(verdict)] = report.count(verdict);
    }
    for (const Outcome& outcome : report.outcomes) {
        const Bundle& bundle = *outcome.bundle;
        results.push_back({{"id", bundle.id},
                           {"title", bundle.title},
                           {"group", bundle.group},
                           {"shape", bundle.shape},
                           {"expected", attest::name(bundle.verdict)},
                           {"check", bundle.check},
                           {"file", bundle.file},
                           {"field", bundle.field},
                           {"source", bundle.source},
                           {"dispute", bundle.dispute},
                           {"answer", cases::verifier::name(outcome.reply.answer)},
                           {"verdict", identifier(outcome.verdict)},
                           {"reason", outcome.reason},
                           {"words", printable(outcome.reply.words.substr(0, 4096))},
                           {"repeat", repeat(report, bundle)}});
    }
    const Json all = {{"tool", "assay"},
                      {"format", 1},
                      {"verifier", printable(report.verifier)},
                      {"seed", report.seed},
                      {"strict", report.strict},
                      {"exit_code", report.exit_code()},
                      {"counts", counts},
                      {"results", results}};
    return all.dump(2) + "\n";
}

std::string to_junit(const SuiteReport& report) {
    const size_t failures =
        report.count(Verdict::fail) + report.count(Verdict::dead) + report.count(Verdict::unexpected_pass);
    const size_t skipped = report.count(Verdict::not_applicable) + report.count(Verdict::blocked) +
                           report.count(Verdict::waived);
    const std::string tallies =
        fmt::format("tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\"", report.outcomes.size(),
                    failures, report.count(Verdict::harness_error), skipped);
    std::string text = fmt::format(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"assay\" {}>\n  <testsuite "
        "name=\"verifier\" {}>\n",
        tallies, tallies);
    for (const Outcome& outcome : report.outcomes) text += testcase(report, outcome);
    return text + "  </testsuite>\n</testsuites>\n";
}

}  // namespace assay::report
