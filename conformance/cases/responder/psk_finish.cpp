// PSK_FINISH, and sessions of a pre-shared key once they are established.
#include <fmt/format.h>

#include "conformance/cases/responder/handshake.h"
#include "stack/spdm/secured_opaque.h"
#include "stack/wire/messages/opaque_data.h"
#include "stack/wire/messages/psk.h"

namespace assay::cases {

namespace {

bool with_context(Trial& trial) {
    return (trial.claims().parameters.responder_flags & cap::psk) == cap::psk_with_context;
}

// While it lives the lab has another key for its hint.
class OtherKey {
   public:
    explicit OtherKey(lab::Lab& lab) : lab_(&lab), before_(lab.identity()) {
        lab::RequesterIdentity who = before_;
        Bytes other = to_bytes(who.psk.key->view());
        other.front() ^= 0x01;
        who.psk.key = std::make_shared<const SecretBytes>(other);
        lab.set_identity(std::move(who));
    }
    OtherKey(const OtherKey&) = delete;
    OtherKey& operator=(const OtherKey&) = delete;
    ~OtherKey() { lab_->set_identity(before_); }

   private:
    lab::Lab* lab_;
    lab::RequesterIdentity before_;
};

// A PSK_FINISH of nobody's session.
Bytes nobodys_finish(Trial& trial) {
    Bytes message = header(trial.version(), code::psk_finish);
    if (trial.at_least(v1_4)) message.resize(message.size() + 2);
    append(message, trial.lab().random().bytes(trial.lab().seen().request_context().hash_size));
    return message;
}

// The key schedule is the same on both sides: ResponderVerifyData is right, what comes behind it can be read.
Judgement keys(Trial& trial) {
    lab::Lab& lab = trial.lab();
    TRY(lab.negotiated_with_chain(trial.version()));
    Exchange exchange = TRY(send_psk(trial));
    if (exchange.error()) return Trial::not_applicable("the device does not know the requester's hint");
    std::string_view salt = trial.at_least(v1_3) ? "SPDM-PSK-011" : "SPDM-PSK-111";
    TRY(expect_macs(trial, exchange, 1, salt));
    uint32_t id = TRY(begun(trial, exchange, salt));
    if (with_context(trial)) {
        Exchange finish = TRY(lab.send_in(id, TRY(lab.psk_finish(id))));
        TRY(trial.expect_answer(finish, "SPDM-PSK-012"));
        TRY(expect_exact(trial, finish, "SPDM-PSK-024"));
    }
    return expect_alive(trial, id, with_context(trial) ? "SPDM-PSK-026" : "SPDM-PSK-010");
}

// Established at once: the application phase has begun, and the keys of the handshake are none any more.
Judgement established_at_once(Trial& trial) {
    if (with_context(trial)) return Trial::not_applicable("the device wants PSK_FINISH");
    TRY(ready_to_share(trial));
    uint32_t id = TRY(trial.lab().begin_psk_session());
    TRY(expect_alive(trial, id, "SPDM-PSK-010"));
    return expect_ends(trial, id, "SPDM-PSK-010");
}

Judgement finish_without_context(Trial& trial) {
    if (with_context(trial)) return Trial::not_applicable("the device wants PSK_FINISH");
    TRY(ready_to_share(trial));
    uint32_t id = TRY(trial.lab().new_psk_session());
    return expect_unsupported(trial, TRY(trial.lab().send_in(id, nobodys_finish(trial))),
                              {ErrorCode::unexpected_request}, "SPDM-PSK-005");
}

// Before any exchange, and where a handshake in the clear would have it.
Judgement outside(Trial& trial) {
    TRY(ready_to_share(trial));
    TRY(trial.expect(TRY(trial.lab().send(nobodys_finish(trial))), session_needed(trial), "SPDM-PSK-006"));
    for (uint32_t clear : {0U, cap::handshake_in_the_clear}) {
        TRY(ready_to_share(trial, lab::session_offer(lab::kSessionFlags | clear)));
        uint32_t id = TRY(trial.lab().begin_psk_session());
        TRY(trial.expect(TRY(trial.lab().send(TRY(trial.lab().psk_finish(id)))), session_needed(trial),
                         "SPDM-PSK-006"));
    }
    return {};
}

// Inside a session nothing pads: a byte more is as wrong as a byte less.
Judgement size(Trial& trial) {
    lab::Lab& lab = trial.lab();
    for (int more : {-1, 1, 4, -4}) {
        TRY(ready_to_share(trial));
        uint32_t id = TRY(lab.begin_psk_session());
        Bytes message = TRY(lab.psk_finish(id));
        message.resize(message.size() + static_cast<size_t>(more));
        TRY(trial.expect(TRY(lab.send_in(id, message)), invalid(), "SPDM-PSK-007"));
    }
    return {};
}

// Its HMAC is the one that the session's FINISH would be due.
Judgement in_exchange_session(Trial& trial) {
    lab::Lab& lab = trial.lab();
    TRY(ready_to_exchange(trial));
    uint32_t id = TRY(lab.begin_session());
    return trial.expect(TRY(lab.send_in(id, TRY(lab.psk_finish(id)))),
                        refused(ErrorCode::unexpected_request, {ErrorCode::unsupported_request}),
                        "SPDM-PSK-008");
}

Judgement twice(Trial& trial) {
    TRY(ready_to_share(trial));
    uint32_t id = TRY(trial.lab().new_psk_session());
    return trial.expect(TRY(trial.lab().send_in(id, nobodys_finish(trial))), unexpected(), "SPDM-PSK-023");
}

// One bit of the first, the middle or the last byte; all bytes zero. None of them establishes a session.
Judgement verify_data(Trial& trial) {
    lab::Lab& lab = trial.lab();
    for (int place = 0; place < 4; ++place) {
        TRY(ready_to_share(trial));
        uint32_t id = TRY(lab.begin_psk_session());
        Bytes message = TRY(lab.psk_finish(id));
        std::span<uint8_t> mac(message);
        mac = mac.last(lab.seen().request_context().hash_size);
        if (place == 3)
            std::ranges::fill(mac, uint8_t{0});
        else
            mac[static_cast<size_t>(place) * (mac.size() - 1) / 2] ^= 0x01;
        Bytes probe = TRY(later_record(trial, id));
        TRY(trial.expect(TRY(lab.send_in(id, message)), not_authentic(), "SPDM-PSK-009"));
        TRY(expect_dead_record(trial, probe, "SPDM-PSK-009"));
    }
    return {};
}

// The hint is known and the key is another: nothing that it protects is taken.
Judgement other_key(Trial& trial) {
    lab::Lab& lab = trial.lab();
    TRY(ready_to_share(trial));
    OtherKey other(lab);
    TRY(lab.negotiated(trial.version(), lab::session_offer()));
    uint32_t id = TRY(lab.begin_psk_session());
    Bytes message =
        with_context(trial) ? TRY(lab.psk_finish(id)) : header(trial.version(), code::get_digests);
    return expect_not_taken(trial, TRY(lab.send_in(id, message, {.wait = lab::Wait::silence})),
                            "SPDM-PSK-009");
}

// As often as no table has places; then one that is good.
Judgement failed_frees(Trial& trial) {
    constexpr int kFailures = 12;
    const ExchangeOptions options{.req_session_id = 0x0b0b};
    lab::Lab& lab = trial.lab();
    TRY(ready_to_share(trial));
    for (int i = 0; i < kFailures; ++i) {
        uint32_t id = TRY(begun(trial, TRY(send_psk(trial, {}, options)), "SPDM-PSK-022"));
        Bytes message = TRY(lab.psk_finish(id));
        message.back() ^= 0x80;
        TRY(trial.expect(TRY(lab.send_in(id, message)), not_authentic(), "SPDM-PSK-009"));
    }
    uint32_t id = TRY(begun(trial, TRY(send_psk(trial, {}, options)), "SPDM-PSK-022"));
    TRY(trial.expect_answer(TRY(lab.send_in(id, TRY(lab.psk_finish(id)))), "SPDM-PSK-022"));
    return expect_alive(trial, id, "SPDM-PSK-022");
}

// PSK_FINISH_RSP comes under the handshake's keys, and nothing behind it does.
Judgement data_keys(Trial& trial) {
    lab::Lab& lab = trial.lab();
    TRY(ready_to_share(trial));
    uint32_t id = TRY(lab.begin_psk_session());
    Bytes probe = TRY(later_record(trial, id));
    TRY(trial.expect_answer(TRY(lab.send_in(id, TRY(lab.psk_finish(id)))), "SPDM-PSK-026"));
    TRY(expect_alive(trial, id, "SPDM-PSK-026"));
    return expect_dead_record(trial, probe, "SPDM-PSK-026");
}

// PSK_FINISH with opaque data of 1.4, under the HMAC that is due.
Result<Exchange> finish_with_opaque(Trial& trial, uint32_t id, size_t stated, ByteView opaque) {
    Bytes head = header(trial.version(), code::psk_finish);
    head.push_back(static_cast<uint8_t>(stated));
    head.push_back(static_cast<uint8_t>(stated >> 8));
    append(head, opaque);
    return trial.lab().send_in(id, TRY(with_verify_data(trial, id, std::move(head))));
}

Judgement opaque(Trial& trial) {
    TRY(ready_to_share(trial));
    uint32_t id = TRY(trial.lab().begin_psk_session());
    wire::OpaqueElement element;
    element.id = 3;
    element.vendor_id = {0x01, 0x00};
    element.data.resize(5, 0x5a);
    wire::OpaqueData data;
    data.elements = {element};
    Bytes bytes = wire::encode_raw(data, trial.lab().seen().request_context());
    Exchange exchange = TRY(finish_with_opaque(trial, id, bytes.size(), bytes));
    auto answer = TRY(answer_to<wire::PskFinishResponse>(trial, exchange, "SPDM-PSK-024"));
    TRY(expect_alive(trial, id, "SPDM-PSK-024"));
    return trial.expect_that(answer.opaque_data.size() <= spdm::kMaxOpaque, "SPDM-PSK-027",
                             "at most 1024 bytes", fmt::format("{}", answer.opaque_data.size()),
                             "OpaqueDataLength");
}

// Longer than the message, and at last longer than it should be, which hides nothing then.
Judgement opaque_bounds(Trial& trial) {
    const Bytes too_much(spdm::kMaxOpaque + 1);
    const std::pair<size_t, ByteView> bad[] = {
        {1, {}}, {0x0400, {}}, {0xffff, {}}, {too_much.size(), too_much}};
    for (const auto& [stated, bytes] : bad) {
        TRY(ready_to_share(trial));
        size_t room = trial.lab().seen().parameters().responder_data_transfer_size;
        if (bytes.size() + 100 > room) continue;
        uint32_t id = TRY(trial.lab().begin_psk_session());
        TRY(trial.expect(TRY(finish_with_opaque(trial, id, stated, bytes)), invalid(),
                         bytes.empty() ? "SPDM-PSK-024" : "SPDM-PSK-027"));
    }
    return {};
}

}  // namespace

void add_psk_finish(CaseList& cases) {
    auto add_since = [&](Version version, uint32_t flags, Case one) {
        cases.push_back(since(version, needs(flags | cap::mac, std::move(one))));
    };
    auto add = [&](Case one) { add_since(v1_1, cap::psk, std::move(one)); };
    auto add_context = [&](Case one) { add_since(v1_1, cap::psk_with_context, std::move(one)); };
    add(judges(
        {code::psk_finish},
        positive("psk/keys", "Both sides come to the same keys",
                 {"SPDM-PSK-011", "SPDM-PSK-111", "SPDM-PSK-012", "SPDM-PSK-010", "SPDM-PSK-026"}, keys)));
    add(positive("psk/established-at-once", "Without a ResponderContext the session is there at once",
                 {"SPDM-PSK-010"}, established_at_once));
    add(negative("psk/finish-without-context", "Without a ResponderContext there is no PSK_FINISH",
                 {"SPDM-PSK-005"}, finish_without_context));
    add_since(v1_2, cap::psk_with_context,
              negative("psk/finish-outside", "PSK_FINISH outside a session is SessionRequired",
                       {"SPDM-PSK-006", "SPDM-PSK-025"}, outside));
    add_context(
        negative("psk/finish-size", "PSK_FINISH of another size is InvalidRequest", {"SPDM-PSK-007"}, size));
    add_since(v1_1, cap::psk_with_context | kExchanges,
              negative("psk/finish-in-exchange-session",
                       "A session of KEY_EXCHANGE has another end of its handshake", {"SPDM-PSK-008"},
                       in_exchange_session));
    add_context(negative("psk/finish-twice", "A session is finished once", {"SPDM-PSK-023"}, twice));
    add_context(negative("psk/verify-data", "A wrong RequesterVerifyData establishes no session",
                         {"SPDM-PSK-009"}, verify_data));
    add(negative("psk/other-key", "Another key for the same hint opens nothing", {"SPDM-PSK-009"},
                 other_key));
    add_context(negative("psk/failed-frees", "A handshake that failed leaves its place to the next one",
                         {"SPDM-PSK-022", "SPDM-PSK-009"}, failed_frees));
    add_context(negative("psk/data-keys", "After PSK_FINISH_RSP both ways have the keys of TH2",
                         {"SPDM-PSK-026"}, data_keys));
    add_since(v1_4, cap::psk_with_context,
              positive("psk/opaque", "Opaque data in PSK_FINISH is taken", {"SPDM-PSK-024", "SPDM-PSK-027"},
                       opaque));
    add_since(v1_4, cap::psk_with_context,
              negative("psk/opaque-bounds", "Opaque data that is too long or not there is InvalidRequest",
                       {"SPDM-PSK-024", "SPDM-PSK-027"}, opaque_bounds));
}

}  // namespace assay::cases
