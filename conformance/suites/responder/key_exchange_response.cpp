// KEY_EXCHANGE_RSP, and the session that comes of it.
#include <fmt/format.h>

#include "conformance/suites/responder/sessions.h"
#include "stack/wire/messages/digests.h"
#include "stack/wire/messages/key_exchange.h"

namespace assay::cases {

namespace {

using wire::KeyExchange;

using wire::KeyExchangeResponse;

// Offers that name one algorithm of one kind.
std::vector<lab::Offer> single_offers(CaseContext& test) {
    std::vector<lab::Offer> offers;
    auto each = [&](uint32_t bits, auto lab::Offer::* field) {
        for (uint32_t left = bits; left != 0; left &= left - 1) {
            lab::Offer offer = lab::session_offer();
            offer.*field = static_cast<std::decay_t<decltype(offer.*field)>>(left & (~left + 1));
            offers.push_back(offer);
        }
    };
    wire::NegotiateAlgorithms whole = test.lab().algorithms(test.version(), lab::session_offer());
    each(whole.base_asym_algo, &lab::Offer::base_asym);
    each(whole.base_hash_algo, &lab::Offer::base_hash);
    for (const wire::AlgStruct& item : whole.alg_structs) {
        if (item.alg_type == wire::alg_type::dhe) each(item.alg_supported, &lab::Offer::dhe);
        if (item.alg_type == wire::alg_type::aead_cipher_suite) each(item.alg_supported, &lab::Offer::aead);
    }
    return offers;
}

const Case kCases[] = {
    {
        .id = "kex/session-ids",
        .title = "Two live sessions have different identifiers",
        .requirements = {"SPDM-KEX-015"},
        .since = v1_1,
        .needs = kExchanges,
        .run = [](CaseContext& test) -> CheckResult {
            TRY(ready_to_exchange(test));
            return expect_own_identifier(test, [](CaseContext& on, const ExchangeOptions& options) {
                return send_exchange(on, {}, options);
            });
        },
    },
    // Without HBEAT_CAP, so that no session is too old at the end.
    {
        .id = "kex/session-limit",
        .title = "A full table refuses, and END_SESSION makes room again",
        .requirements = {"SPDM-KEX-016"},
        .since = v1_1,
        .needs = kExchanges,
        .run = [](CaseContext& test) -> CheckResult {
            TRY(ready_to_exchange(test, lab::session_offer(lab::kSessionFlags & ~cap::hbeat)));
            auto open = [](CaseContext& on) -> Result<Exchange> {
                Exchange exchange = TRY(send_exchange(on));
                auto id = on.lab().seen().last_session();
                if (!exchange.answered() || !id) return exchange;
                return on.lab().send_handshake(*id, TRY(on.lab().finish(*id)));
            };
            return fill_the_table(test, open, "SPDM-KEX-016");
        },
    },
    // Each slot signs with its own key, and its chain is the one in TH.
    {
        .id = "kex/signature",
        .title = "Signature and HMAC cover TH with the slot's chain",
        .requirements = {"SPDM-KEX-017", "SPDM-KEX-018", "SPDM-KEX-030"},
        .since = v1_1,
        .needs = kExchanges,
        .run = [](CaseContext& test) -> CheckResult {
            lab::Lab& lab = test.lab();
            for (const auto& [slot, digest] : test.claims().digests) {
                TRY(ready_to_exchange(test));
                if (!lab.seen().chains().contains(slot)) {
                    TRY(lab.read_chain(slot));
                    TRY(ready_to_exchange(test));
                }
                Exchange exchange = TRY(send_exchange(test, {}, {.slot = slot}));
                TRY(test.expect_signature(exchange, "SPDM-KEX-017"));
                TRY(expect_macs(test, exchange, 1, "SPDM-KEX-018"));
                uint32_t id = TRY(begun(test, exchange, "SPDM-KEX-030"));
                TRY(lab.finish_session(id));
                TRY(expect_alive(test, id, "SPDM-KEX-030"));
            }
            return {};
        },
    },
    {
        .id = "kex/every-algorithm",
        .title = "Sessions work with each algorithm of the device",
        .requirements = {"SPDM-KEX-017", "SPDM-KEX-018"},
        .since = v1_1,
        .needs = kExchanges,
        .judges = {code::key_exchange, code::finish},
        .run = [](CaseContext& test) -> CheckResult {
            lab::Lab& lab = test.lab();
            for (const lab::Offer& offer : single_offers(test)) {
                if (!TRY(went_along(lab.negotiated_with_chain(test.version(), offer)))) continue;
                const spdm::Parameters& p = lab.seen().parameters();
                if (p.base_asym == 0 || p.base_hash == 0 || p.dhe == 0 || p.aead == 0) continue;
                Exchange exchange = TRY(send_exchange(test));
                TRY(test.expect_signature(exchange, "SPDM-KEX-017"));
                TRY(expect_macs(test, exchange, 1, "SPDM-KEX-018"));
                uint32_t id = TRY(begun(test, exchange, "SPDM-KEX-018"));
                TRY(lab.finish_session(id));
                TRY(expect_alive(test, id, "SPDM-KEX-018"));
            }
            return {};
        },
    },
    // ResponderVerifyData is there unless the handshake goes on in the clear.
    {
        .id = "kex/verify-data-place",
        .title = "ResponderVerifyData is absent when the handshake is in the clear",
        .requirements = {"SPDM-KEX-019"},
        .since = v1_1,
        .needs = kExchanges,
        .run = [](CaseContext& test) -> CheckResult {
            TRY(ready_to_exchange(test));
            Exchange exchange = TRY(send_exchange(test));
            TRY(expect_exact(test, exchange, "SPDM-KEX-019"));
            TRY(expect_macs(test, exchange, 1, "SPDM-KEX-019"));
            if (!test.claims().has(cap::handshake_in_the_clear)) return {};
            TRY(ready_to_exchange(test,
                                  lab::session_offer(lab::kSessionFlags | cap::handshake_in_the_clear)));
            exchange = TRY(send_exchange(test));
            TRY(expect_exact(test, exchange, "SPDM-KEX-019"));
            return expect_macs(test, exchange, 0, "SPDM-KEX-019");
        },
    },
    // What the response says of heartbeats and of mutual authentication follows from both sides' flags.
    {
        .id = "kex/form",
        .title = "Heartbeat and mutual authentication follow from both sides' flags",
        .requirements = {"SPDM-KEX-021", "SPDM-KEX-022", "SPDM-KEX-023", "SPDM-KEX-024", "SPDM-KEX-017"},
        .since = v1_1,
        .needs = kExchanges,
        .run = [](CaseContext& test) -> CheckResult {
            const uint32_t raw_key = (lab::kMutualFlags & ~cap::cert) | cap::pub_key_id;
            for (uint32_t flags : {lab::kSessionFlags, lab::kSessionFlags & ~cap::hbeat, lab::kMutualFlags,
                                   lab::kMutualFlags & ~cap::encap, raw_key}) {
                lab::Offer offer = lab::session_offer(flags);
                offer.authenticates_if_asked = false;
                if (!TRY(went_along(test.lab().negotiated_with_chain(test.version(), offer)))) continue;
                const spdm::Parameters& p = test.lab().seen().parameters();
                Exchange exchange = TRY(send_exchange(test));
                if (flags != lab::kSessionFlags && exchange.error()) continue;
                auto answer = TRY(answer_to<KeyExchangeResponse>(test, exchange, "SPDM-KEX-017"));
                TRY(test.expect_that(answer.heartbeat_period == 0 || p.both(cap::hbeat), "SPDM-KEX-021",
                                     "HeartbeatPeriod 0 without HBEAT_CAP on both sides",
                                     fmt::format("{}", answer.heartbeat_period), "HeartbeatPeriod"));
                uint8_t asked = answer.mut_auth_requested;
                bool possible =
                    asked == 0 || (p.both(cap::mut_auth) && (asked & (asked - 1)) == 0 && asked <= 4);
                TRY(test.expect_that(possible, "SPDM-KEX-022",
                                     "one form, and none without MUT_AUTH_CAP on both sides",
                                     fmt::format("0x{:02x}", asked), "MutAuthRequested"));
                bool flow = p.encapsulates() && (flags & cap::cert) != 0;
                TRY(test.expect_that(asked <= wire::mut_auth::plain || flow, "SPDM-KEX-023",
                                     "no encapsulated flow with a requester that cannot",
                                     fmt::format("0x{:02x}", asked), "MutAuthRequested"));
                uint8_t slot = answer.slot_id_param & 0x0f;
                bool raw = flags == raw_key && slot == wire::kMutAuthRawKey;
                bool named = asked == wire::mut_auth::plain ? slot < 8 || raw : slot == 0;
                TRY(test.expect_that(named, "SPDM-KEX-024", "the slot of the plain form, or 0",
                                     fmt::format("{}", slot), "SlotIDParam"));
            }
            return {};
        },
    },
    {
        .id = "kex/event-policy",
        .title = "EventAllPolicy without EVENT_CAP is InvalidRequest",
        .requirements = {"SPDM-KEX-025"},
        .since = v1_3,
        .needs = kExchanges,
        .negative = true,
        .run = [](CaseContext& test) -> CheckResult {
            if (test.claims().has(cap::event))
                return CaseContext::not_applicable("the device claims EVENT_CAP");
            TRY(ready_to_exchange(test));
            Exchange exchange = TRY(send_exchange(test, [](KeyExchange& message) {
                message.session_policy = wire::session_policy::event_all;
            }));
            return test.expect(exchange, invalid(), "SPDM-KEX-025");
        },
    },
    {
        .id = "kex/policy-before-1-2",
        .title = "What became SessionPolicy is ignored",
        .requirements = {"SPDM-KEX-026"},
        .since = v1_1,
        .until = v1_1,
        .needs = kExchanges,
        .run = [](CaseContext& test) -> CheckResult {
            TRY(ready_to_exchange(test));
            Exchange exchange =
                TRY(send_exchange(test, [](KeyExchange& message) { message.session_policy = 0xff; }));
            uint32_t id = TRY(begun(test, exchange, "SPDM-KEX-026"));
            TRY(test.lab().finish_session(id));
            return expect_alive(test, id, "SPDM-KEX-026");
        },
    },
    // Whatever was wrong with it: nothing is left to finish, and no place in the table is taken.
    {
        .id = "kex/refused-leaves-nothing",
        .title = "A refused KEY_EXCHANGE leaves no session",
        .requirements = {"SPDM-KEX-028"},
        .since = v1_1,
        .needs = kExchanges,
        .negative = true,
        .run = [](CaseContext& test) -> CheckResult {
            lab::Lab& lab = test.lab();
            const EditExchange mistakes[] = {
                [](KeyExchange& message) { message.slot_id = 8; },
                [](KeyExchange& message) { message.measurement_summary_hash_type = 2; },
                [](KeyExchange& message) { message.opaque_data.resize(2); },
                [](KeyExchange& message) { message.exchange_data.assign(message.exchange_data.size(), 0); }};
            TRY(ready_to_exchange(test));
            Bytes finish = header(test.version(), code::finish);
            finish.resize(finish.size() + (test.at_least(v1_4) ? 2U : 0U) +
                          lab.seen().request_context().hash_size);
            constexpr int kRounds = 3;
            for (int round = 0; round < kRounds; ++round) {
                for (const EditExchange& mistake : mistakes) {
                    TRY(expect_not_taken(test, TRY(send_exchange(test, mistake)), "SPDM-KEX-028"));
                    TRY(expect_not_taken(test, TRY(lab.send(finish, lab::Wait::silence)), "SPDM-KEX-028"));
                }
            }
            uint32_t id = TRY(begun(test, TRY(send_exchange(test)), "SPDM-KEX-028"));
            TRY(lab.finish_session(id));
            return expect_alive(test, id, "SPDM-KEX-028");
        },
    },
    // While nothing is authenticated, an exchange in between leaves digests behind.
    {
        .id = "kex/restarts-transcript",
        .title = "Before the first authentication KEY_EXCHANGE restarts what CHALLENGE signs",
        .requirements = {"SPDM-KEX-029"},
        .since = v1_1,
        .needs = kExchanges | cap::chal,
        .run = [](CaseContext& test) -> CheckResult {
            lab::Lab& lab = test.lab();
            TRY(ready_to_exchange(test));
            TRY(test.expect_answer(TRY(lab.send(wire::GetDigests{})), "SPDM-KEX-029"));
            TRY(test.expect_answer(TRY(send_exchange(test)), "SPDM-KEX-029"));
            Exchange challenge = TRY(lab.send(lab.challenge()));
            if (challenge.error())
                return CaseContext::not_applicable("the device answers no CHALLENGE during a handshake");
            return test.expect_signature(challenge, "SPDM-KEX-029");
        },
    },
    {
        .id = "kex/without-mac",
        .title = "Without MAC_CAP on both sides there are no sessions",
        .requirements = {"SPDM-SEC-015"},
        .since = v1_1,
        .needs = kExchanges,
        .negative = true,
        .run = [](CaseContext& test) -> CheckResult {
            TRY(ready_to_exchange(test, lab::session_offer(lab::kSessionFlags & ~cap::mac)));
            return test.expect(TRY(send_exchange(test)),
                               refused(ErrorCode::invalid_request,
                                       {ErrorCode::unsupported_request, ErrorCode::unexpected_request}),
                               "SPDM-SEC-015");
        },
    },
};

}  // namespace

void add_key_exchange_response(CaseList& cases) { add(cases, kCases); }

}  // namespace assay::cases
