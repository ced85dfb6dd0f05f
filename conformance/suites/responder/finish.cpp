// FINISH without mutual authentication: where it belongs, what it proves, and what a failed one leaves.
#include "stack/wire/messages/finish.h"

#include <fmt/format.h>

#include "conformance/suites/responder/handshake.h"
#include "stack/spdm/secured_opaque.h"
#include "stack/wire/messages/opaque_data.h"

namespace assay::cases {

namespace {

using wire::Finish;

const uint32_t kClearFlags = lab::kSessionFlags | cap::handshake_in_the_clear;

// A connection whose handshakes are in the clear.
CheckResult ready_in_the_clear(CaseContext& test) {
    TRY(ready_to_exchange(test, lab::session_offer(kClearFlags)));
    if (test.lab().seen().parameters().clear_handshake()) return {};
    return CaseContext::not_applicable("the handshake does not go on in the clear");
}

// The same or the other, as far as the device can.
CheckResult ready(CaseContext& test, bool clear) {
    return clear ? ready_in_the_clear(test) : ready_to_exchange(test);
}

// Both kinds of handshake that the device has.
std::vector<bool> kinds(CaseContext& test) {
    if (test.claims().has(cap::handshake_in_the_clear)) return {false, true};
    return {false};
}

// A FINISH that belongs to no session.
Bytes nobodys_finish(CaseContext& test) {
    Bytes message = header(test.version(), code::finish);
    if (test.at_least(v1_4)) message.resize(message.size() + 2);
    append(message, test.lab().random().bytes(test.lab().seen().request_context().hash_size));
    return message;
}

Bytes unknown_opaque(CaseContext& test, size_t size) {
    wire::OpaqueElement element;
    element.id = 3;
    element.vendor_id = {0x01, 0x00};
    element.data.resize(size, 0x5a);
    wire::OpaqueData data;
    data.elements = {element};
    return wire::encode_raw(data, test.lab().seen().request_context());
}

const Case kCases[] = {
    {
        .id = "fin/outside",
        .title = "FINISH belongs into its session",
        .requirements = {"SPDM-FIN-001"},
        .since = v1_1,
        .needs = kExchanges,
        .negative = true,
        .run = [](CaseContext& test) -> CheckResult {
            TRY(ready_to_exchange(test));
            uint32_t id = TRY(test.lab().begin_session());
            return test.expect(TRY(test.lab().send(TRY(test.lab().finish(id)))), session_needed(test),
                               "SPDM-FIN-001");
        },
    },
    {
        .id = "fin/in-the-clear",
        .title = "With HANDSHAKE_IN_THE_CLEAR FINISH goes outside, and is answered "
                 "with an HMAC",
        .requirements = {"SPDM-FIN-002", "SPDM-FIN-012", "SPDM-FIN-013"},
        .since = v1_1,
        .needs = kExchanges | cap::handshake_in_the_clear,
        .run = [](CaseContext& test) -> CheckResult {
            TRY(ready_in_the_clear(test));
            uint32_t id = TRY(test.lab().begin_session());
            Exchange exchange = TRY(test.lab().send(TRY(test.lab().finish(id))));
            TRY(test.expect_answer(exchange, "SPDM-FIN-002"));
            TRY(expect_exact(test, exchange, "SPDM-FIN-012"));
            // Ours and the responder's.
            TRY(expect_macs(test, exchange, 2, "SPDM-FIN-012"));
            return expect_alive(test, id, "SPDM-FIN-013");
        },
    },
    {
        .id = "fin/clear-in-session",
        .title = "With HANDSHAKE_IN_THE_CLEAR it does not go inside",
        .requirements = {"SPDM-FIN-002"},
        .since = v1_1,
        .needs = kExchanges | cap::handshake_in_the_clear,
        .negative = true,
        .run = [](CaseContext& test) -> CheckResult {
            TRY(ready_in_the_clear(test));
            uint32_t id = TRY(test.lab().begin_session());
            Allowed allowed = refused(ErrorCode::unexpected_request,
                                      {ErrorCode::session_required, ErrorCode::unspecified,
                                       ErrorCode::invalid_request, ErrorCode::decrypt_error});
            allowed.silence = allowed.equal = true;
            return test.expect(
                TRY(test.lab().send_in(id, TRY(test.lab().finish(id)), {.wait = lab::Wait::silence})),
                allowed, "SPDM-FIN-002");
        },
    },
    // Outside of a session FINISH belongs to the latest exchange.
    {
        .id = "fin/latest-exchange",
        .title = "In the clear FINISH completes the latest exchange and no other",
        .requirements = {"SPDM-FIN-022"},
        .since = v1_1,
        .needs = kExchanges | cap::handshake_in_the_clear,
        .negative = true,
        .run = [](CaseContext& test) -> CheckResult {
            lab::Lab& lab = test.lab();
            TRY(ready_in_the_clear(test));
            uint32_t first = TRY(lab.begin_session());
            Bytes earlier = TRY(lab.finish(first));
            Exchange exchange = TRY(send_exchange(test));
            if (exchange.error())
                return CaseContext::not_applicable("the device has one handshake at a time");
            uint32_t second = TRY(begun(test, exchange, "SPDM-FIN-022"));
            TRY(test.expect_answer(TRY(lab.send(TRY(lab.finish(second)))), "SPDM-FIN-022"));
            TRY(expect_alive(test, second, "SPDM-FIN-022"));
            return expect_not_taken(test, TRY(lab.send(earlier, lab::Wait::silence)), "SPDM-FIN-022");
        },
    },
    {
        .id = "fin/no-session",
        .title = "Without KEY_EXCHANGE there is nothing to finish",
        .requirements = {"SPDM-FIN-003"},
        .since = v1_1,
        .needs = kExchanges,
        .negative = true,
        .run = [](CaseContext& test) -> CheckResult {
            for (bool clear : kinds(test)) {
                TRY(ready(test, clear));
                TRY(test.expect(TRY(test.lab().send(nobodys_finish(test))), session_needed(test),
                                "SPDM-FIN-003"));
            }
            return {};
        },
    },
    {
        .id = "fin/twice",
        .title = "A session is finished once",
        .requirements = {"SPDM-FIN-004"},
        .since = v1_1,
        .needs = kExchanges,
        .negative = true,
        .run = [](CaseContext& test) -> CheckResult {
            for (bool clear : kinds(test)) {
                TRY(ready(test, clear));
                uint32_t id = TRY(test.lab().new_session());
                Allowed allowed = unexpected();
                // Outside, nothing says which session it should be.
                if (clear) {
                    allowed.errors.insert(
                        allowed.errors.end(),
                        {ErrorCode::session_required, ErrorCode::unspecified, ErrorCode::invalid_request});
                    allowed.equal = true;
                }
                TRY(test.expect(TRY(test.lab().send_handshake(id, nobodys_finish(test))), allowed,
                                "SPDM-FIN-004"));
            }
            return {};
        },
    },
    {
        .id = "fin/psk-session",
        .title = "A session of PSK_EXCHANGE has another end of its handshake",
        .requirements = {"SPDM-FIN-005"},
        .since = v1_1,
        .needs = kExchanges | cap::psk_with_context,
        .negative = true,
        .run = [](CaseContext& test) -> CheckResult {
            TRY(ready_to_share(test));
            uint32_t id = TRY(test.lab().begin_psk_session());
            return test.expect(TRY(test.lab().send_in(id, TRY(test.lab().finish(id)))),
                               refused(ErrorCode::unexpected_request, {ErrorCode::unsupported_request}),
                               "SPDM-FIN-005");
        },
    },
    // Param1 says that a signature follows, although the device did not ask for one.
    {
        .id = "fin/unasked-signature",
        .title = "A signature that nobody asked for is InvalidRequest",
        .requirements = {"SPDM-FIN-006"},
        .since = v1_1,
        .needs = kExchanges,
        .negative = true,
        .run = [](CaseContext& test) -> CheckResult {
            for (bool clear : kinds(test)) {
                TRY(ready(test, clear));
                uint32_t id = TRY(test.lab().begin_session());
                if (test.lab().session(id)->mut_auth_requested != 0)
                    return CaseContext::not_applicable(
                        "the device asks for a signature (kex/form judges that)");
                Bytes head = header(test.version(), code::finish, wire::kSignatureIncluded);
                if (test.at_least(v1_4)) head.resize(head.size() + 2);
                Bytes message = TRY(with_verify_data(test, id, head));
                TRY(test.expect(TRY(test.lab().send_handshake(id, message)), invalid(), "SPDM-FIN-006"));
            }
            return {};
        },
    },
    // One bit of the first, the middle or the last byte; all bytes zero. None of them establishes a session.
    {
        .id = "fin/verify-data",
        .title = "A wrong RequesterVerifyData establishes no session",
        .requirements = {"SPDM-FIN-007"},
        .since = v1_1,
        .needs = kExchanges,
        .negative = true,
        .waits = true,
        .run = [](CaseContext& test) -> CheckResult {
            for (bool clear : kinds(test)) {
                for (int way = 0; way < kWrongMacs; ++way) {
                    TRY(ready(test, clear));
                    lab::Lab& lab = test.lab();
                    uint32_t id = TRY(lab.begin_session());
                    Bytes message = TRY(lab.finish(id));
                    make_mac_wrong(message, lab.seen().request_context().hash_size, way);
                    Bytes probe = TRY(later_record(test, id));
                    TRY(test.expect(TRY(lab.send_handshake(id, message)), not_authentic(), "SPDM-FIN-007"));
                    TRY(expect_dead_record(test, probe, "SPDM-FIN-007"));
                }
            }
            return {};
        },
    },
    // Cut behind the header, inside the HMAC and before its last byte.
    {
        .id = "fin/sizes",
        .title = "A FINISH that ends too early is InvalidRequest",
        .requirements = {"SPDM-FIN-010"},
        .since = v1_1,
        .needs = kExchanges,
        .negative = true,
        .run = [](CaseContext& test) -> CheckResult {
            lab::Lab& lab = test.lab();
            for (bool clear : kinds(test)) {
                TRY(ready(test, clear));
                size_t hash = lab.seen().request_context().hash_size;
                for (size_t missing : {hash + 2, hash, hash / 2, size_t{1}}) {
                    TRY(ready(test, clear));
                    uint32_t id = TRY(lab.begin_session());
                    Bytes message = TRY(lab.finish(id));
                    size_t whole = message.size();
                    if (missing > whole - 4) continue;
                    message.resize(whole - missing);
                    if (clear && lab.arriving(message.size()) >= whole) continue;
                    TRY(test.expect(TRY(lab.send_handshake(id, message)), invalid(), "SPDM-FIN-010"));
                }
            }
            return {};
        },
    },
    // FINISH_RSP comes under the handshake's keys and everything behind it under those of TH2, both ways.
    {
        .id = "fin/keys",
        .title = "After FINISH_RSP both ways have the keys of TH2",
        .requirements = {"SPDM-FIN-011", "SPDM-FIN-012", "SPDM-FIN-013"},
        .since = v1_1,
        .needs = kExchanges,
        .negative = true,
        .run = [](CaseContext& test) -> CheckResult {
            lab::Lab& lab = test.lab();
            for (bool clear : kinds(test)) {
                TRY(ready(test, clear));
                uint32_t id = TRY(lab.begin_session());
                Bytes probe = TRY(later_record(test, id));
                Exchange exchange = TRY(lab.send_handshake(id, TRY(lab.finish(id))));
                TRY(test.expect_answer(exchange, "SPDM-FIN-011"));
                TRY(expect_exact(test, exchange, "SPDM-FIN-012"));
                TRY(expect_alive(test, id, "SPDM-FIN-013"));
                TRY(expect_dead_record(test, probe, "SPDM-FIN-011"));
            }
            return {};
        },
    },
    {
        .id = "fin/opaque",
        .title = "Opaque data in FINISH is taken",
        .requirements = {"SPDM-FIN-014", "SPDM-FIN-023"},
        .since = v1_4,
        .needs = kExchanges,
        .run = [](CaseContext& test) -> CheckResult {
            lab::Lab& lab = test.lab();
            TRY(ready_to_exchange(test));
            uint32_t id = TRY(lab.begin_session());
            Bytes message =
                TRY(lab.finish(id, [&](Finish& finish) { finish.opaque_data = unknown_opaque(test, 5); }));
            Exchange exchange = TRY(lab.send_in(id, message));
            auto answer = TRY(answer_to<wire::FinishResponse>(test, exchange, "SPDM-FIN-014"));
            TRY(expect_alive(test, id, "SPDM-FIN-014"));
            return test.expect_that(answer.opaque_data.size() <= spdm::kMaxOpaque, "SPDM-FIN-023",
                                    "at most 1024 bytes", fmt::format("{}", answer.opaque_data.size()),
                                    "OpaqueDataLength");
        },
    },
    // Longer than the message, and at last longer than it should be, which hides nothing then.
    {
        .id = "fin/opaque-bounds",
        .title = "Opaque data that is too long or not there is InvalidRequest",
        .requirements = {"SPDM-FIN-014", "SPDM-FIN-023"},
        .since = v1_4,
        .needs = kExchanges,
        .negative = true,
        .run = [](CaseContext& test) -> CheckResult {
            lab::Lab& lab = test.lab();
            for (uint16_t length : {uint16_t{1}, uint16_t{0x0400}, uint16_t{0xffff}}) {
                TRY(ready_to_exchange(test));
                uint32_t id = TRY(lab.begin_session());
                Bytes message = TRY(lab.finish(id));
                message[4] = static_cast<uint8_t>(length);
                message[5] = static_cast<uint8_t>(length >> 8);
                TRY(test.expect(TRY(lab.send_in(id, message)), invalid(), "SPDM-FIN-014"));
            }
            TRY(ready_to_exchange(test));
            uint32_t id = TRY(lab.begin_session());
            Bytes message = TRY(lab.finish(
                id, [&](Finish& finish) { finish.opaque_data = Bytes(spdm::kMaxOpaque + 1, uint8_t{0}); }));
            if (message.size() > lab.seen().parameters().responder_data_transfer_size) return {};
            return test.expect(TRY(lab.send_in(id, message)), invalid(), "SPDM-FIN-023");
        },
    },
    // As often as no table has places; then one that is good.
    {
        .id = "fin/failed-frees",
        .title = "A handshake that failed leaves its place to the next one",
        .requirements = {"SPDM-FIN-018", "SPDM-FIN-007"},
        .since = v1_1,
        .needs = kExchanges,
        .negative = true,
        .run = [](CaseContext& test) -> CheckResult {
            constexpr int kFailures = 12;
            const ExchangeOptions options{.req_session_id = 0x0b0b};
            lab::Lab& lab = test.lab();
            for (bool clear : kinds(test)) {
                TRY(ready(test, clear));
                for (int i = 0; i < kFailures; ++i) {
                    uint32_t id = TRY(begun(test, TRY(send_exchange(test, {}, options)), "SPDM-FIN-018"));
                    Bytes message = TRY(lab.finish(id));
                    message.back() ^= 0x80;
                    TRY(test.expect(TRY(lab.send_handshake(id, message)), not_authentic(), "SPDM-FIN-007"));
                }
                uint32_t id = TRY(begun(test, TRY(send_exchange(test, {}, options)), "SPDM-FIN-018"));
                TRY(finish_with(test, id, TRY(lab.finish(id)), "SPDM-FIN-018"));
                TRY(expect_alive(test, id, "SPDM-FIN-018"));
            }
            return {};
        },
    },
    // The record and the message of one session, in another.
    {
        .id = "fin/replay",
        .title = "FINISH of another session is not taken",
        .requirements = {"SPDM-FIN-019", "SPDM-FIN-011"},
        .since = v1_1,
        .needs = kExchanges,
        .negative = true,
        .run = [](CaseContext& test) -> CheckResult {
            lab::Lab& lab = test.lab();
            for (bool clear : kinds(test)) {
                TRY(ready(test, clear));
                uint32_t first = TRY(lab.begin_session());
                Bytes message = TRY(lab.finish(first));
                Bytes record = TRY(lab.seal(first, message));
                TRY(finish_with(test, first, message, "SPDM-FIN-011"));
                TRY(expect_ends(test, first, "SPDM-FIN-019"));
                uint32_t second = TRY(lab.begin_session());
                Exchange exchange = TRY(lab.send_handshake(second, message));
                TRY(test.expect(exchange, not_authentic(), "SPDM-FIN-019"));
                if (clear) continue;
                TRY(ready(test, clear));
                uint32_t third = TRY(lab.begin_session());
                for (size_t i = 0; i < 4; ++i) record[i] = static_cast<uint8_t>(third >> 8 * i);
                TRY(test.expect(TRY(lab.send_record(record, message, lab::Wait::silence)), not_authentic(),
                                "SPDM-FIN-019"));
            }
            return {};
        },
    },
};

}  // namespace

void add_finish(CaseList& cases) { add(cases, kCases); }

}  // namespace assay::cases
