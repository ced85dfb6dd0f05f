// KEY_EXCHANGE: who may send it, and its fields.
#include "stack/wire/messages/key_exchange.h"

#include "conformance/suites/responder/sessions.h"

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

CheckResult refused_exchange(CaseContext& test, const EditExchange& edit, std::string_view requirement) {
    TRY(ready_to_exchange(test));
    return test.expect(TRY(send_exchange(test, edit)), invalid(), requirement);
}

// What padding makes whole again is no case.
bool arrives_whole(CaseContext& test, Bytes request) {
    request.resize(test.lab().arriving(request.size()));
    return wire::decode<KeyExchange>(request, test.lab().seen().request_context()).has_value();
}

const Case kCases[] = {
    {
        .id = "kex/before-1-1",
        .title = "At 1.0 there is no KEY_EXCHANGE",
        .requirements = {"SPDM-KEX-001"},
        .until = v1_0,
        .negative = true,
        .run = [](CaseContext& test) -> CheckResult {
            TRY(negotiate(test));
            return expect_unsupported(test, TRY(test.lab().send(body(header(v1_0, code::key_exchange)))),
                                      {ErrorCode::unexpected_request, ErrorCode::invalid_request},
                                      "SPDM-KEX-001");
        },
    },
    // One side lacks it: the device or, where that has it, the requester.
    {
        .id = "kex/absent-capability",
        .title = "Without KEY_EX_CAP on both sides it is UnsupportedRequest",
        .requirements = {"SPDM-KEX-002"},
        .since = v1_1,
        .negative = true,
        .run = [](CaseContext& test) -> CheckResult {
            uint32_t flags = lab::kSessionFlags;
            if (test.claims().has(cap::key_ex)) flags &= ~cap::key_ex;
            if (!TRY(went_along(test.lab().negotiated(test.version(), lab::session_offer(flags))))) {
                return CaseContext::not_applicable("the device turns that requester down in VCA");
            }
            return expect_unsupported(test,
                                      TRY(test.lab().send(body(header(test.version(), code::key_exchange)))),
                                      {ErrorCode::unexpected_request}, "SPDM-KEX-002");
        },
    },
    // In either phase of a session.
    {
        .id = "kex/in-session",
        .title = "KEY_EXCHANGE inside a session is UnexpectedRequest",
        .requirements = {"SPDM-KEX-003"},
        .since = v1_1,
        .needs = kExchanges,
        .negative = true,
        .run = [](CaseContext& test) -> CheckResult {
            lab::Lab& lab = test.lab();
            TRY(ready_to_exchange(test));
            uint32_t begun = TRY(lab.begin_session());
            Bytes request = TRY(lab.encode(TRY(lab.key_exchange())));
            TRY(test.expect(TRY(lab.send_in(begun, request)), unexpected(), "SPDM-KEX-003"));
            TRY(ready_to_exchange(test));
            uint32_t established = TRY(lab.new_session());
            request = TRY(lab.encode(TRY(lab.key_exchange())));
            return test.expect(TRY(lab.send_in(established, request)), unexpected(), "SPDM-KEX-003");
        },
    },
    {
        .id = "kex/bad-slot",
        .title = "A SlotID that is no certificate slot is InvalidRequest",
        .requirements = {"SPDM-KEX-004"},
        .since = v1_1,
        .needs = kExchanges,
        .negative = true,
        .run = [](CaseContext& test) -> CheckResult {
            for (uint8_t slot : Bytes{8, 0x0f, 0x80, 0xfe, wire::kSlotRawKey}) {
                TRY(refused_exchange(
                    test, [&](KeyExchange& message) { message.slot_id = slot; }, "SPDM-KEX-004"));
            }
            return {};
        },
    },
    {
        .id = "kex/empty-slot",
        .title = "A slot without a certificate is InvalidRequest",
        .requirements = {"SPDM-KEX-004"},
        .since = v1_1,
        .needs = kExchanges,
        .negative = true,
        .run = [](CaseContext& test) -> CheckResult {
            auto slot = test.claims().empty_slot();
            if (!slot) return CaseContext::not_applicable("every slot of the device is provisioned");
            return refused_exchange(
                test, [&](KeyExchange& message) { message.slot_id = *slot; }, "SPDM-KEX-004");
        },
    },
    {
        .id = "kex/summary-type",
        .title = "A MeasurementSummaryHashType that is not defined is InvalidRequest",
        .requirements = {"SPDM-KEX-005"},
        .since = v1_1,
        .needs = kExchanges,
        .negative = true,
        .run = [](CaseContext& test) -> CheckResult {
            for (uint8_t type : Bytes{0x02, 0x7f, 0xfe}) {
                TRY(refused_exchange(
                    test, [&](KeyExchange& message) { message.measurement_summary_hash_type = type; },
                    "SPDM-KEX-005"));
            }
            return {};
        },
    },
    // Without measurements, or without an agreed way to express them, there is no summary.
    {
        .id = "kex/summary-without-measurements",
        .title = "A summary without negotiated measurements is InvalidRequest",
        .requirements = {"SPDM-KEX-005"},
        .since = v1_1,
        .needs = kExchanges,
        .negative = true,
        .run = [](CaseContext& test) -> CheckResult {
            lab::Offer offer = lab::session_offer();
            offer.measurement_specification = 0;
            TRY(ready_to_exchange(test, offer));
            ExchangeOptions options{.summary_type = wire::summary::all};
            return test.expect(TRY(send_exchange(test, {}, options)), invalid(), "SPDM-KEX-005");
        },
    },
    {
        .id = "kex/summary",
        .title = "MeasurementSummaryHash is that of CHALLENGE_AUTH",
        .requirements = {"SPDM-KEX-036"},
        .since = v1_1,
        .needs = kExchanges | cap::meas,
        .run = [](CaseContext& test) -> CheckResult {
            auto ask = [](CaseContext& on, uint8_t type) -> std::expected<Bytes, engine::Finding> {
                Exchange exchange = TRY(send_exchange(on, {}, {.summary_type = type}));
                TRY(on.expect_signature(exchange, "SPDM-KEX-036"));
                return TRY(answer_to<KeyExchangeResponse>(on, exchange, "SPDM-KEX-036"))
                    .measurement_summary_hash;
            };
            return compare_summaries(test, ask, "SPDM-KEX-036");
        },
    },
    // Cut before, inside and behind each part whose size is not its own affair, and with lengths beyond the
    // end.
    {
        .id = "kex/sizes",
        .title = "A KEY_EXCHANGE that ends too early is InvalidRequest",
        .requirements = {"SPDM-KEX-006"},
        .since = v1_1,
        .needs = kExchanges,
        .negative = true,
        .run = [](CaseContext& test) -> CheckResult {
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
        },
    },
};

}  // namespace

void add_key_exchange(CaseList& cases) { add(cases, kCases); }

}  // namespace assay::cases
