#include "conformance/engine/judge.h"

#include <algorithm>

#include "stack/base/ranges.h"
#include "stack/wire/messages/digests.h"

namespace assay::engine {

namespace {

constexpr std::string_view kUnharmed = "SPDM-HDR-103";

// A step of the lab that was refused where nothing else would report it.
CheckResult reported(CheckResult judgement, const lab::Lab& lab, std::string_view requirement) {
    if (judgement) return judgement;
    Finding finding = charged(std::move(judgement).error(), lab);
    if (finding.requirement.empty()) finding.requirement = requirement;
    return std::unexpected(std::move(finding));
}

// The connection goes on, where there is one.
CheckResult goes_on(CaseContext& test) {
    lab::Lab& lab = test.lab();
    bool known = !test.claims().digests.empty();  // else the device cannot say them
    if (!known || lab.seen().state() != spdm::ConnectionState::negotiated) return {};
    // A device that asked for GET_VERSION (RequestResynch) may answer nothing else on this connection.
    const bool over = std::ranges::any_of(lab.exchanges(), [](const lab::Exchange& exchange) {
        return exchange.error() == wire::ErrorCode::request_resynch;
    });
    if (over) return {};
    lab::Exchange next = TRY(lab.send(wire::GetDigests{}));
    // A flow that the case left open stops everything else, as it must.
    if (stopped_by_flow(next)) return {};
    return test.expect_answer(next, kUnharmed);
}

CheckResult negotiate(CaseContext& test) {
    TRY(test.lab().negotiated(test.version()));
    return {};
}

// A new connection finds the same device.
CheckResult is_the_same(CaseContext& test) {
    TRY(reported(negotiate(test), test.lab(), kUnharmed));
    if (test.claims().digests.empty()) return {};
    TRY(test.expect_answer(TRY(test.lab().send(wire::GetDigests{})), kUnharmed));
    return test.expect_that(test.lab().seen().digests() == test.claims().digests, kUnharmed,
                            "the digests of the sane exchange", "other ones", "Digest");
}

}  // namespace

Finding charged(Finding finding, const lab::Lab& lab) {
    if (finding.verdict != Verdict::blocked || !lab.refused_step()) return finding;
    finding.verdict = lab.exchanges().back().silent() ? Verdict::dead : Verdict::fail;
    finding.exchange = lab.exchanges().size() - 1;
    return finding;
}

Judged judge(const Case& one, CaseContext& test) {
    lab::Lab& lab = test.lab();
    Result<> ready = lab.reset();
    if (!ready) return {std::unexpected(Finding(ready.error()))};
    CheckResult judgement = one.run(test);
    auto step = lab.refused_step();
    if (!judgement && step && contains(one.judges, *step))
        judgement = reported(std::move(judgement), lab, one.requirements.front());
    if (!judgement && test.resynched_before(judgement.error())) {
        judgement = CaseContext::not_applicable(
            "the device asked for a new connection, which it may, and the rest of the case needs the old "
            "one");
    }
    if (judgement && one.negative) judgement = goes_on(test);
    Judged judged{std::move(judgement), lab.exchanges()};
    if (!judged.judgement || !one.negative) return judged;
    judged.judgement = is_the_same(test);
    if (judged.judgement) return judged;
    Finding& finding = judged.judgement.error();
    if (finding.exchange != Finding::npos) finding.exchange += judged.exchanges.size();
    judged.exchanges.insert(judged.exchanges.end(), lab.exchanges().begin(), lab.exchanges().end());
    return judged;
}

}  // namespace assay::engine
