// Encapsulated requests: what the requester may deliver, and what becomes of the flow.
#include "stack/wire/messages/encapsulated.h"

#include <fmt/format.h>

#include "conformance/suites/responder/encapsulated.h"
#include "stack/wire/header.h"
#include "stack/wire/messages/error.h"
#include "stack/wire/messages/session.h"
#include "stack/wire/messages/version.h"

namespace assay::cases {

namespace {

// What an acceptable response to an encapsulated request is not.
Allowed unacceptable() {
    return refused(ErrorCode::invalid_response_code,
                   {ErrorCode::invalid_request, ErrorCode::unexpected_request, ErrorCode::unspecified});
}

// The flow came to its end. A session that needed it may be gone with it.
CheckResult expect_flow_over(CaseContext& test, const Asked& asked, std::string_view requirement) {
    bool gone = asked.place && test.lab().session(*asked.place) == nullptr;
    if (gone) return {};
    Allowed allowed = nothing_pending(test);
    allowed.silence = asked.flow == Flow::session;
    allowed.equal = allowed.silence;
    return expect_there(test, asked, TRY(poll(test, asked, wait_for(allowed))), allowed, requirement);
}

// Delivers what must be refused, in each flow that the device has.
using ChangeInner = std::function<std::optional<Bytes>(CaseContext&, const Asked&)>;
CheckResult refused_delivery(CaseContext& test, const Allowed& allowed, std::string_view requirement,
                             const ChangeInner& change) {
    bool any = false;
    TRY(each_flow(test, [&](const Asked& asked) -> CheckResult {
        std::optional<Bytes> inner = change(test, asked);
        if (!inner) return {};
        any = true;
        Exchange exchange = TRY(deliver(test, asked, asked.request_id, *inner));
        TRY(expect_there(test, asked, exchange, allowed, requirement));
        bool over = exchange.error() == ErrorCode::invalid_response_code;
        return over ? expect_flow_over(test, asked, requirement) : CheckResult{};
    }));
    if (!any) return CaseContext::not_applicable("the device asks for nothing of that kind");
    return {};
}

const Case kCases[] = {
    {
        .id = "enc/nothing-pending",
        .title = "GET_ENCAPSULATED_REQUEST is refused while there is nothing to ask",
        .requirements = {"SPDM-ENC-001"},
        .since = v1_1,
        .needs = cap::encap,
        .negative = true,
        .waits = true,
        .run = [](CaseContext& test) -> CheckResult {
            lab::Lab& lab = test.lab();
            if (!TRY(went_along(lab.negotiated_with_chain(test.version(), lab::session_offer()))))
                return CaseContext::not_applicable("the device turns that requester down in VCA");
            if (!lab.seen().parameters().encapsulates())
                return CaseContext::not_applicable("ENCAP_CAP is not on both sides");
            Asked nowhere;
            TRY(test.expect(TRY(poll(test, nowhere)), nothing_pending(test), "SPDM-ENC-001"));
            nowhere.place = TRY(established(test));
            return expect_there(test, nowhere, TRY(poll(test, nowhere)), nothing_pending(test),
                                "SPDM-ENC-001");
        },
    },
    {
        .id = "enc/nothing-to-deliver",
        .title = "So is DELIVER_ENCAPSULATED_RESPONSE",
        .requirements = {"SPDM-ENC-003"},
        .since = v1_1,
        .needs = cap::encap,
        .negative = true,
        .waits = true,
        .run = [](CaseContext& test) -> CheckResult {
            lab::Lab& lab = test.lab();
            TRY(established(test));
            if (!lab.seen().parameters().encapsulates())
                return CaseContext::not_applicable("ENCAP_CAP is not on both sides");
            Allowed allowed = nothing_pending(test);
            allowed.errors.push_back(ErrorCode::invalid_request);
            allowed.equal = true;
            Bytes digests = lab.answer_encapsulated(header(test.version(), code::get_digests));
            Asked nowhere;
            TRY(test.expect(TRY(deliver(test, nowhere, 0, digests)), allowed, "SPDM-ENC-003"));
            nowhere.place = lab.seen().last_session();
            return expect_there(test, nowhere, TRY(deliver(test, nowhere, 1, digests)), allowed,
                                "SPDM-ENC-003");
        },
    },
    {
        .id = "enc/without-capability",
        .title = "Encapsulated requests need ENCAP_CAP on both sides",
        .requirements = {"SPDM-ENC-002"},
        .since = v1_1,
        .negative = true,
        .run = [](CaseContext& test) -> CheckResult {
            lab::Lab& lab = test.lab();
            lab::Offer offer = lab::session_offer(lab::kSessionFlags & ~cap::encap);
            if (!TRY(went_along(lab.negotiated(test.version(), offer))))
                return CaseContext::not_applicable("the device turns that requester down in VCA");
            Asked nowhere;
            TRY(expect_unsupported(test, TRY(poll(test, nowhere)), {ErrorCode::unexpected_request},
                                   "SPDM-ENC-002"));
            Bytes digests = header(test.version(), code::digests);
            return expect_unsupported(test, TRY(deliver(test, nowhere, 0, digests)),
                                      {ErrorCode::unexpected_request}, "SPDM-ENC-002");
        },
    },
    // At 1.2 a requester with MUT_AUTH_CAP can be asked, whatever its ENCAP_CAP says; who does not know that
    // is accepted too (vectors/disputes.json, DISPUTE-ENCAP-AT-1-2).
    {
        .id = "enc/capability-at-1-2",
        .title = "At 1.2 MUT_AUTH_CAP is enough",
        .requirements = {"SPDM-ENC-016", "SPDM-CAP-035"},
        .since = v1_2,
        .until = v1_2,
        .negative = true,
        .run = [](CaseContext& test) -> CheckResult {
            lab::Lab& lab = test.lab();
            lab::Offer offer = lab::session_offer(lab::kMutualFlags & ~cap::encap);
            if (!TRY(went_along(lab.negotiated(test.version(), offer))))
                return CaseContext::not_applicable("the device turns that requester down in VCA");
            if (!lab.seen().parameters().encapsulates())
                return CaseContext::not_applicable("the device claims neither ENCAP_CAP nor MUT_AUTH_CAP");
            Asked nowhere;
            return test.expect(TRY(poll(test, nowhere)),
                               refused(ErrorCode::unexpected_request, {ErrorCode::unsupported_request}),
                               {"SPDM-ENC-016", "SPDM-CAP-035"});
        },
    },
    // Another RequestID, and after it the right one, if the flow is still there.
    {
        .id = "enc/request-id",
        .title = "A response has the RequestID of its request",
        .requirements = {"SPDM-ENC-003", "SPDM-CHL-001", "SPDM-ENC-005", "SPDM-ENC-009"},
        .since = v1_1,
        .needs = cap::encap,
        .negative = true,
        .waits = true,
        .run = [](CaseContext& test) -> CheckResult {
            for (uint8_t change : Bytes{0x01, 0x80}) {
                TRY(each_flow(test, [&](const Asked& asked) -> CheckResult {
                    uint8_t other = asked.request_id ^ change;
                    Exchange exchange =
                        TRY(deliver(test, asked, other, test.lab().answer_encapsulated(asked.request)));
                    Allowed allowed = refused(ErrorCode::invalid_request, {ErrorCode::invalid_response_code});
                    return expect_there(test, asked, exchange, allowed, "SPDM-ENC-003");
                }));
            }
            return {};
        },
    },
    {
        .id = "enc/short",
        .title = "What is no message is InvalidRequest",
        .requirements = {"SPDM-ENC-004", "SPDM-ENC-017", "SPDM-CHL-001", "SPDM-ENC-005", "SPDM-ENC-009"},
        .since = v1_1,
        .needs = cap::encap,
        .negative = true,
        .waits = true,
        .run = [](CaseContext& test) -> CheckResult {
            for (size_t size : {size_t{0}, size_t{1}, size_t{3}}) {
                TRY(each_flow(test, [&](const Asked& asked) -> CheckResult {
                    // Padding makes a message of what is too short for one.
                    if (size != 0 && !asked.place && test.lab().arriving(size) != size) return {};
                    Bytes inner = test.lab().answer_encapsulated(asked.request);
                    inner.resize(size);
                    Exchange exchange = TRY(deliver(test, asked, asked.request_id, inner));
                    Allowed allowed = refused(ErrorCode::invalid_request, {ErrorCode::invalid_response_code});
                    return expect_there(test, asked, exchange, allowed,
                                        size == 0 ? "SPDM-ENC-017" : "SPDM-ENC-004");
                }));
            }
            return {};
        },
    },
    // Requests that are right in their place wait until the flow is over.
    {
        .id = "enc/in-flight",
        .title = "Other requests are RequestInFlight until the flow is over",
        .requirements = {"SPDM-ENC-005", "SPDM-CHL-001", "SPDM-ENC-009"},
        .since = v1_1,
        .needs = cap::encap,
        .negative = true,
        .waits = true,
        .run = [](CaseContext& test) -> CheckResult {
            return each_flow(test, [&](const Asked& asked) -> CheckResult {
                lab::Lab& lab = test.lab();
                bool handshake = asked.flow == Flow::session;
                Bytes other = handshake ? vendor_request(test) : probe(test);
                Exchange exchange = TRY(asked.place ? lab.send_in(*asked.place, other) : lab.send(other));
                Allowed allowed = refused(ErrorCode::request_in_flight,
                                          {ErrorCode::unexpected_request, ErrorCode::unsupported_request});
                TRY(expect_there(test, asked, exchange, allowed, "SPDM-ENC-005"));
                // It did not disturb the flow.
                Exchange next =
                    TRY(deliver(test, asked, asked.request_id, lab.answer_encapsulated(asked.request)));
                return expect_there(test, asked, next, {.errors = {}, .answer = true}, "SPDM-ENC-005");
            });
        },
    },
    {
        .id = "enc/not-ready",
        .title = "ResponseNotReady ends a flow",
        .requirements = {"SPDM-ENC-006", "SPDM-CHL-001", "SPDM-ENC-005", "SPDM-ENC-009"},
        .since = v1_1,
        .needs = cap::encap,
        .negative = true,
        .waits = true,
        .run = [](CaseContext& test) -> CheckResult {
            return each_flow(test, [&](const Asked& asked) -> CheckResult {
                wire::ErrorResponse later;
                later.spdm_version = wire::byte(test.version());
                later.error_code = static_cast<uint8_t>(ErrorCode::response_not_ready);
                later.rdt_exponent = 10;
                later.request_code = byte(wire::code_of(asked.request));
                later.token = 1;
                later.rdtm = 2;
                Bytes inner = wire::encode_raw(later, test.lab().seen().request_context());
                Exchange exchange = TRY(deliver(test, asked, asked.request_id, inner));
                // To refuse it is another way to end the flow.
                Allowed allowed{.errors = {ErrorCode::invalid_response_code}, .answer = true};
                if (exchange.answered() && !exchange.error()) allowed.errors.clear();
                TRY(expect_there(test, asked, exchange, allowed, "SPDM-ENC-006"));
                if (exchange.error()) return expect_flow_over(test, asked, "SPDM-ENC-006");
                auto ack = TRY(wire::decode<wire::EncapsulatedResponseAck>(*exchange.response,
                                                                           exchange.response_context));
                TRY(test.expect_that(ack.payload_type == 0, "SPDM-ENC-006", "payload type 0",
                                     fmt::format("{}", ack.payload_type), "PayloadType"));
                return expect_flow_over(test, asked, "SPDM-ENC-006");
            });
        },
    },
    // A response to something else, an ERROR, and no response at all.
    {
        .id = "enc/other-response",
        .title = "A response to something else is InvalidResponseCode",
        .requirements = {"SPDM-ENC-007", "SPDM-CHL-001", "SPDM-ENC-005", "SPDM-ENC-009"},
        .since = v1_1,
        .needs = cap::encap,
        .negative = true,
        .waits = true,
        .run = [](CaseContext& test) -> CheckResult {
            for (int kind = 0; kind < 3; ++kind) {
                TRY(refused_delivery(test, unacceptable(), "SPDM-ENC-007",
                                     [kind](CaseContext& on, const Asked& asked) -> std::optional<Bytes> {
                                         Bytes inner = on.lab().answer_encapsulated(asked.request);
                                         if (kind == 0) inner[wire::kCodeAt] ^= 0x02;
                                         if (kind == 1) inner[wire::kCodeAt] |= 0x80;
                                         if (kind == 2) {
                                             inner = header(on.version(), code::error,
                                                            static_cast<uint8_t>(ErrorCode::unspecified));
                                         }
                                         return inner;
                                     }));
            }
            return {};
        },
    },
    // DIGESTS with fewer digests than its mask says; KEY_UPDATE_ACK that acknowledges something else.
    {
        .id = "enc/malformed",
        .title = "So is a malformed one",
        .requirements = {"SPDM-ENC-007", "SPDM-CHL-001", "SPDM-ENC-005", "SPDM-ENC-009"},
        .since = v1_1,
        .needs = cap::encap,
        .negative = true,
        .waits = true,
        .run = [](CaseContext& test) -> CheckResult {
            for (int kind = 0; kind < 3; ++kind) {
                TRY(refused_delivery(test, unacceptable(), "SPDM-ENC-007",
                                     [kind](CaseContext& on, const Asked& asked) -> std::optional<Bytes> {
                                         Bytes inner = on.lab().answer_encapsulated(asked.request);
                                         bool digests = wire::code_of(asked.request) == code::get_digests;
                                         if (!digests && kind == 2) return std::nullopt;
                                         if (digests && kind == 0) inner.resize(4);
                                         if (digests && kind == 1) inner[wire::kParam2At] = 0xff;
                                         // By more than a transport's padding makes up for.
                                         if (digests && kind == 2) inner.resize(inner.size() - 4);
                                         if (!digests) inner[kind == 0 ? 2 : 3] ^= 0x04;
                                         return inner;
                                     }));
            }
            return {};
        },
    },
    {
        .id = "enc/inner-version",
        .title = "So is one of another version",
        .requirements = {"SPDM-ENC-008", "SPDM-CHL-001", "SPDM-ENC-005", "SPDM-ENC-009"},
        .since = v1_1,
        .needs = cap::encap,
        .negative = true,
        .waits = true,
        .run = [](CaseContext& test) -> CheckResult {
            for (uint8_t change : Bytes{0x07, 0x30}) {
                Allowed allowed = unacceptable();
                allowed.errors.push_back(ErrorCode::version_mismatch);
                TRY(refused_delivery(test, allowed, "SPDM-ENC-008",
                                     [change](CaseContext& on, const Asked& asked) -> std::optional<Bytes> {
                                         Bytes inner = on.lab().answer_encapsulated(asked.request);
                                         inner[wire::kVersionAt] ^= change;
                                         return inner;
                                     }));
            }
            return {};
        },
    },
    {
        .id = "enc/nested",
        .title = "No message about encapsulation is taken for a response",
        .requirements = {"SPDM-ENC-015", "SPDM-CHL-001", "SPDM-ENC-005", "SPDM-ENC-009"},
        .since = v1_1,
        .needs = cap::encap,
        .negative = true,
        .waits = true,
        .run = [](CaseContext& test) -> CheckResult {
            for (wire::Code inner_code :
                 {code::get_encapsulated_request, code::encapsulated_request,
                  code::deliver_encapsulated_response, code::encapsulated_response_ack}) {
                TRY(refused_delivery(test, unacceptable(), "SPDM-ENC-015",
                                     [inner_code](CaseContext& on, const Asked&) -> std::optional<Bytes> {
                                         Bytes inner = header(on.version(), inner_code);
                                         return concat({inner, header(on.version(), code::digests)});
                                     }));
            }
            return {};
        },
    },
    // Messages outside of the session, or in another one, do not change a flow; afterwards it is in the same
    // state.
    {
        .id = "enc/other-place",
        .title = "A flow stays in its session",
        .requirements = {"SPDM-ENC-013", "SPDM-CHL-001", "SPDM-ENC-005", "SPDM-ENC-009"},
        .since = v1_1,
        .needs = cap::encap,
        .negative = true,
        .waits = true,
        .run = [](CaseContext& test) -> CheckResult {
            bool any = false;
            TRY(each_flow(test, [&](const Asked& asked) -> CheckResult {
                lab::Lab& lab = test.lab();
                if (asked.flow == Flow::basic) return {};
                any = true;
                Asked elsewhere = asked;
                elsewhere.place.reset();
                if (asked.other) elsewhere.place = asked.other;
                Allowed allowed = nothing_pending(test);
                allowed.errors.insert(allowed.errors.end(),
                                      {ErrorCode::request_in_flight, ErrorCode::invalid_request});
                allowed.equal = true;
                Bytes inner = lab.answer_encapsulated(asked.request);
                TRY(expect_there(test, elsewhere, TRY(poll(test, elsewhere)), allowed, "SPDM-ENC-013"));
                TRY(expect_there(test, elsewhere, TRY(deliver(test, elsewhere, asked.request_id, inner)),
                                 allowed, "SPDM-ENC-013"));
                Exchange next = TRY(deliver(test, asked, asked.request_id, inner));
                return expect_there(test, asked, next, {.errors = {}, .answer = true}, "SPDM-ENC-013");
            }));
            if (!any) return CaseContext::not_applicable("the device asks for nothing inside a session");
            return {};
        },
    },
    // GET_VERSION ends a flow: the next connection knows nothing of it.
    {
        .id = "enc/get-version",
        .title = "GET_VERSION ends a flow",
        .requirements = {"SPDM-VER-011", "SPDM-CHL-001", "SPDM-ENC-005", "SPDM-ENC-009"},
        .since = v1_1,
        .needs = cap::encap,
        .negative = true,
        .waits = true,
        .run = [](CaseContext& test) -> CheckResult {
            return each_flow(test, [&](const Asked&) -> CheckResult {
                lab::Lab& lab = test.lab();
                const lab::Offer mutual = lab::session_offer(lab::kMutualFlags);
                if (!TRY(went_along(lab.negotiate_again(test.version(), mutual))))
                    TRY(lab.negotiate_again(test.version(), lab::session_offer()));
                Allowed allowed{.errors = {}, .answer = true};
                if (!test.claims().has(cap::cert)) allowed = refused(ErrorCode::unsupported_request);
                TRY(test.expect(TRY(lab.send(probe(test))), allowed, "SPDM-VER-011"));
                Asked nowhere;
                return test.expect(TRY(poll(test, nowhere)), nothing_pending(test), "SPDM-VER-011");
            });
        },
    },
};

}  // namespace

void add_encapsulated(CaseList& cases) { add(cases, kCases); }

}  // namespace assay::cases
