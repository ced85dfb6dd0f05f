// PSK_FINISH, and sessions of a pre-shared key once they are established.
#include <fmt/format.h>

#include "conformance/suites/responder/handshake.h"
#include "stack/spdm/secured_opaque.h"
#include "stack/wire/messages/opaque_data.h"
#include "stack/wire/messages/psk.h"

namespace assay::cases {

namespace {

bool with_context(CaseContext& test) {
    return (test.claims().parameters.responder_flags & cap::psk) == cap::psk_with_context;
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

// A PSK_FINISH that belongs to no session.
Bytes nobodys_finish(CaseContext& test) {
    Bytes message = header(test.version(), code::psk_finish);
    if (test.at_least(v1_4)) message.resize(message.size() + 2);
    append(message, test.lab().random().bytes(test.lab().seen().request_context().hash_size));
    return message;
}

// PSK_FINISH with opaque data of 1.4, under the HMAC that is due.
Result<Exchange> finish_with_opaque(CaseContext& test, uint32_t id, size_t stated, ByteView opaque) {
    Bytes head = header(test.version(), code::psk_finish);
    head.push_back(static_cast<uint8_t>(stated));
    head.push_back(static_cast<uint8_t>(stated >> 8));
    append(head, opaque);
    return test.lab().send_in(id, TRY(with_verify_data(test, id, std::move(head))));
}

const Case kCases[] = {
    // The key schedule is the same on both sides: ResponderVerifyData is right, what comes behind it can be
    // read.
    {
        .id = "psk/keys",
        .title = "Both sides come to the same keys",
        .requirements = {"SPDM-PSK-011", "SPDM-PSK-111", "SPDM-PSK-012", "SPDM-PSK-010", "SPDM-PSK-026",
                         "SPDM-PSK-024"},
        .since = v1_1,
        .needs = cap::psk | cap::mac,
        .judges = {code::psk_finish},
        .run = [](CaseContext& test) -> CheckResult {
            lab::Lab& lab = test.lab();
            TRY(lab.negotiated_with_chain(test.version()));
            Exchange exchange = TRY(send_psk(test));
            if (exchange.error())
                return CaseContext::not_applicable("the device does not know the requester's hint");
            std::string_view salt = test.at_least(v1_3) ? "SPDM-PSK-011" : "SPDM-PSK-111";
            TRY(expect_macs(test, exchange, 1, salt));
            uint32_t id = TRY(begun(test, exchange, salt));
            if (with_context(test)) {
                Exchange finish = TRY(lab.send_in(id, TRY(lab.psk_finish(id))));
                TRY(test.expect_answer(finish, "SPDM-PSK-012"));
                TRY(expect_exact(test, finish, "SPDM-PSK-024"));
            }
            return expect_alive(test, id, with_context(test) ? "SPDM-PSK-026" : "SPDM-PSK-010");
        },
    },
    // Established at once: the application phase has begun, and the keys of the handshake are none any more.
    {
        .id = "psk/established-at-once",
        .title = "Without a ResponderContext the session is there at once",
        .requirements = {"SPDM-PSK-010"},
        .since = v1_1,
        .needs = cap::psk | cap::mac,
        .run = [](CaseContext& test) -> CheckResult {
            if (with_context(test)) return CaseContext::not_applicable("the device wants PSK_FINISH");
            TRY(ready_to_share(test));
            uint32_t id = TRY(test.lab().begin_psk_session());
            TRY(expect_alive(test, id, "SPDM-PSK-010"));
            return expect_ends(test, id, "SPDM-PSK-010");
        },
    },
    {
        .id = "psk/finish-without-context",
        .title = "Without a ResponderContext there is no PSK_FINISH",
        .requirements = {"SPDM-PSK-005"},
        .since = v1_1,
        .needs = cap::psk | cap::mac,
        .negative = true,
        .run = [](CaseContext& test) -> CheckResult {
            if (with_context(test)) return CaseContext::not_applicable("the device wants PSK_FINISH");
            TRY(ready_to_share(test));
            uint32_t id = TRY(test.lab().new_psk_session());
            return expect_unsupported(test, TRY(test.lab().send_in(id, nobodys_finish(test))),
                                      {ErrorCode::unexpected_request}, "SPDM-PSK-005");
        },
    },
    // Before any exchange, and where a handshake in the clear would have it.
    {
        .id = "psk/finish-outside",
        .title = "PSK_FINISH outside a session is SessionRequired",
        .requirements = {"SPDM-PSK-006", "SPDM-PSK-025"},
        .since = v1_2,
        .needs = cap::psk_with_context | cap::mac,
        .negative = true,
        .run = [](CaseContext& test) -> CheckResult {
            TRY(ready_to_share(test));
            TRY(test.expect(TRY(test.lab().send(nobodys_finish(test))), session_needed(test),
                            {"SPDM-PSK-006", "SPDM-PSK-025"}));
            for (uint32_t clear : {0U, cap::handshake_in_the_clear}) {
                TRY(ready_to_share(test, lab::session_offer(lab::kSessionFlags | clear)));
                uint32_t id = TRY(test.lab().begin_psk_session());
                TRY(test.expect(TRY(test.lab().send(TRY(test.lab().psk_finish(id)))), session_needed(test),
                                {"SPDM-PSK-006", "SPDM-PSK-025"}));
            }
            return {};
        },
    },
    // Inside a session nothing pads: a byte more is as wrong as a byte less.
    {
        .id = "psk/finish-size",
        .title = "PSK_FINISH of another size is InvalidRequest",
        .requirements = {"SPDM-PSK-007"},
        .since = v1_1,
        .needs = cap::psk_with_context | cap::mac,
        .negative = true,
        .run = [](CaseContext& test) -> CheckResult {
            lab::Lab& lab = test.lab();
            for (int more : {-1, 1, 4, -4}) {
                TRY(ready_to_share(test));
                uint32_t id = TRY(lab.begin_psk_session());
                Bytes message = TRY(lab.psk_finish(id));
                message.resize(message.size() + static_cast<size_t>(more));
                TRY(test.expect(TRY(lab.send_in(id, message)), invalid(), "SPDM-PSK-007"));
            }
            return {};
        },
    },
    // Its HMAC is the one that the session's FINISH would be due.
    {
        .id = "psk/finish-in-exchange-session",
        .title = "A session of KEY_EXCHANGE has another end of its handshake",
        .requirements = {"SPDM-PSK-008"},
        .since = v1_1,
        .needs = cap::psk_with_context | kExchanges | cap::mac,
        .negative = true,
        .run = [](CaseContext& test) -> CheckResult {
            lab::Lab& lab = test.lab();
            TRY(ready_to_exchange(test));
            uint32_t id = TRY(lab.begin_session());
            return test.expect(TRY(lab.send_in(id, TRY(lab.psk_finish(id)))),
                               refused(ErrorCode::unexpected_request, {ErrorCode::unsupported_request}),
                               "SPDM-PSK-008");
        },
    },
    {
        .id = "psk/finish-twice",
        .title = "A session is finished once",
        .requirements = {"SPDM-PSK-023"},
        .since = v1_1,
        .needs = cap::psk_with_context | cap::mac,
        .negative = true,
        .run = [](CaseContext& test) -> CheckResult {
            TRY(ready_to_share(test));
            uint32_t id = TRY(test.lab().new_psk_session());
            return test.expect(TRY(test.lab().send_in(id, nobodys_finish(test))), unexpected(),
                               "SPDM-PSK-023");
        },
    },
    // One bit of the first, the middle or the last byte; all bytes zero. None of them establishes a session.
    {
        .id = "psk/verify-data",
        .title = "A wrong RequesterVerifyData establishes no session",
        .requirements = {"SPDM-PSK-009"},
        .since = v1_1,
        .needs = cap::psk_with_context | cap::mac,
        .negative = true,
        .waits = true,
        .run = [](CaseContext& test) -> CheckResult {
            lab::Lab& lab = test.lab();
            for (int way = 0; way < kWrongMacs; ++way) {
                TRY(ready_to_share(test));
                uint32_t id = TRY(lab.begin_psk_session());
                Bytes message = TRY(lab.psk_finish(id));
                make_mac_wrong(message, lab.seen().request_context().hash_size, way);
                Bytes probe = TRY(later_record(test, id));
                TRY(test.expect(TRY(lab.send_in(id, message)), not_authentic(), "SPDM-PSK-009"));
                TRY(expect_dead_record(test, probe, "SPDM-PSK-009"));
            }
            return {};
        },
    },
    // The hint is known and the key is another: nothing that it protects is taken.
    {
        .id = "psk/other-key",
        .title = "Another key for the same hint opens nothing",
        .requirements = {"SPDM-PSK-009"},
        .since = v1_1,
        .needs = cap::psk | cap::mac,
        .negative = true,
        .run = [](CaseContext& test) -> CheckResult {
            lab::Lab& lab = test.lab();
            TRY(ready_to_share(test));
            OtherKey other(lab);
            TRY(lab.negotiated(test.version(), lab::session_offer()));
            uint32_t id = TRY(lab.begin_psk_session());
            Bytes message =
                with_context(test) ? TRY(lab.psk_finish(id)) : header(test.version(), code::get_digests);
            return expect_not_taken(test, TRY(lab.send_in(id, message, {.wait = lab::Wait::silence})),
                                    "SPDM-PSK-009");
        },
    },
    // As often as no table has places; then one that is good.
    {
        .id = "psk/failed-frees",
        .title = "A handshake that failed leaves its place to the next one",
        .requirements = {"SPDM-PSK-022", "SPDM-PSK-009"},
        .since = v1_1,
        .needs = cap::psk_with_context | cap::mac,
        .negative = true,
        .run = [](CaseContext& test) -> CheckResult {
            constexpr int kFailures = 12;
            const ExchangeOptions options{.req_session_id = 0x0b0b};
            lab::Lab& lab = test.lab();
            TRY(ready_to_share(test));
            for (int i = 0; i < kFailures; ++i) {
                uint32_t id = TRY(begun(test, TRY(send_psk(test, {}, options)), "SPDM-PSK-022"));
                Bytes message = TRY(lab.psk_finish(id));
                message.back() ^= 0x80;
                TRY(test.expect(TRY(lab.send_in(id, message)), not_authentic(), "SPDM-PSK-009"));
            }
            uint32_t id = TRY(begun(test, TRY(send_psk(test, {}, options)), "SPDM-PSK-022"));
            TRY(test.expect_answer(TRY(lab.send_in(id, TRY(lab.psk_finish(id)))), "SPDM-PSK-022"));
            return expect_alive(test, id, "SPDM-PSK-022");
        },
    },
    // PSK_FINISH_RSP comes under the handshake's keys, and nothing behind it does.
    {
        .id = "psk/data-keys",
        .title = "After PSK_FINISH_RSP both ways have the keys of TH2",
        .requirements = {"SPDM-PSK-026"},
        .since = v1_1,
        .needs = cap::psk_with_context | cap::mac,
        .negative = true,
        .run = [](CaseContext& test) -> CheckResult {
            lab::Lab& lab = test.lab();
            TRY(ready_to_share(test));
            uint32_t id = TRY(lab.begin_psk_session());
            Bytes probe = TRY(later_record(test, id));
            TRY(test.expect_answer(TRY(lab.send_in(id, TRY(lab.psk_finish(id)))), "SPDM-PSK-026"));
            TRY(expect_alive(test, id, "SPDM-PSK-026"));
            return expect_dead_record(test, probe, "SPDM-PSK-026");
        },
    },
    {
        .id = "psk/opaque",
        .title = "Opaque data in PSK_FINISH is taken",
        .requirements = {"SPDM-PSK-024", "SPDM-PSK-027"},
        .since = v1_4,
        .needs = cap::psk_with_context | cap::mac,
        .run = [](CaseContext& test) -> CheckResult {
            TRY(ready_to_share(test));
            uint32_t id = TRY(test.lab().begin_psk_session());
            wire::OpaqueElement element;
            element.id = 3;
            element.vendor_id = {0x01, 0x00};
            element.data.resize(5, 0x5a);
            wire::OpaqueData data;
            data.elements = {element};
            Bytes bytes = wire::encode_raw(data, test.lab().seen().request_context());
            Exchange exchange = TRY(finish_with_opaque(test, id, bytes.size(), bytes));
            auto answer = TRY(answer_to<wire::PskFinishResponse>(test, exchange, "SPDM-PSK-024"));
            TRY(expect_alive(test, id, "SPDM-PSK-024"));
            return test.expect_that(answer.opaque_data.size() <= spdm::kMaxOpaque, "SPDM-PSK-027",
                                    "at most 1024 bytes", fmt::format("{}", answer.opaque_data.size()),
                                    "OpaqueDataLength");
        },
    },
    // Longer than the message, and at last longer than it should be, which hides nothing then.
    {
        .id = "psk/opaque-bounds",
        .title = "Opaque data that is too long or not there is InvalidRequest",
        .requirements = {"SPDM-PSK-024", "SPDM-PSK-027"},
        .since = v1_4,
        .needs = cap::psk_with_context | cap::mac,
        .negative = true,
        .run = [](CaseContext& test) -> CheckResult {
            const Bytes too_much(spdm::kMaxOpaque + 1);
            const std::pair<size_t, ByteView> bad[] = {
                {1, {}}, {0x0400, {}}, {0xffff, {}}, {too_much.size(), too_much}};
            for (const auto& [stated, bytes] : bad) {
                TRY(ready_to_share(test));
                size_t most = test.lab().seen().parameters().responder_data_transfer_size;
                if (bytes.size() + 100 > most) continue;
                uint32_t id = TRY(test.lab().begin_psk_session());
                TRY(test.expect(TRY(finish_with_opaque(test, id, stated, bytes)), invalid(),
                                bytes.empty() ? "SPDM-PSK-024" : "SPDM-PSK-027"));
            }
            return {};
        },
    },
};

}  // namespace

void add_psk_finish(CaseList& cases) { add(cases, kCases); }

}  // namespace assay::cases
