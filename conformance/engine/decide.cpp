#include "conformance/engine/decide.h"

namespace assay::engine {

namespace {

Verdict weighed(const Finding& finding, const Requirements& requirements, bool strict) {
    if (finding.verdict != Verdict::fail) return finding.verdict;
    const Requirement* rule = requirements.find(finding.requirement);
    if (rule == nullptr) return finding.verdict;
    if (rule->evidence == Evidence::recalled || rule->evidence == Evidence::open) return Verdict::warning;
    bool weak = rule->level != Level::must || rule->evidence == Evidence::implementation;
    return weak && !strict ? Verdict::warning : Verdict::fail;
}

void apply_profile(CaseResult& result, const RunOptions& options) {
    const Waiver* waiver = options.profile.waiver(result.id, result.version, options.today);
    if (waiver == nullptr) return;
    if (is_failure(result.verdict) || result.verdict == Verdict::warning) {
        result.verdict = Verdict::waived;
        result.reason = waiver->reason;
    } else if (result.verdict == Verdict::pass || result.verdict == Verdict::loose_pass) {
        result.verdict = Verdict::unexpected_pass;
        result.reason = "the profile expects a failure: " + waiver->reason;
    }
}

}  // namespace

void decide(CaseResult& result, const Judgement& judgement, std::span<const Finding> notes,
            const Requirements& requirements, const RunOptions& options) {
    if (!judgement) {
        result.findings.push_back(judgement.error());
        result.verdict = weighed(judgement.error(), requirements, options.strict);
        if (result.verdict == Verdict::not_applicable) result.reason = judgement.error().got;
    }
    for (const Finding& note : notes) {
        if (result.verdict == Verdict::pass) result.verdict = Verdict::loose_pass;
        result.findings.push_back(note);
    }
    apply_profile(result, options);
}

}  // namespace assay::engine
