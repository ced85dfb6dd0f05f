#include "conformance/suites/verifier/remarks.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace assay::cases::verifier {

namespace {

using engine::Verdict;

constexpr size_t kWords = 400;  // characters of a verifier's output

// Where the fault shows.
std::string place(const Bundle& bundle) {
    return bundle.field.empty() ? bundle.file : fmt::format("{}: {}", bundle.file, bundle.field);
}

std::string violated(const std::string& name) {
    const auto check = attest::check_from_name(name);
    return fmt::format("{} ({})", check ? attest::info(*check).violated : "", name);
}

std::string demanded(const Bundle& bundle) {
    if (bundle.genuine()) return "must be trusted";
    const bool unreadable = bundle.verdict == attest::Verdict::malformed;
    return fmt::format("must be {}: {}", unreadable ? "called malformed" : "refused", violated(bundle.check));
}

// What a result of the report says of its bundle.
struct Judged {
    const Bundle* bundle = nullptr;
    Verdict verdict = Verdict::pass;
    bool accepted = false;

    bool wrongly_accepted() const { return !bundle->genuine() && accepted; }
};

std::vector<Judged> judged(std::span<const engine::CaseResult> results) {
    std::vector<Judged> all;
    for (const engine::CaseResult& result : results) {
        const auto answer = std::ranges::find(result.columns, "answer", &engine::Column::key);
        const bool accepted = answer != result.columns.end() && answer->value == name(Answer::accepted);
        if (const Bundle* bundle = find_bundle(result.id))
            all.push_back({.bundle = bundle, .verdict = result.verdict, .accepted = accepted});
    }
    return all;
}

// Accepted although wrong, by what was missed, the most first.
std::string missed(std::span<const Judged> all) {
    std::map<std::string, size_t> checks;
    for (const Judged& one : all) {
        if (one.wrongly_accepted()) ++checks[one.bundle->check];
    }
    if (checks.empty()) return {};
    std::vector<std::pair<std::string, size_t>> rows(checks.begin(), checks.end());
    std::ranges::sort(rows, std::ranges::greater{}, [](const auto& row) { return row.second; });
    std::string text = "it accepted, although:\n";
    for (const auto& [name, count] : rows) text += fmt::format("  {:>3} × {}\n", count, violated(name));
    return text;
}

// How much of what must be refused was refused.
std::string measured(std::span<const Judged> all) {
    size_t wrong = 0, accepted = 0;
    for (const Judged& one : all) {
        const bool judged = !one.bundle->genuine() && one.verdict != Verdict::not_applicable &&
                            one.verdict != Verdict::blocked;
        wrong += judged;
        accepted += judged && one.wrongly_accepted();
    }
    if (wrong == 0) return {};
    const auto disputed = std::ranges::count(all, Verdict::warning, &Judged::verdict);
    std::string text =
        fmt::format("of {} bundles of wrong evidence that it can judge it accepted {}", wrong, accepted);
    if (disputed > 0) text += fmt::format("; {} warnings are where public verifiers differ too", disputed);
    return text + "\n";
}

std::string genuine(std::span<const Judged> all) {
    size_t genuine = 0, accepted = 0;
    for (const Judged& one : all) {
        genuine += one.bundle->genuine();
        accepted += one.bundle->genuine() && one.accepted;
    }
    if (genuine == 0) return {};
    if (accepted == 0) return "it accepts nothing that is genuine: what it refuses proves nothing\n";
    return fmt::format("of {} genuine bundles it accepted {}\n", genuine, accepted);
}

}  // namespace

std::string repeat(const std::string& verifier, uint64_t seed, const Bundle& bundle) {
    const std::string seeded = seed == 1 ? "" : fmt::format(" --seed {}", seed);
    const std::string write = fmt::format("assay evidence --case {}{} --out bundle", bundle.id, seeded);
    if (verifier == OwnVerifier().name())
        return fmt::format("{} && assay run --role verifier --case {}{}", write, bundle.id, seeded);
    return fmt::format("{} && {}", write, filled(verifier, "bundle"));
}

std::vector<std::string> remarks_on(const Outcome& outcome, const std::string& repeat) {
    const Bundle& bundle = *outcome.bundle;
    std::vector<std::string> lines;
    if (!outcome.reason.ends_with(bundle.title)) lines.push_back("evidence: " + bundle.title);
    if (!bundle.genuine()) lines.push_back("where:    " + place(bundle));
    lines.push_back(fmt::format("demand:   {}; source: {}", demanded(bundle), bundle.source));
    if (!bundle.dispute.empty()) lines.push_back("disputed: " + bundle.dispute);
    const std::string said = outcome.reply.words.substr(0, outcome.reply.words.find('\n'));
    if (!said.empty()) lines.push_back("it said:  " + said.substr(0, kWords));
    lines.push_back("again:    " + repeat);
    return lines;
}

std::vector<std::string> remarks_on(std::span<const engine::CaseResult> results) {
    const std::vector<Judged> all = judged(results);
    std::vector<std::string> paragraphs;
    for (std::string text : {missed(all), measured(all), genuine(all)}) {
        if (!text.empty()) paragraphs.push_back(std::move(text));
    }
    return paragraphs;
}

}  // namespace assay::cases::verifier
