// FINISH without mutual authentication: where it belongs, what it proves, and what a failed one leaves.
#include "stack/wire/messages/finish.h"

#include <fmt/format.h>

#include "conformance/cases/responder/handshake.h"
#include "stack/spdm/secured_opaque.h"
#include "stack/wire/messages/opaque_data.h"

namespace assay::cases {

namespace {

using wire::Finish;

const uint32_t kClearFlags = lab::kSessionFlags | cap::handshake_in_the_clear;

// A connection whose handshakes are in the clear.
Judgement ready_in_the_clear(Trial& trial) {
    TRY(ready_to_exchange(trial, lab::session_offer(kClearFlags)));
    if (trial.lab().seen().parameters().clear_handshake()) return {};
    return Trial::not_applicable("the handshake does not go on in the clear");
}

// The same or the other, as far as the device can.
Judgement ready(Trial& trial, bool clear) {
    return clear ? ready_in_the_clear(trial) : ready_to_exchange(trial);
}

// Both kinds of handshake that the device has.
std::vector<bool> kinds(Trial& trial) {
    if (trial.claims().has(cap::handshake_in_the_clear)) return {false, true};
    return {false};
}

// A FINISH of nobody's session.
Bytes nobodys_finish(Trial& trial) {
    Bytes message = header(trial.version(), code::finish);
    if (trial.at_least(v1_4)) message.resize(message.size() + 2);
    append(message, trial.lab().random().bytes(trial.lab().seen().request_context().hash_size));
    return message;
}

Judgement outside(Trial& trial) {
    TRY(ready_to_exchange(trial));
    uint32_t id = TRY(trial.lab().begin_session());
    return trial.expect(TRY(trial.lab().send(TRY(trial.lab().finish(id)))), session_needed(trial),
                        "SPDM-FIN-001");
}

Judgement in_the_clear(Trial& trial) {
    TRY(ready_in_the_clear(trial));
    uint32_t id = TRY(trial.lab().begin_session());
    Exchange exchange = TRY(trial.lab().send(TRY(trial.lab().finish(id))));
    TRY(trial.expect_answer(exchange, "SPDM-FIN-002"));
    TRY(expect_exact(trial, exchange, "SPDM-FIN-012"));
    // Ours and the responder's.
    TRY(expect_macs(trial, exchange, 2, "SPDM-FIN-012"));
    return expect_alive(trial, id, "SPDM-FIN-013");
}

Judgement clear_in_session(Trial& trial) {
    TRY(ready_in_the_clear(trial));
    uint32_t id = TRY(trial.lab().begin_session());
    Allowed allowed =
        refused(ErrorCode::unexpected_request, {ErrorCode::session_required, ErrorCode::unspecified,
                                                ErrorCode::invalid_request, ErrorCode::decrypt_error});
    allowed.silence = allowed.equal = true;
    return trial.expect(
        TRY(trial.lab().send_in(id, TRY(trial.lab().finish(id)), {.wait = lab::Wait::silence})), allowed,
        "SPDM-FIN-002");
}

// Outside of a session FINISH belongs to the latest exchange.
Judgement latest_exchange(Trial& trial) {
    lab::Lab& lab = trial.lab();
    TRY(ready_in_the_clear(trial));
    uint32_t first = TRY(lab.begin_session());
    Bytes earlier = TRY(lab.finish(first));
    Exchange exchange = TRY(send_exchange(trial));
    if (exchange.error()) return Trial::not_applicable("the device has one handshake at a time");
    uint32_t second = TRY(begun(trial, exchange, "SPDM-FIN-022"));
    TRY(trial.expect_answer(TRY(lab.send(TRY(lab.finish(second)))), "SPDM-FIN-022"));
    TRY(expect_alive(trial, second, "SPDM-FIN-022"));
    return expect_not_taken(trial, TRY(lab.send(earlier, lab::Wait::silence)), "SPDM-FIN-022");
}

Judgement no_session(Trial& trial) {
    for (bool clear : kinds(trial)) {
        TRY(ready(trial, clear));
        TRY(trial.expect(TRY(trial.lab().send(nobodys_finish(trial))), session_needed(trial),
                         "SPDM-FIN-003"));
    }
    return {};
}

Judgement twice(Trial& trial) {
    for (bool clear : kinds(trial)) {
        TRY(ready(trial, clear));
        uint32_t id = TRY(trial.lab().new_session());
        Allowed allowed = unexpected();
        // Outside, nothing says which session it should be.
        if (clear) {
            allowed.errors.insert(allowed.errors.end(), {ErrorCode::session_required, ErrorCode::unspecified,
                                                         ErrorCode::invalid_request});
            allowed.equal = true;
        }
        TRY(trial.expect(TRY(trial.lab().send_handshake(id, nobodys_finish(trial))), allowed,
                         "SPDM-FIN-004"));
    }
    return {};
}

Judgement psk_session(Trial& trial) {
    TRY(ready_to_share(trial));
    uint32_t id = TRY(trial.lab().begin_psk_session());
    return trial.expect(TRY(trial.lab().send_in(id, TRY(trial.lab().finish(id)))),
                        refused(ErrorCode::unexpected_request, {ErrorCode::unsupported_request}),
                        "SPDM-FIN-005");
}

// Param1 says that a signature follows, and nobody asked for one.
Judgement unasked_signature(Trial& trial) {
    for (bool clear : kinds(trial)) {
        TRY(ready(trial, clear));
        uint32_t id = TRY(trial.lab().begin_session());
        if (trial.lab().session(id)->mut_auth_requested != 0)
            return Trial::not_applicable("the device asks for a signature (kex/form judges that)");
        Bytes head = header(trial.version(), code::finish, wire::kSignatureIncluded);
        if (trial.at_least(v1_4)) head.resize(head.size() + 2);
        Bytes message = TRY(with_verify_data(trial, id, head));
        TRY(trial.expect(TRY(trial.lab().send_handshake(id, message)), invalid(), "SPDM-FIN-006"));
    }
    return {};
}

// One bit of the first, the middle or the last byte; all bytes zero. None of them establishes a session.
Judgement verify_data(Trial& trial) {
    for (bool clear : kinds(trial)) {
        for (int place = 0; place < 4; ++place) {
            TRY(ready(trial, clear));
            lab::Lab& lab = trial.lab();
            uint32_t id = TRY(lab.begin_session());
            Bytes message = TRY(lab.finish(id));
            std::span<uint8_t> mac(message);
            mac = mac.last(lab.seen().request_context().hash_size);
            if (place == 3)
                std::ranges::fill(mac, uint8_t{0});
            else
                mac[static_cast<size_t>(place) * (mac.size() - 1) / 2] ^= 0x01;
            Bytes probe = TRY(later_record(trial, id));
            TRY(trial.expect(TRY(lab.send_handshake(id, message)), not_authentic(), "SPDM-FIN-007"));
            TRY(expect_dead_record(trial, probe, "SPDM-FIN-007"));
        }
    }
    return {};
}

// Cut behind the header, inside the HMAC and before its last byte.
Judgement sizes(Trial& trial) {
    lab::Lab& lab = trial.lab();
    for (bool clear : kinds(trial)) {
        TRY(ready(trial, clear));
        size_t hash = lab.seen().request_context().hash_size;
        for (size_t missing : {hash + 2, hash, hash / 2, size_t{1}}) {
            TRY(ready(trial, clear));
            uint32_t id = TRY(lab.begin_session());
            Bytes message = TRY(lab.finish(id));
            size_t whole = message.size();
            if (missing > whole - 4) continue;
            message.resize(whole - missing);
            if (clear && lab.arriving(message.size()) >= whole) continue;
            TRY(trial.expect(TRY(lab.send_handshake(id, message)), invalid(), "SPDM-FIN-010"));
        }
    }
    return {};
}

// FINISH_RSP comes under the handshake's keys and everything behind it under those of TH2, both ways.
Judgement keys(Trial& trial) {
    lab::Lab& lab = trial.lab();
    for (bool clear : kinds(trial)) {
        TRY(ready(trial, clear));
        uint32_t id = TRY(lab.begin_session());
        Bytes probe = TRY(later_record(trial, id));
        Exchange exchange = TRY(lab.send_handshake(id, TRY(lab.finish(id))));
        TRY(trial.expect_answer(exchange, "SPDM-FIN-011"));
        TRY(expect_exact(trial, exchange, "SPDM-FIN-012"));
        TRY(expect_alive(trial, id, "SPDM-FIN-013"));
        TRY(expect_dead_record(trial, probe, "SPDM-FIN-011"));
    }
    return {};
}

Bytes unknown_opaque(Trial& trial, size_t size) {
    wire::OpaqueElement element;
    element.id = 3;
    element.vendor_id = {0x01, 0x00};
    element.data.resize(size, 0x5a);
    wire::OpaqueData data;
    data.elements = {element};
    return wire::encode_raw(data, trial.lab().seen().request_context());
}

Judgement opaque(Trial& trial) {
    lab::Lab& lab = trial.lab();
    TRY(ready_to_exchange(trial));
    uint32_t id = TRY(lab.begin_session());
    Bytes message =
        TRY(lab.finish(id, [&](Finish& finish) { finish.opaque_data = unknown_opaque(trial, 5); }));
    Exchange exchange = TRY(lab.send_in(id, message));
    auto answer = TRY(answer_to<wire::FinishResponse>(trial, exchange, "SPDM-FIN-014"));
    TRY(expect_alive(trial, id, "SPDM-FIN-014"));
    return trial.expect_that(answer.opaque_data.size() <= spdm::kMaxOpaque, "SPDM-FIN-023",
                             "at most 1024 bytes", fmt::format("{}", answer.opaque_data.size()),
                             "OpaqueDataLength");
}

// Longer than the message, and at last longer than it should be, which hides nothing then.
Judgement opaque_bounds(Trial& trial) {
    lab::Lab& lab = trial.lab();
    for (uint16_t length : {uint16_t{1}, uint16_t{0x0400}, uint16_t{0xffff}}) {
        TRY(ready_to_exchange(trial));
        uint32_t id = TRY(lab.begin_session());
        Bytes message = TRY(lab.finish(id));
        message[4] = static_cast<uint8_t>(length);
        message[5] = static_cast<uint8_t>(length >> 8);
        TRY(trial.expect(TRY(lab.send_in(id, message)), invalid(), "SPDM-FIN-014"));
    }
    TRY(ready_to_exchange(trial));
    uint32_t id = TRY(lab.begin_session());
    Bytes message = TRY(lab.finish(
        id, [&](Finish& finish) { finish.opaque_data = Bytes(spdm::kMaxOpaque + 1, uint8_t{0}); }));
    if (message.size() > lab.seen().parameters().responder_data_transfer_size) return {};
    return trial.expect(TRY(lab.send_in(id, message)), invalid(), "SPDM-FIN-023");
}

// As often as no table has places; then one that is good.
Judgement failed_frees(Trial& trial) {
    constexpr int kFailures = 12;
    const ExchangeOptions options{.req_session_id = 0x0b0b};
    lab::Lab& lab = trial.lab();
    for (bool clear : kinds(trial)) {
        TRY(ready(trial, clear));
        for (int i = 0; i < kFailures; ++i) {
            uint32_t id = TRY(begun(trial, TRY(send_exchange(trial, {}, options)), "SPDM-FIN-018"));
            Bytes message = TRY(lab.finish(id));
            message.back() ^= 0x80;
            TRY(trial.expect(TRY(lab.send_handshake(id, message)), not_authentic(), "SPDM-FIN-007"));
        }
        uint32_t id = TRY(begun(trial, TRY(send_exchange(trial, {}, options)), "SPDM-FIN-018"));
        TRY(finish_with(trial, id, TRY(lab.finish(id)), "SPDM-FIN-018"));
        TRY(expect_alive(trial, id, "SPDM-FIN-018"));
    }
    return {};
}

// The record and the message of one session, in another.
Judgement replay(Trial& trial) {
    lab::Lab& lab = trial.lab();
    for (bool clear : kinds(trial)) {
        TRY(ready(trial, clear));
        uint32_t first = TRY(lab.begin_session());
        Bytes message = TRY(lab.finish(first));
        Bytes record = TRY(lab.seal(first, message));
        TRY(finish_with(trial, first, message, "SPDM-FIN-011"));
        TRY(expect_ends(trial, first, "SPDM-FIN-019"));
        uint32_t second = TRY(lab.begin_session());
        Exchange exchange = TRY(lab.send_handshake(second, message));
        TRY(trial.expect(exchange, not_authentic(), "SPDM-FIN-019"));
        if (clear) continue;
        TRY(ready(trial, clear));
        uint32_t third = TRY(lab.begin_session());
        for (size_t i = 0; i < 4; ++i) record[i] = static_cast<uint8_t>(third >> 8 * i);
        TRY(trial.expect(TRY(lab.send_record(record, message, lab::Wait::silence)), not_authentic(),
                         "SPDM-FIN-019"));
    }
    return {};
}

}  // namespace

void add_finish(CaseList& cases) {
    auto add = [&](Case one) { cases.push_back(since(v1_1, needs(kExchanges, std::move(one)))); };
    auto add_clear = [&](Case one) {
        cases.push_back(since(v1_1, needs(kExchanges | cap::handshake_in_the_clear, std::move(one))));
    };
    auto add_1_4 = [&](Case one) { cases.push_back(since(v1_4, needs(kExchanges, std::move(one)))); };
    add(negative("fin/outside", "FINISH belongs into its session", {"SPDM-FIN-001"}, outside));
    add_clear(positive("fin/in-the-clear",
                       "With HANDSHAKE_IN_THE_CLEAR FINISH goes outside, and is answered "
                       "with an HMAC",
                       {"SPDM-FIN-002", "SPDM-FIN-012", "SPDM-FIN-013"}, in_the_clear));
    add_clear(negative("fin/clear-in-session", "With HANDSHAKE_IN_THE_CLEAR it does not go inside",
                       {"SPDM-FIN-002"}, clear_in_session));
    add_clear(negative("fin/latest-exchange",
                       "In the clear FINISH completes the latest exchange and no other", {"SPDM-FIN-022"},
                       latest_exchange));
    add(negative("fin/no-session", "Without KEY_EXCHANGE there is nothing to finish", {"SPDM-FIN-003"},
                 no_session));
    add(negative("fin/twice", "A session is finished once", {"SPDM-FIN-004"}, twice));
    cases.push_back(since(
        v1_1, needs(kExchanges | cap::psk_with_context,
                    negative("fin/psk-session", "A session of PSK_EXCHANGE has another end of its handshake",
                             {"SPDM-FIN-005"}, psk_session))));
    add(negative("fin/unasked-signature", "A signature that nobody asked for is InvalidRequest",
                 {"SPDM-FIN-006"}, unasked_signature));
    add(negative("fin/verify-data", "A wrong RequesterVerifyData establishes no session", {"SPDM-FIN-007"},
                 verify_data));
    add(negative("fin/sizes", "A FINISH that ends too early is InvalidRequest", {"SPDM-FIN-010"}, sizes));
    add(negative("fin/keys", "After FINISH_RSP both ways have the keys of TH2",
                 {"SPDM-FIN-011", "SPDM-FIN-012", "SPDM-FIN-013"}, keys));
    add_1_4(
        positive("fin/opaque", "Opaque data in FINISH is taken", {"SPDM-FIN-014", "SPDM-FIN-023"}, opaque));
    add_1_4(negative("fin/opaque-bounds", "Opaque data that is too long or not there is InvalidRequest",
                     {"SPDM-FIN-014", "SPDM-FIN-023"}, opaque_bounds));
    add(negative("fin/failed-frees", "A handshake that failed leaves its place to the next one",
                 {"SPDM-FIN-018", "SPDM-FIN-007"}, failed_frees));
    add(negative("fin/replay", "FINISH of another session is not taken", {"SPDM-FIN-019"}, replay));
}

}  // namespace assay::cases
