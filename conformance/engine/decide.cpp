#include "conformance/engine/decide.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace assay::engine {

namespace {

// Why a rule that was broken is less than a failure; empty when it is one. A rule that serves the threat
// model is a rule of security: it needs no more than its text to be known.
std::string weakness(const Requirement& rule, bool strict) {
    constexpr std::string_view kStrict = " (--strict makes it a failure)";
    const bool must = rule.level == Level::must;
    if (rule.evidence == Evidence::open) return "the sources do not agree on this rule";
    if (rule.evidence == Evidence::recalled && (!must || rule.threat.empty()))
        return fmt::format("a {} whose text is recalled and was not read", name(rule.level));
    if (strict) return {};
    if (!must) return fmt::format("a {} and no must{}", name(rule.level), kStrict);
    if (rule.evidence == Evidence::implementation)
        return fmt::format("a must, but the policy of one implementation{}", kStrict);
    return {};
}

struct Weight {
    Verdict verdict = Verdict::fail;
    std::string reason;  // of a warning
};

Weight weighed(const Finding& finding, const Requirements& requirements, bool strict) {
    if (finding.verdict != Verdict::fail) return {finding.verdict, {}};
    const Requirement* rule = requirements.find(finding.requirement);
    if (rule == nullptr) return {};
    std::string reason = weakness(*rule, strict);
    if (reason.empty()) return {};
    if (!rule->disputes.empty()) reason += fmt::format("; see {}", fmt::join(rule->disputes, ", "));
    return {Verdict::warning, std::move(reason)};
}

}  // namespace

void apply_profile(std::string_view id, std::optional<wire::Version> version, const RunOptions& options,
                   Verdict& verdict, std::string& reason) {
    // A profile that has waivers for certain versions is refused where there are none: any will do.
    const wire::Version any = wire::kVersions.front();
    const Waiver* waiver = options.profile.waiver(id, version.value_or(any), options.today);
    if (waiver == nullptr) return;
    if (is_failure(verdict) || verdict == Verdict::warning) {
        verdict = Verdict::waived;
        reason = waiver->reason;
    } else if (verdict == Verdict::pass || verdict == Verdict::loose_pass) {
        verdict = Verdict::unexpected_pass;
        reason = "the profile expects a failure: " + waiver->reason;
    }
}

void decide(CaseResult& result, const CheckResult& judgement, std::span<const Finding> notes,
            const Requirements& requirements, const RunOptions& options) {
    if (!judgement) {
        Weight weight = weighed(judgement.error(), requirements, options.strict);
        result.verdict = weight.verdict;
        result.findings.push_back(judgement.error());
        result.findings.back().verdict = weight.verdict;
        result.reason = result.verdict == Verdict::not_applicable ? judgement.error().got : weight.reason;
    }
    for (const Finding& note : notes) {
        if (result.verdict == Verdict::pass) result.verdict = Verdict::loose_pass;
        result.findings.push_back(note);
    }
    apply_profile(result.id, result.version, options, result.verdict, result.reason);
}

}  // namespace assay::engine
