// Basic mutual authentication: CHALLENGE_AUTH asks the requester for as much.
#include <fmt/format.h>

#include "conformance/suites/responder/handshake.h"
#include "stack/wire/header.h"
#include "stack/wire/messages/challenge.h"
#include "stack/wire/messages/digests.h"

namespace assay::cases {

namespace {

// A connection on which the device has just asked for it.
CheckResult asked_for(CaseContext& test) {
    lab::Lab& lab = test.lab();
    lab::Offer offer = lab::session_offer(lab::kMutualFlags);
    if (!TRY(went_along(lab.negotiated_with_chain(test.version(), offer)))) {
        return CaseContext::not_applicable("the device turns that requester down in VCA");
    }
    Exchange exchange = TRY(lab.send(lab.challenge()));
    TRY(test.expect_signature(exchange, "SPDM-CHL-001"));
    bool asks = (wire::param1(*exchange.response) & wire::kBasicMutAuthReq) != 0;
    if (!asks) return CaseContext::not_applicable("the device does not ask for basic mutual authentication");
    const spdm::Parameters& p = lab.seen().parameters();
    return test.expect_that(p.both(cap::mut_auth) && p.encapsulates(), "SPDM-CHL-023",
                            "BasicMutAuthReq where both sides can", "without MUT_AUTH_CAP or ENCAP_CAP",
                            "SlotID");
}

// The flow up to the requester's signature, which is the last of it. `edit` sees what is asked and answered.
std::expected<Exchange, engine::Finding> authenticate(CaseContext& test, const EditAnswer& edit) {
    bool is_signed = false;
    Exchange last = TRY(run_flow(test, std::nullopt, false, [&](ByteView asked, Bytes& answer) {
        is_signed = answer.size() > 1 && wire::code_of(answer) == code::challenge_auth;
        edit(asked, answer);
    }));
    if (last.answered() || is_signed) return last;
    return std::unexpected(
        CaseContext::not_applicable("the device does not trust the requester's certificates").error());
}

const Case kCases[] = {
    {
        .id = "chl/mutual",
        .title = "A requester that is asked to authenticates itself",
        .requirements = {"SPDM-CHL-024", "SPDM-CHL-025", "SPDM-CHL-026", "SPDM-CHL-023", "SPDM-CHL-001"},
        .since = v1_1,
        .needs = cap::cert | cap::chal | cap::mut_auth,
        .run = [](CaseContext& test) -> CheckResult {
            lab::Lab& lab = test.lab();
            TRY(asked_for(test));
            Bytes challenge;
            Exchange last = TRY(authenticate(test, [&](ByteView asked, Bytes&) {
                if (asked.size() > 3 && wire::code_of(asked) == code::challenge) challenge = to_bytes(asked);
            }));
            TRY(test.expect_that(challenge.size() > 3, "SPDM-CHL-026", "an encapsulated CHALLENGE", "none"));
            TRY(test.expect_that(wire::param2(challenge) == wire::summary::none, "SPDM-CHL-025",
                                 "no measurement summary", fmt::format("0x{:02x}", wire::param2(challenge)),
                                 "MeasurementSummaryHashType"));
            TRY(test.expect_answer(last, "SPDM-CHL-026"));
            return test.expect_answer(TRY(lab.send(wire::GetDigests{})), "SPDM-CHL-024");
        },
    },
    {
        .id = "chl/mutual-in-flight",
        .title = "While the requester is asked, other requests are RequestInFlight",
        .requirements = {"SPDM-CHL-024", "SPDM-CHL-001", "SPDM-CHL-023"},
        .since = v1_1,
        .needs = cap::cert | cap::chal | cap::mut_auth,
        .negative = true,
        .run = [](CaseContext& test) -> CheckResult {
            TRY(asked_for(test));
            return test.expect(TRY(test.lab().send(wire::GetDigests{})), stopped_by_flow(), "SPDM-CHL-024");
        },
    },
    // A bit in its first or last byte.
    {
        .id = "chl/mutual-signature",
        .title = "A wrong signature does not authenticate the requester",
        .requirements = {"SPDM-CHL-026", "SPDM-CHL-001", "SPDM-CHL-023"},
        .since = v1_1,
        .needs = cap::cert | cap::chal | cap::mut_auth,
        .negative = true,
        .run = [](CaseContext& test) -> CheckResult {
            for (bool first : {true, false}) {
                TRY(asked_for(test));
                size_t size = test.lab().seen().request_context().requester_signature_size;
                Exchange last = TRY(authenticate(test, [&](ByteView, Bytes& answer) {
                    if (answer.size() < 2 || wire::code_of(answer) != code::challenge_auth) return;
                    answer[first ? answer.size() - size : answer.size() - 1] ^= 0x01;
                }));
                TRY(test.expect(
                    last,
                    refused(ErrorCode::invalid_response_code,
                            {ErrorCode::invalid_request, ErrorCode::unspecified, ErrorCode::decrypt_error}),
                    "SPDM-CHL-026"));
            }
            return {};
        },
    },
};

}  // namespace

void add_challenge_mutual(CaseList& cases) { add(cases, kCases); }

}  // namespace assay::cases
