// KEY_EXCHANGE: who may send it, its fields, and the session that comes of it.
#include "stack/wire/messages/key_exchange.h"

#include <fmt/format.h>

#include "conformance/suites/responder/sessions.h"
#include "stack/wire/messages/digests.h"

namespace assay::cases {

namespace {

using wire::KeyExchange;
using wire::KeyExchangeResponse;

// Bytes that a message of a later version has behind its header.
Bytes body(Bytes head) {
    constexpr size_t kBody = 200;
    head.resize(kBody);
    return head;
}

CheckResult before_1_1(CaseContext& test) {
    TRY(negotiate(test));
    return expect_unsupported(test, TRY(test.lab().send(body(header(v1_0, code::key_exchange)))),
                              {ErrorCode::unexpected_request, ErrorCode::invalid_request}, "SPDM-KEX-001");
}

// One side lacks it: the device or, where that has it, the requester.
CheckResult absent_capability(CaseContext& test) {
    uint32_t flags = lab::kSessionFlags;
    if (test.claims().has(cap::key_ex)) flags &= ~cap::key_ex;
    if (!TRY(went_along(test.lab().negotiated(test.version(), lab::session_offer(flags))))) {
        return CaseContext::not_applicable("the device turns that requester down in VCA");
    }
    return expect_unsupported(test, TRY(test.lab().send(body(header(test.version(), code::key_exchange)))),
                              {ErrorCode::unexpected_request}, "SPDM-KEX-002");
}

// In either phase of a session.
CheckResult in_session(CaseContext& test) {
    lab::Lab& lab = test.lab();
    TRY(ready_to_exchange(test));
    uint32_t begun = TRY(lab.begin_session());
    Bytes request = TRY(lab.encode(TRY(lab.key_exchange())));
    TRY(test.expect(TRY(lab.send_in(begun, request)), unexpected(), "SPDM-KEX-003"));
    TRY(ready_to_exchange(test));
    uint32_t established = TRY(lab.new_session());
    request = TRY(lab.encode(TRY(lab.key_exchange())));
    return test.expect(TRY(lab.send_in(established, request)), unexpected(), "SPDM-KEX-003");
}

CheckResult refused_exchange(CaseContext& test, const EditExchange& edit, std::string_view requirement) {
    TRY(ready_to_exchange(test));
    return test.expect(TRY(send_exchange(test, edit)), invalid(), requirement);
}

CheckResult bad_slots(CaseContext& test) {
    for (uint8_t slot : Bytes{8, 0x0f, 0x80, 0xfe, wire::kSlotRawKey}) {
        TRY(refused_exchange(test, [&](KeyExchange& message) { message.slot_id = slot; }, "SPDM-KEX-004"));
    }
    return {};
}

CheckResult empty_slot(CaseContext& test) {
    auto slot = test.claims().empty_slot();
    if (!slot) return CaseContext::not_applicable("every slot of the device is provisioned");
    return refused_exchange(test, [&](KeyExchange& message) { message.slot_id = *slot; }, "SPDM-KEX-004");
}

CheckResult summary_types(CaseContext& test) {
    for (uint8_t type : Bytes{0x02, 0x7f, 0xfe}) {
        TRY(refused_exchange(
            test, [&](KeyExchange& message) { message.measurement_summary_hash_type = type; },
            "SPDM-KEX-005"));
    }
    return {};
}

// Without measurements, or without an agreed way to express them, there is no summary.
CheckResult summary_without_measurements(CaseContext& test) {
    lab::Offer offer = lab::session_offer();
    offer.measurement_specification = 0;
    TRY(ready_to_exchange(test, offer));
    ExchangeOptions options{.summary_type = wire::summary::all};
    return test.expect(TRY(send_exchange(test, {}, options)), invalid(), "SPDM-KEX-005");
}

CheckResult summary(CaseContext& test) {
    auto ask = [](CaseContext& on, uint8_t type) -> std::expected<Bytes, engine::Finding> {
        Exchange exchange = TRY(send_exchange(on, {}, {.summary_type = type}));
        TRY(on.expect_signature(exchange, "SPDM-KEX-036"));
        return TRY(answer_to<KeyExchangeResponse>(on, exchange, "SPDM-KEX-036")).measurement_summary_hash;
    };
    return compare_summaries(test, ask, "SPDM-KEX-036");
}

// What padding makes whole again is no case.
bool arrives_whole(CaseContext& test, Bytes request) {
    request.resize(test.lab().arriving(request.size()));
    return wire::decode<KeyExchange>(request, test.lab().seen().request_context()).has_value();
}

// Cut before, inside and behind each part whose size is not its own affair, and with lengths beyond the end.
CheckResult sizes(CaseContext& test) {
    lab::Lab& lab = test.lab();
    TRY(ready_to_exchange(test));
    Bytes whole = TRY(lab.encode(TRY(lab.key_exchange())));
    size_t opaque = size_t{40} + lab.seen().request_context().exchange_size;
    std::vector<Bytes> bad;
    for (size_t size : {size_t{4}, size_t{8}, size_t{39}, size_t{40}, opaque - 1, opaque, opaque + 1,
                        opaque + 2, whole.size() - 1}) {
        bad.emplace_back(whole.begin(), whole.begin() + static_cast<ptrdiff_t>(size));
    }
    for (size_t length : {whole.size() - opaque - 1, size_t{0xffff}}) {
        bad.push_back(whole);
        bad.back()[opaque] = static_cast<uint8_t>(length);
        bad.back()[opaque + 1] = static_cast<uint8_t>(length >> 8);
    }
    for (const Bytes& request : bad) {
        if (arrives_whole(test, request)) continue;
        TRY(test.expect(TRY(lab.send(request)), invalid(), "SPDM-KEX-006"));
    }
    return {};
}

CheckResult session_ids(CaseContext& test) {
    TRY(ready_to_exchange(test));
    return expect_own_identifier(
        test, [](CaseContext& on, const ExchangeOptions& options) { return send_exchange(on, {}, options); });
}

// Without HBEAT_CAP, so that no session is too old at the end.
CheckResult session_limit(CaseContext& test) {
    TRY(ready_to_exchange(test, lab::session_offer(lab::kSessionFlags & ~cap::hbeat)));
    auto open = [](CaseContext& on) -> Result<Exchange> {
        Exchange exchange = TRY(send_exchange(on));
        auto id = on.lab().seen().last_session();
        if (!exchange.answered() || !id) return exchange;
        return on.lab().send_handshake(*id, TRY(on.lab().finish(*id)));
    };
    return fill_the_table(test, open, "SPDM-KEX-016");
}

// Each slot signs with its own key, and its chain is the one in TH.
CheckResult signature(CaseContext& test) {
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
}

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

CheckResult every_algorithm(CaseContext& test) {
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
}

// ResponderVerifyData is there unless the handshake goes on in the clear.
CheckResult verify_data_place(CaseContext& test) {
    TRY(ready_to_exchange(test));
    Exchange exchange = TRY(send_exchange(test));
    TRY(expect_exact(test, exchange, "SPDM-KEX-019"));
    TRY(expect_macs(test, exchange, 1, "SPDM-KEX-019"));
    if (!test.claims().has(cap::handshake_in_the_clear)) return {};
    TRY(ready_to_exchange(test, lab::session_offer(lab::kSessionFlags | cap::handshake_in_the_clear)));
    exchange = TRY(send_exchange(test));
    TRY(expect_exact(test, exchange, "SPDM-KEX-019"));
    return expect_macs(test, exchange, 0, "SPDM-KEX-019");
}

// What the response says of heartbeats and of mutual authentication follows from both sides' flags.
CheckResult form(CaseContext& test) {
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
        bool possible = asked == 0 || (p.both(cap::mut_auth) && (asked & (asked - 1)) == 0 && asked <= 4);
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
}

CheckResult event_policy(CaseContext& test) {
    if (test.claims().has(cap::event)) return CaseContext::not_applicable("the device claims EVENT_CAP");
    return refused_exchange(
        test, [](KeyExchange& message) { message.session_policy = wire::session_policy::event_all; },
        "SPDM-KEX-025");
}

CheckResult policy_before_1_2(CaseContext& test) {
    TRY(ready_to_exchange(test));
    Exchange exchange = TRY(send_exchange(test, [](KeyExchange& message) { message.session_policy = 0xff; }));
    uint32_t id = TRY(begun(test, exchange, "SPDM-KEX-026"));
    TRY(test.lab().finish_session(id));
    return expect_alive(test, id, "SPDM-KEX-026");
}

// Whatever was wrong with it: nothing is left to finish, and no place in the table is taken.
CheckResult refused_leaves_nothing(CaseContext& test) {
    lab::Lab& lab = test.lab();
    const EditExchange mistakes[] = {
        [](KeyExchange& message) { message.slot_id = 8; },
        [](KeyExchange& message) { message.measurement_summary_hash_type = 2; },
        [](KeyExchange& message) { message.opaque_data.resize(2); },
        [](KeyExchange& message) { message.exchange_data.assign(message.exchange_data.size(), 0); }};
    TRY(ready_to_exchange(test));
    Bytes finish = header(test.version(), code::finish);
    finish.resize(finish.size() + (test.at_least(v1_4) ? 2U : 0U) + lab.seen().request_context().hash_size);
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
}

// While nothing is authenticated, an exchange in between leaves digests behind.
CheckResult restarts_transcript(CaseContext& test) {
    lab::Lab& lab = test.lab();
    TRY(ready_to_exchange(test));
    TRY(test.expect_answer(TRY(lab.send(wire::GetDigests{})), "SPDM-KEX-029"));
    TRY(test.expect_answer(TRY(send_exchange(test)), "SPDM-KEX-029"));
    Exchange challenge = TRY(lab.send(lab.challenge()));
    if (challenge.error())
        return CaseContext::not_applicable("the device answers no CHALLENGE during a handshake");
    return test.expect_signature(challenge, "SPDM-KEX-029");
}

CheckResult without_mac(CaseContext& test) {
    TRY(ready_to_exchange(test, lab::session_offer(lab::kSessionFlags & ~cap::mac)));
    return test.expect(
        TRY(send_exchange(test)),
        refused(ErrorCode::invalid_request, {ErrorCode::unsupported_request, ErrorCode::unexpected_request}),
        "SPDM-SEC-015");
}

}  // namespace

void add_key_exchange(CaseList& cases) {
    auto add = [&](Case one) { cases.push_back(since(v1_1, needs(kExchanges, std::move(one)))); };
    cases.push_back(until(
        v1_0, negative("kex/before-1-1", "At 1.0 there is no KEY_EXCHANGE", {"SPDM-KEX-001"}, before_1_1)));
    cases.push_back(since(
        v1_1, negative("kex/absent-capability", "Without KEY_EX_CAP on both sides it is UnsupportedRequest",
                       {"SPDM-KEX-002"}, absent_capability)));
    add(negative("kex/in-session", "KEY_EXCHANGE inside a session is UnexpectedRequest", {"SPDM-KEX-003"},
                 in_session));
    add(negative("kex/bad-slot", "A SlotID that is no certificate slot is InvalidRequest", {"SPDM-KEX-004"},
                 bad_slots));
    add(negative("kex/empty-slot", "A slot without a certificate is InvalidRequest", {"SPDM-KEX-004"},
                 empty_slot));
    add(negative("kex/summary-type", "A MeasurementSummaryHashType that is not defined is InvalidRequest",
                 {"SPDM-KEX-005"}, summary_types));
    add(negative("kex/summary-without-measurements",
                 "A summary without negotiated measurements is InvalidRequest", {"SPDM-KEX-005"},
                 summary_without_measurements));
    cases.push_back(
        since(v1_1, needs(kExchanges | cap::meas,
                          positive("kex/summary", "MeasurementSummaryHash is that of CHALLENGE_AUTH",
                                   {"SPDM-KEX-036"}, summary))));
    add(negative("kex/sizes", "A KEY_EXCHANGE that ends too early is InvalidRequest", {"SPDM-KEX-006"},
                 sizes));
    add(positive("kex/session-ids", "Two live sessions have different identifiers", {"SPDM-KEX-015"},
                 session_ids));
    add(positive("kex/session-limit", "A full table refuses, and END_SESSION makes room again",
                 {"SPDM-KEX-016"}, session_limit));
    add(positive("kex/signature", "Signature and HMAC cover TH with the slot's chain",
                 {"SPDM-KEX-017", "SPDM-KEX-018", "SPDM-KEX-030"}, signature));
    add(judges({code::key_exchange, code::finish},
               positive("kex/every-algorithm", "Sessions work with each algorithm of the device",
                        {"SPDM-KEX-017", "SPDM-KEX-018"}, every_algorithm)));
    add(positive("kex/verify-data-place", "ResponderVerifyData is absent when the handshake is in the clear",
                 {"SPDM-KEX-019"}, verify_data_place));
    add(positive("kex/form", "Heartbeat and mutual authentication follow from both sides' flags",
                 {"SPDM-KEX-021", "SPDM-KEX-022", "SPDM-KEX-023", "SPDM-KEX-024"}, form));
    cases.push_back(since(
        v1_3,
        needs(kExchanges, negative("kex/event-policy", "EventAllPolicy without EVENT_CAP is InvalidRequest",
                                   {"SPDM-KEX-025"}, event_policy))));
    cases.push_back(until(
        v1_1, since(v1_1, needs(kExchanges,
                                positive("kex/policy-before-1-2", "What became SessionPolicy is ignored",
                                         {"SPDM-KEX-026"}, policy_before_1_2)))));
    add(negative("kex/refused-leaves-nothing", "A refused KEY_EXCHANGE leaves no session", {"SPDM-KEX-028"},
                 refused_leaves_nothing));
    cases.push_back(since(
        v1_1, needs(kExchanges | cap::chal,
                    positive("kex/restarts-transcript",
                             "Before the first authentication KEY_EXCHANGE restarts what CHALLENGE signs",
                             {"SPDM-KEX-029"}, restarts_transcript))));
    add(negative("kex/without-mac", "Without MAC_CAP on both sides there are no sessions", {"SPDM-SEC-015"},
                 without_mac));
}

}  // namespace assay::cases
