// PSK_EXCHANGE: who may send it, its fields, and the session that comes of it.
#include "stack/wire/messages/psk.h"

#include <fmt/format.h>

#include "conformance/suites/responder/sessions.h"
#include "stack/spdm/secured_opaque.h"
#include "stack/wire/messages/opaque_data.h"

namespace assay::cases {

namespace {

using wire::PskExchange;
using wire::PskExchangeResponse;

bool with_context(CaseContext& test) {
    return (test.claims().parameters.responder_flags & cap::psk) == cap::psk_with_context;
}

const Case kCases[] = {
    // One side lacks it: the device or, where that has it, the requester.
    {
        .id = "psk/absent-capability",
        .title = "Without PSK_CAP on both sides it is UnsupportedRequest",
        .requirements = {"SPDM-PSK-001"},
        .since = v1_1,
        .negative = true,
        .run = [](CaseContext& test) -> CheckResult {
            uint32_t flags = lab::kSessionFlags;
            if (test.claims().has(cap::psk)) flags &= ~cap::psk_requester;
            if (!TRY(went_along(test.lab().negotiated(test.version(), lab::session_offer(flags))))) {
                return CaseContext::not_applicable("the device turns that requester down in VCA");
            }
            return expect_unsupported(test, TRY(send_psk(test)), {ErrorCode::unexpected_request},
                                      "SPDM-PSK-001");
        },
    },
    // Each length one too large and the largest there is, and the message cut before each part's end.
    {
        .id = "psk/lengths",
        .title = "A PSK_EXCHANGE that ends before its parts is InvalidRequest",
        .requirements = {"SPDM-PSK-002"},
        .since = v1_1,
        .needs = kShares,
        .negative = true,
        .run = [](CaseContext& test) -> CheckResult {
            lab::Lab& lab = test.lab();
            TRY(ready_to_share(test));
            const PskExchange message = lab.psk_exchange();
            Bytes whole = TRY(lab.encode(message));
            constexpr size_t kHint = 6, kContext = 8, kOpaque = 10, kFixed = 12;
            std::vector<Bytes> bad;
            for (size_t offset : {kHint, kContext, kOpaque}) {
                for (uint16_t length :
                     {static_cast<uint16_t>(whole[offset] + 256 * whole[offset + 1] + 1), uint16_t{0xffff}}) {
                    bad.push_back(whole);
                    bad.back()[offset] = static_cast<uint8_t>(length);
                    bad.back()[offset + 1] = static_cast<uint8_t>(length >> 8);
                }
            }
            size_t context = kFixed + message.psk_hint.size();
            size_t opaque = context + message.requester_context.size();
            for (size_t size : {size_t{4}, kHint, kOpaque + 1, kFixed, context - 1, context, opaque - 1,
                                opaque, whole.size() - 1}) {
                bad.emplace_back(whole.begin(), whole.begin() + static_cast<ptrdiff_t>(size));
            }
            for (const Bytes& request : bad) {
                // What padding makes whole again is no case.
                Bytes arriving = request;
                arriving.resize(lab.arriving(request.size()));
                if (wire::decode<PskExchange>(arriving, lab.seen().request_context())) continue;
                TRY(test.expect(TRY(lab.send(request)), invalid(), "SPDM-PSK-002"));
            }
            return {};
        },
    },
    // It is refused, and the known hint still gives a session.
    {
        .id = "psk/unknown-hint",
        .title = "A hint of no key is refused and gives no session",
        .requirements = {"SPDM-PSK-003"},
        .since = v1_1,
        .needs = kShares,
        .negative = true,
        .run = [](CaseContext& test) -> CheckResult {
            TRY(ready_to_share(test));
            const Bytes hints[] = {to_bytes(as_bytes("a hint of nobody")), Bytes(16, uint8_t{0}),
                                   Bytes(1, uint8_t{0x54})};
            for (const Bytes& hint : hints) {
                Exchange exchange =
                    TRY(send_psk(test, [&](PskExchange& message) { message.psk_hint = hint; }));
                TRY(test.expect(exchange,
                                refused(ErrorCode::invalid_request,
                                        {ErrorCode::unspecified, ErrorCode::unexpected_request,
                                         ErrorCode::unsupported_request, ErrorCode::decrypt_error}),
                                "SPDM-PSK-003"));
            }
            uint32_t id = TRY(test.lab().new_psk_session());
            return expect_alive(test, id, "SPDM-PSK-003");
        },
    },
    {
        .id = "psk/summary-type",
        .title = "A MeasurementSummaryHashType that is not defined is InvalidRequest",
        .requirements = {"SPDM-PSK-013"},
        .since = v1_1,
        .needs = kShares,
        .negative = true,
        .run = [](CaseContext& test) -> CheckResult {
            for (uint8_t type : Bytes{0x02, 0x7f, 0xfe}) {
                TRY(ready_to_share(test));
                Exchange exchange = TRY(send_psk(
                    test, [&](PskExchange& message) { message.measurement_summary_hash_type = type; }));
                TRY(test.expect(exchange, invalid(), "SPDM-PSK-013"));
            }
            return {};
        },
    },
    {
        .id = "psk/summary-without-measurements",
        .title = "A summary without negotiated measurements is InvalidRequest",
        .requirements = {"SPDM-PSK-013"},
        .since = v1_1,
        .needs = kShares,
        .negative = true,
        .run = [](CaseContext& test) -> CheckResult {
            // Some refuse a pre-shared key altogether on a connection without a measurement specification.
            TRY(ready_to_share(test));
            lab::Offer offer = lab::session_offer();
            offer.measurement_specification = 0;
            if (!TRY(went_along(test.lab().negotiated(test.version(), offer)))) {
                return CaseContext::not_applicable("the device turns that requester down in VCA");
            }
            ExchangeOptions options{.summary_type = wire::summary::all};
            return test.expect(TRY(send_psk(test, {}, options)), invalid(), "SPDM-PSK-013");
        },
    },
    {
        .id = "psk/summary",
        .title = "MeasurementSummaryHash is that of the measurements",
        .requirements = {"SPDM-PSK-013", "SPDM-PSK-025"},
        .since = v1_1,
        .needs = kShares | cap::meas,
        .run = [](CaseContext& test) -> CheckResult {
            TRY(ready_to_share(test));
            auto ask = [](CaseContext& on, uint8_t type) -> std::expected<Bytes, engine::Finding> {
                Exchange exchange = TRY(send_psk(on, {}, {.summary_type = type}));
                auto answer = TRY(answer_to<PskExchangeResponse>(on, exchange, "SPDM-PSK-013"));
                TRY(expect_macs(on, exchange, 1, "SPDM-PSK-025"));
                return answer.measurement_summary_hash;
            };
            return compare_summaries(test, ask, "SPDM-PSK-013");
        },
    },
    // In either phase of a session.
    {
        .id = "psk/in-session",
        .title = "PSK_EXCHANGE inside a session is UnexpectedRequest",
        .requirements = {"SPDM-PSK-014"},
        .since = v1_1,
        .needs = kShares,
        .negative = true,
        .run = [](CaseContext& test) -> CheckResult {
            lab::Lab& lab = test.lab();
            TRY(ready_to_share(test));
            uint32_t id = TRY(lab.new_psk_session());
            TRY(test.expect(TRY(lab.send_in(id, TRY(lab.encode(lab.psk_exchange())))), unexpected(),
                            "SPDM-PSK-014"));
            if (!with_context(test)) return {};
            TRY(ready_to_share(test));
            id = TRY(lab.begin_psk_session());
            return test.expect(TRY(lab.send_in(id, TRY(lab.encode(lab.psk_exchange())))), unexpected(),
                               "SPDM-PSK-014");
        },
    },
    {
        .id = "psk/policy-before-1-2",
        .title = "What became SessionPolicy is ignored",
        .requirements = {"SPDM-PSK-015"},
        .since = v1_1,
        .until = v1_1,
        .needs = kShares,
        .run = [](CaseContext& test) -> CheckResult {
            TRY(ready_to_share(test));
            Exchange exchange =
                TRY(send_psk(test, [](PskExchange& message) { message.session_policy = 0xff; }));
            TRY(test.expect_answer(exchange, "SPDM-PSK-015"));
            return expect_macs(test, exchange, 1, "SPDM-PSK-015");
        },
    },
    // What the response says follows from both sides' flags, and what is reserved is zero.
    {
        .id = "psk/form",
        .title = "The response follows from both sides' flags",
        .requirements = {"SPDM-PSK-004", "SPDM-PSK-016", "SPDM-PSK-020", "SPDM-PSK-021", "SPDM-PSK-025"},
        .since = v1_1,
        .needs = kShares,
        .judges = {code::psk_exchange},
        .run = [](CaseContext& test) -> CheckResult {
            for (uint32_t flags : {lab::kSessionFlags, lab::kSessionFlags & ~cap::hbeat,
                                   lab::kSessionFlags | cap::handshake_in_the_clear}) {
                TRY(ready_to_share(test, lab::session_offer(flags)));
                const spdm::Parameters& p = test.lab().seen().parameters();
                Exchange exchange = TRY(send_psk(test));
                auto answer = TRY(answer_to<PskExchangeResponse>(test, exchange, "SPDM-PSK-025"));
                TRY(expect_exact(test, exchange, "SPDM-PSK-025"));
                TRY(expect_macs(test, exchange, 1, "SPDM-PSK-025"));
                TRY(test.expect_that(
                    answer.param2 == 0 && answer.reserved == 0, "SPDM-PSK-016", "zero in reserved fields",
                    fmt::format("0x{:02x} and 0x{:04x}", answer.param2, answer.reserved), "Reserved"));
                TRY(test.expect_that(answer.responder_context.empty() != with_context(test), "SPDM-PSK-004",
                                     with_context(test) ? "a ResponderContext" : "no ResponderContext",
                                     fmt::format("{} bytes", answer.responder_context.size()),
                                     "ResponderContextLength"));
                TRY(test.expect_that(answer.heartbeat_period == 0 || p.both(cap::hbeat), "SPDM-PSK-021",
                                     "HeartbeatPeriod 0 without HBEAT_CAP on both sides",
                                     fmt::format("{}", answer.heartbeat_period), "HeartbeatPeriod"));
                auto said = spdm::read_secured_opaque(answer.opaque_data, exchange.response_context);
                TRY(test.expect_that(said && said->selected, "SPDM-PSK-020", "a VersionSelection element",
                                     said ? "none" : said.error().text(), "OpaqueData"));
            }
            return {};
        },
    },
    // The same request twice, but for what the other side contributes.
    {
        .id = "psk/fresh",
        .title = "Each exchange has a ResponderContext of its own",
        .requirements = {"SPDM-PSK-017"},
        .since = v1_1,
        .needs = cap::psk_with_context | cap::mac,
        .run = [](CaseContext& test) -> CheckResult {
            TRY(ready_to_share(test));
            const PskExchange message = test.lab().psk_exchange({.req_session_id = 0x5151});
            std::vector<PskExchangeResponse> answers;
            for (int i = 0; i < 2; ++i) {
                Exchange exchange = TRY(test.lab().send(message));
                if (i > 0 && exchange.error() == ErrorCode::session_limit_exceeded)
                    return CaseContext::not_applicable("the device has one session at a time");
                answers.push_back(TRY(answer_to<PskExchangeResponse>(test, exchange, "SPDM-PSK-017")));
            }
            return test.expect_that(answers[0].responder_context != answers[1].responder_context,
                                    "SPDM-PSK-017", "a ResponderContext for each exchange", "the same twice",
                                    "ResponderContext");
        },
    },
    {
        .id = "psk/short-context",
        .title = "A RequesterContext of less than 32 bytes is InvalidRequest",
        .requirements = {"SPDM-PSK-019"},
        .since = v1_1,
        .needs = kShares,
        .negative = true,
        .run = [](CaseContext& test) -> CheckResult {
            TRY(ready_to_share(test));
            // Between 32 bytes and a hash it is disputed (vectors/disputes.json, DISPUTE-REQUESTER-CONTEXT).
            for (size_t size : {size_t{0}, size_t{1}, size_t{31}}) {
                Exchange exchange = TRY(
                    send_psk(test, [&](PskExchange& message) { message.requester_context.resize(size); }));
                TRY(test.expect(exchange, invalid(), "SPDM-PSK-019"));
            }
            return {};
        },
    },
    // Without HBEAT_CAP, so that no session is too old at the end.
    {
        .id = "psk/session-ids",
        .title = "Two live sessions have different identifiers",
        .requirements = {"SPDM-KEX-015"},
        .since = v1_1,
        .needs = kShares,
        .run = [](CaseContext& test) -> CheckResult {
            TRY(ready_to_share(test));
            return expect_own_identifier(test, [](CaseContext& on, const ExchangeOptions& options) {
                return send_psk(on, {}, options);
            });
        },
    },
    {
        .id = "psk/session-limit",
        .title = "A full table refuses, and END_SESSION makes room again",
        .requirements = {"SPDM-PSK-018"},
        .since = v1_1,
        .needs = kShares,
        .run = [](CaseContext& test) -> CheckResult {
            TRY(ready_to_share(test, lab::session_offer(lab::kSessionFlags & ~cap::hbeat)));
            auto open = [](CaseContext& on) -> Result<Exchange> {
                Exchange exchange = TRY(send_psk(on));
                auto id = on.lab().seen().last_session();
                if (!exchange.answered() || !with_context(on) || !id) return exchange;
                return on.lab().send_in(*id, TRY(on.lab().psk_finish(*id)));
            };
            return fill_the_table(test, open, "SPDM-PSK-018");
        },
    },
    // What KEY_EXCHANGE could not have either.
    {
        .id = "psk/opaque-form",
        .title = "Opaque data against its form is InvalidRequest",
        .requirements = {"SPDM-PSK-020"},
        .since = v1_1,
        .needs = kShares,
        .negative = true,
        .run = [](CaseContext& test) -> CheckResult {
            using Edit = void (*)(Bytes& opaque);
            std::vector<Edit> mistakes = {
                [](Bytes& opaque) { opaque.insert(opaque.end(), 4, 0); },
                [](Bytes& opaque) { opaque.pop_back(); },
                [](Bytes& opaque) { opaque.resize(4); },
            };
            if (test.at_least(v1_2)) mistakes.push_back([](Bytes& opaque) { opaque[0] = 0; });
            if (!test.at_least(v1_2)) mistakes.push_back([](Bytes& opaque) { opaque[0] ^= 1; });
            TRY(ready_to_share(test));
            for (Edit mistake : mistakes) {
                Exchange exchange =
                    TRY(send_psk(test, [&](PskExchange& message) { mistake(message.opaque_data); }));
                TRY(test.expect(exchange, invalid(), "SPDM-PSK-020"));
            }
            constexpr uint16_t kNobodysVersion = 0x9900;
            Exchange exchange = TRY(send_psk(test, {}, {.versions = {kNobodysVersion}}));
            return test.expect(exchange, invalid(), "SPDM-PSK-020");
        },
    },
    // A version alone shows whether there is it, and all together which is the highest.
    {
        .id = "psk/highest-version",
        .title = "The highest common secured message version is selected",
        .requirements = {"SPDM-PSK-020"},
        .since = v1_1,
        .needs = kShares,
        .run = [](CaseContext& test) -> CheckResult {
            const std::vector<uint16_t> all{spdm::kSecured1_0, spdm::kSecured1_1, spdm::kSecured1_2,
                                            spdm::kSecured1_3};
            std::vector<std::vector<uint16_t>> offers;
            offers.reserve(all.size() + 1);
            for (uint16_t version : all) offers.push_back({version});
            offers.push_back(all);
            std::optional<uint16_t> highest;
            for (const std::vector<uint16_t>& offered : offers) {
                TRY(ready_to_share(test));
                Exchange exchange = TRY(send_psk(test, {}, {.versions = offered}));
                if (exchange.error() && offered.size() == 1) continue;
                auto answer = TRY(answer_to<PskExchangeResponse>(test, exchange, "SPDM-PSK-020"));
                auto said = spdm::read_secured_opaque(answer.opaque_data, exchange.response_context);
                if (offered.size() == 1) highest = offered.front();
                bool right = said && said->selected && highest && *said->selected >> 8 == *highest >> 8;
                TRY(test.expect_that(right, "SPDM-PSK-020", "the highest common secured message version",
                                     to_hex(answer.opaque_data), "OpaqueData"));
            }
            return {};
        },
    },
    {
        .id = "psk/without-mac",
        .title = "Without MAC_CAP on both sides there are no sessions",
        .requirements = {"SPDM-SEC-015"},
        .since = v1_1,
        .needs = kShares,
        .negative = true,
        .run = [](CaseContext& test) -> CheckResult {
            if (!TRY(went_along(test.lab().negotiated(test.version(),
                                                      lab::session_offer(lab::kSessionFlags & ~cap::mac)))))
                return CaseContext::not_applicable("the device turns that requester down in VCA");
            return test.expect(TRY(send_psk(test)),
                               refused(ErrorCode::invalid_request,
                                       {ErrorCode::unsupported_request, ErrorCode::unexpected_request}),
                               "SPDM-SEC-015");
        },
    },
};

}  // namespace

void add_psk(CaseList& cases) { add(cases, kCases); }

}  // namespace assay::cases
