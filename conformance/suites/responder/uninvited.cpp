// Requesters without MUT_AUTH_CAP that offer algorithms to authenticate with all the same: the device must
// not ask them to.
#include <fmt/format.h>

#include "conformance/suites/responder/handshake.h"
#include "stack/wire/messages/challenge.h"

namespace assay::cases {

namespace {

// With all that mutual authentication takes besides MUT_AUTH_CAP, and with less and less of it.
constexpr uint32_t kAlmost = lab::kMutualFlags & ~cap::mut_auth;
constexpr uint32_t kRequesters[] = {kAlmost, kAlmost & ~cap::encap, lab::kSessionFlags};

lab::Offer offer_of(uint32_t flags) {
    return {.flags = flags, .every_structure = true, .authenticates_if_asked = false};
}

const Case kCases[] = {
    // At 1.2 ENCAP_CAP without MUT_AUTH_CAP is legal, at all versions a certificate without it is.
    {
        .id = "kex/mutual-uninvited",
        .title = "Without MUT_AUTH_CAP nobody is asked for it, whatever algorithms it offers",
        .requirements = {"SPDM-KEX-022"},
        .since = v1_1,
        .needs = cap::key_ex | cap::cert | cap::mac,
        .run = [](CaseContext& test) -> CheckResult {
            bool judged = false;
            for (uint32_t flags : kRequesters) {
                if (!TRY(went_along(test.lab().negotiated_with_chain(test.version(), offer_of(flags)))))
                    continue;
                if (!test.lab().seen().parameters().both(cap::key_ex)) continue;
                Exchange exchange = TRY(send_exchange(test));
                if (exchange.error()) continue;
                judged = true;
                auto answer = TRY(answer_to<wire::KeyExchangeResponse>(test, exchange, "SPDM-KEX-022"));
                TRY(test.expect_that(answer.mut_auth_requested == 0, "SPDM-KEX-022",
                                     "no mutual authentication with a requester without MUT_AUTH_CAP",
                                     fmt::format("0x{:02x}", answer.mut_auth_requested), "MutAuthRequested"));
            }
            if (!judged)
                return CaseContext::not_applicable("the device exchanges no keys with such a requester");
            return {};
        },
    },
    {
        .id = "chl/mutual-uninvited",
        .title = "Without MUT_AUTH_CAP nobody is asked for it, whatever algorithms it offers",
        .requirements = {"SPDM-CHL-023"},
        .since = v1_1,
        .needs = cap::cert | cap::chal,
        .run = [](CaseContext& test) -> CheckResult {
            bool judged = false;
            for (uint32_t flags : kRequesters) {
                if (!TRY(went_along(test.lab().negotiated(test.version(), offer_of(flags))))) continue;
                Exchange exchange = TRY(test.lab().send(test.lab().challenge()));
                TRY(test.expect_answer(exchange, "SPDM-CHL-023"));
                judged = true;
                auto answer =
                    TRY(wire::decode<wire::ChallengeAuth>(*exchange.response, exchange.response_context));
                TRY(test.expect_that((answer.slot_id & wire::kBasicMutAuthReq) == 0, "SPDM-CHL-023",
                                     "no mutual authentication with a requester without MUT_AUTH_CAP",
                                     "BasicMutAuthReq", "SlotID"));
            }
            if (!judged) return CaseContext::not_applicable("the device turns such requesters down in VCA");
            return {};
        },
    },
};

}  // namespace

void add_uninvited(CaseList& cases) { add(cases, kCases); }

}  // namespace assay::cases
