#include "conformance/suites/verifier/suite.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "conformance/engine/decide.h"
#include "conformance/suites/verifier/kill_matrix.h"
#include "conformance/suites/verifier/remarks.h"

namespace assay::cases::verifier {

namespace {

using engine::Verdict;

bool named(const Reply& reply, const std::string& check) {
    return !reply.checks || std::ranges::find(*reply.checks, check) != reply.checks->end();
}

// The verdict as far as the answers tell.
Outcome compare(const Bundle& bundle, const Reply& reply) {
    auto comes_to = [&](Verdict verdict, std::string reason = {}) {
        return Outcome{.bundle = &bundle, .verdict = verdict, .reply = {}, .reason = std::move(reason)};
    };
    const bool refused = reply.answer == Answer::rejected || reply.answer == Answer::malformed;
    if (bundle.genuine()) {
        if (reply.answer == Answer::accepted) return comes_to(Verdict::pass);
        return comes_to(Verdict::fail, fmt::format("{}, although it is genuine", name(reply.answer)));
    }
    if (!refused) return comes_to(Verdict::fail, fmt::format("accepted, although {}", bundle.title));
    if (!named(reply, bundle.check)) {
        return comes_to(Verdict::fail, fmt::format("{} by {} and not by {}", name(reply.answer),
                                                   fmt::join(*reply.checks, ", "), bundle.check));
    }
    const bool unreadable = bundle.verdict == attest::Verdict::malformed;
    if (unreadable == (reply.answer == Answer::malformed)) return comes_to(Verdict::pass);
    return comes_to(Verdict::loose_pass, unreadable ? "rejected, although it cannot even be read"
                                                    : "called malformed, although it can be read");
}

// What is no verdict on the evidence.
std::optional<Outcome> no_answer(const Bundle& bundle, const Reply& reply) {
    auto comes_to = [&](Verdict verdict, std::string reason) {
        return Outcome{.bundle = &bundle, .verdict = verdict, .reply = {}, .reason = std::move(reason)};
    };
    switch (reply.answer) {
        case Answer::accepted:
        case Answer::rejected:
        case Answer::malformed: return std::nullopt;
        case Answer::cannot: return comes_to(Verdict::not_applicable, "it says that it cannot do this");
        case Answer::other_status:
            return comes_to(Verdict::fail,
                            fmt::format("exit status {}, which is none of 0, 1, 3 and 89", reply.status));
        case Answer::died:
            return comes_to(Verdict::dead,
                            fmt::format("it died ({}), although it should have {} this", reply.status,
                                        bundle.genuine() ? "accepted" : "refused"));
        case Answer::late: return comes_to(Verdict::dead, "no answer in time");
        case Answer::absent: break;
    }
    return comes_to(Verdict::dead, "it could not be started");
}

constexpr size_t kWords = 4096;  // characters of a verifier's output

engine::CaseResult result_of(const Outcome& outcome, const std::string& repeat) {
    const Bundle& bundle = *outcome.bundle;
    engine::CaseResult result{.id = bundle.id,
                              .title = bundle.title,
                              .verdict = outcome.verdict,
                              .reason = outcome.reason,
                              .group = bundle.group};
    result.columns = {{"shape", bundle.shape},
                      {"expected", std::string(attest::name(bundle.verdict))},
                      {"check", bundle.check},
                      {"file", bundle.file},
                      {"field", bundle.field},
                      {"source", bundle.source},
                      {"dispute", bundle.dispute},
                      {"answer", std::string(name(outcome.reply.answer))},
                      {"words", outcome.reply.words.substr(0, kWords)},
                      {"repeat", repeat}};
    result.remarks = remarks_on(outcome, repeat);
    return result;
}

}  // namespace

Outcome judge(const Bundle& bundle, Reply reply, Answer control, bool strict) {
    Outcome outcome = no_answer(bundle, reply).value_or(compare(bundle, reply));
    const bool is_control = control_of(bundle) == &bundle;
    if (!is_control && outcome.verdict != Verdict::fail && outcome.verdict != Verdict::dead) {
        if (control == Answer::cannot) {
            outcome.verdict = Verdict::not_applicable;
            outcome.reason = fmt::format("it says that it cannot do genuine/{}", bundle.shape);
        } else if (control != Answer::accepted) {
            outcome.verdict = Verdict::blocked;
            outcome.reason =
                fmt::format("what is genuine is not accepted either: see genuine/{}", bundle.shape);
        }
    }
    if (outcome.verdict == Verdict::fail && !bundle.dispute.empty() && !strict)
        outcome.verdict = Verdict::warning;
    outcome.reply = std::move(reply);
    return outcome;
}

engine::Suite suite() {
    const auto cases = [] {
        std::vector<engine::CaseInfo> list;
        for (const Bundle& bundle : bundles()) {
            list.push_back({.id = bundle.id,
                            .columns = {std::string(attest::name(bundle.verdict)), bundle.check},
                            .title = bundle.title});
        }
        return list;
    };
    return {.name = "verifier",
            .unit = "bundles",
            .cases = cases,
            .kill_matrix = verifier_kill_matrix,
            .column_names = {"expected", "check"}};
}

engine::RunReport run(Verifier& verifier, const engine::RunOptions& options,
                      const engine::RunControl& control) {
    const std::string name = verifier.name();
    engine::RunReport report;
    report.target = name;
    report.options = options;
    report.role = suite().name;
    report.counted_by = "group";
    report.started_anew = true;
    report.columns = {{"verifier", name}};
    std::map<const Bundle*, Reply> replies;
    std::map<const Bundle*, std::string> unmade;
    auto reply_to = [&](const Bundle& bundle) -> const Reply& {
        auto found = replies.find(&bundle);
        if (found != replies.end()) return found->second;
        const auto files = make(bundle, options.seed);
        if (!files) unmade[&bundle] = files.error().detail;
        return replies.emplace(&bundle, files ? verifier.appraise(*files) : Reply{}).first->second;
    };
    engine::run_selected(report, bundles(), control, [&](const Bundle& bundle, wire::Version) {
        const Bundle* genuine = control_of(bundle);
        const Answer base = genuine == nullptr ? Answer::absent : reply_to(*genuine).answer;
        Outcome outcome = judge(bundle, reply_to(bundle), base, options.strict);
        if (unmade.contains(&bundle)) {
            outcome.verdict = Verdict::harness_error;
            outcome.reason = unmade[&bundle];
        }
        engine::apply_profile(bundle.id, std::nullopt, options, outcome.verdict, outcome.reason);
        return result_of(outcome, repeat(name, options.seed, bundle));
    });
    report.remarks = remarks_on(report.results);
    return report;
}

}  // namespace assay::cases::verifier
