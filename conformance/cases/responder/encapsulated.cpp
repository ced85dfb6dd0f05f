// Encapsulated requests: what the requester may deliver, and what becomes of the flow.
#include "stack/wire/messages/encapsulated.h"

#include <fmt/format.h>

#include "conformance/cases/responder/encapsulated.h"
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
Judgement expect_flow_over(Trial& trial, const Asked& asked, std::string_view requirement) {
    bool gone = asked.place && trial.lab().session(*asked.place) == nullptr;
    if (gone) return {};
    Allowed allowed = nothing_pending(trial);
    allowed.silence = asked.flow == Flow::session;
    allowed.equal = allowed.silence;
    return expect_there(trial, asked, TRY(poll(trial, asked, wait_for(allowed))), allowed, requirement);
}

// Delivers what must be refused, in each flow that the device has.
using Spoil = std::function<std::optional<Bytes>(Trial&, const Asked&)>;
Judgement refused_delivery(Trial& trial, const Allowed& allowed, std::string_view requirement,
                           const Spoil& spoil) {
    bool any = false;
    TRY(each_flow(trial, [&](const Asked& asked) -> Judgement {
        std::optional<Bytes> inner = spoil(trial, asked);
        if (!inner) return {};
        any = true;
        Exchange exchange = TRY(deliver(trial, asked, asked.request_id, *inner));
        TRY(expect_there(trial, asked, exchange, allowed, requirement));
        bool over = exchange.error() == ErrorCode::invalid_response_code;
        return over ? expect_flow_over(trial, asked, requirement) : Judgement{};
    }));
    if (!any) return Trial::not_applicable("the device asks for nothing of that kind");
    return {};
}

Judgement without_flow(Trial& trial) {
    lab::Lab& lab = trial.lab();
    if (!TRY(went_along(lab.negotiated_with_chain(trial.version(), lab::session_offer()))))
        return Trial::not_applicable("the device turns that requester down in VCA");
    if (!lab.seen().parameters().encapsulates())
        return Trial::not_applicable("ENCAP_CAP is not on both sides");
    Asked nowhere;
    TRY(trial.expect(TRY(poll(trial, nowhere)), nothing_pending(trial), "SPDM-ENC-001"));
    nowhere.place = TRY(established(trial));
    return expect_there(trial, nowhere, TRY(poll(trial, nowhere)), nothing_pending(trial), "SPDM-ENC-001");
}

Judgement deliver_without_flow(Trial& trial) {
    lab::Lab& lab = trial.lab();
    TRY(established(trial));
    if (!lab.seen().parameters().encapsulates())
        return Trial::not_applicable("ENCAP_CAP is not on both sides");
    Allowed allowed = nothing_pending(trial);
    allowed.errors.push_back(ErrorCode::invalid_request);
    allowed.equal = true;
    Bytes digests = lab.answer_encapsulated(header(trial.version(), code::get_digests));
    Asked nowhere;
    TRY(trial.expect(TRY(deliver(trial, nowhere, 0, digests)), allowed, "SPDM-ENC-003"));
    nowhere.place = lab.seen().last_session();
    return expect_there(trial, nowhere, TRY(deliver(trial, nowhere, 1, digests)), allowed, "SPDM-ENC-003");
}

Judgement without_capability(Trial& trial) {
    lab::Lab& lab = trial.lab();
    lab::Offer offer = lab::session_offer(lab::kSessionFlags & ~cap::encap);
    if (!TRY(went_along(lab.negotiated(trial.version(), offer))))
        return Trial::not_applicable("the device turns that requester down in VCA");
    Asked nowhere;
    TRY(expect_unsupported(trial, TRY(poll(trial, nowhere)), {ErrorCode::unexpected_request},
                           "SPDM-ENC-002"));
    Bytes digests = header(trial.version(), code::digests);
    return expect_unsupported(trial, TRY(deliver(trial, nowhere, 0, digests)),
                              {ErrorCode::unexpected_request}, "SPDM-ENC-002");
}

// At 1.2 a requester with MUT_AUTH_CAP can be asked, whatever its ENCAP_CAP says; who does not know that is
// accepted too (vectors/disputes.json, DISPUTE-ENCAP-AT-1-2).
Judgement capability_at_1_2(Trial& trial) {
    lab::Lab& lab = trial.lab();
    lab::Offer offer = lab::session_offer(lab::kMutualFlags & ~cap::encap);
    if (!TRY(went_along(lab.negotiated(trial.version(), offer))))
        return Trial::not_applicable("the device turns that requester down in VCA");
    if (!lab.seen().parameters().encapsulates())
        return Trial::not_applicable("the device claims neither ENCAP_CAP nor MUT_AUTH_CAP");
    Asked nowhere;
    return trial.expect(TRY(poll(trial, nowhere)),
                        refused(ErrorCode::unexpected_request, {ErrorCode::unsupported_request}),
                        "SPDM-ENC-016");
}

// Another RequestID, and after it the right one, if the flow is still there.
Judgement request_id(Trial& trial) {
    for (uint8_t change : Bytes{0x01, 0x80}) {
        TRY(each_flow(trial, [&](const Asked& asked) -> Judgement {
            uint8_t other = asked.request_id ^ change;
            Exchange exchange =
                TRY(deliver(trial, asked, other, trial.lab().answer_encapsulated(asked.request)));
            Allowed allowed = refused(ErrorCode::invalid_request, {ErrorCode::invalid_response_code});
            return expect_there(trial, asked, exchange, allowed, "SPDM-ENC-003");
        }));
    }
    return {};
}

Judgement short_response(Trial& trial) {
    for (size_t size : {size_t{0}, size_t{1}, size_t{3}}) {
        TRY(each_flow(trial, [&](const Asked& asked) -> Judgement {
            // Padding makes a message of what is too short for one.
            if (size != 0 && !asked.place && trial.lab().arriving(size) != size) return {};
            Bytes inner = trial.lab().answer_encapsulated(asked.request);
            inner.resize(size);
            Exchange exchange = TRY(deliver(trial, asked, asked.request_id, inner));
            Allowed allowed = refused(ErrorCode::invalid_request, {ErrorCode::invalid_response_code});
            return expect_there(trial, asked, exchange, allowed, size == 0 ? "SPDM-ENC-017" : "SPDM-ENC-004");
        }));
    }
    return {};
}

// Requests that are right in their place wait until the flow is over.
Judgement in_flight(Trial& trial) {
    return each_flow(trial, [&](const Asked& asked) -> Judgement {
        lab::Lab& lab = trial.lab();
        bool handshake = asked.flow == Flow::session;
        Bytes other = handshake ? vendor_request(trial) : probe(trial);
        Exchange exchange = TRY(asked.place ? lab.send_in(*asked.place, other) : lab.send(other));
        Allowed allowed = refused(ErrorCode::request_in_flight,
                                  {ErrorCode::unexpected_request, ErrorCode::unsupported_request});
        TRY(expect_there(trial, asked, exchange, allowed, "SPDM-ENC-005"));
        // It did not disturb the flow.
        Exchange next = TRY(deliver(trial, asked, asked.request_id, lab.answer_encapsulated(asked.request)));
        return expect_there(trial, asked, next, {.errors = {}, .answer = true}, "SPDM-ENC-005");
    });
}

Judgement not_ready(Trial& trial) {
    return each_flow(trial, [&](const Asked& asked) -> Judgement {
        wire::ErrorResponse later;
        later.spdm_version = wire::byte(trial.version());
        later.error_code = static_cast<uint8_t>(ErrorCode::response_not_ready);
        later.rdt_exponent = 10;
        later.request_code = asked.request[1];
        later.token = 1;
        later.rdtm = 2;
        Bytes inner = wire::encode_raw(later, trial.lab().seen().request_context());
        Exchange exchange = TRY(deliver(trial, asked, asked.request_id, inner));
        // To refuse it is another way to end the flow.
        Allowed allowed{.errors = {ErrorCode::invalid_response_code}, .answer = true};
        if (exchange.answered() && !exchange.error()) allowed.errors.clear();
        TRY(expect_there(trial, asked, exchange, allowed, "SPDM-ENC-006"));
        if (exchange.error()) return expect_flow_over(trial, asked, "SPDM-ENC-006");
        auto ack =
            TRY(wire::decode<wire::EncapsulatedResponseAck>(*exchange.response, exchange.response_context));
        TRY(trial.expect_that(ack.payload_type == 0, "SPDM-ENC-006", "payload type 0",
                              fmt::format("{}", ack.payload_type), "PayloadType"));
        return expect_flow_over(trial, asked, "SPDM-ENC-006");
    });
}

// A response to something else, an ERROR, and no response at all.
Judgement other_response(Trial& trial) {
    for (int kind = 0; kind < 3; ++kind) {
        TRY(refused_delivery(trial, unacceptable(), "SPDM-ENC-007",
                             [kind](Trial& on, const Asked& asked) -> std::optional<Bytes> {
                                 Bytes inner = on.lab().answer_encapsulated(asked.request);
                                 if (kind == 0) inner[1] ^= 0x02;
                                 if (kind == 1) inner[1] |= 0x80;
                                 if (kind == 2) {
                                     inner = header(on.version(), code::error,
                                                    static_cast<uint8_t>(ErrorCode::unspecified));
                                 }
                                 return inner;
                             }));
    }
    return {};
}

// DIGESTS with fewer digests than its mask says; KEY_UPDATE_ACK that acknowledges something else.
Judgement malformed(Trial& trial) {
    for (int kind = 0; kind < 3; ++kind) {
        TRY(refused_delivery(trial, unacceptable(), "SPDM-ENC-007",
                             [kind](Trial& on, const Asked& asked) -> std::optional<Bytes> {
                                 Bytes inner = on.lab().answer_encapsulated(asked.request);
                                 bool digests = asked.request[1] == code::get_digests;
                                 if (!digests && kind == 2) return std::nullopt;
                                 if (digests && kind == 0) inner.resize(4);
                                 if (digests && kind == 1) inner[3] = 0xff;
                                 // By more than a transport's padding makes up for.
                                 if (digests && kind == 2) inner.resize(inner.size() - 4);
                                 if (!digests) inner[kind == 0 ? 2 : 3] ^= 0x04;
                                 return inner;
                             }));
    }
    return {};
}

Judgement inner_version(Trial& trial) {
    for (uint8_t change : Bytes{0x07, 0x30}) {
        Allowed allowed = unacceptable();
        allowed.errors.push_back(ErrorCode::version_mismatch);
        TRY(refused_delivery(trial, allowed, "SPDM-ENC-008",
                             [change](Trial& on, const Asked& asked) -> std::optional<Bytes> {
                                 Bytes inner = on.lab().answer_encapsulated(asked.request);
                                 inner[0] ^= change;
                                 return inner;
                             }));
    }
    return {};
}

Judgement nested(Trial& trial) {
    for (uint8_t inner_code : {code::get_encapsulated_request, code::encapsulated_request,
                               code::deliver_encapsulated_response, code::encapsulated_response_ack}) {
        TRY(refused_delivery(trial, unacceptable(), "SPDM-ENC-015",
                             [inner_code](Trial& on, const Asked&) -> std::optional<Bytes> {
                                 Bytes inner = header(on.version(), inner_code);
                                 return concat({inner, header(on.version(), code::digests)});
                             }));
    }
    return {};
}

// From outside, or from another session, nobody takes part in a flow; afterwards it is where it was.
Judgement other_place(Trial& trial) {
    bool any = false;
    TRY(each_flow(trial, [&](const Asked& asked) -> Judgement {
        lab::Lab& lab = trial.lab();
        if (asked.flow == Flow::basic) return {};
        any = true;
        Asked elsewhere = asked;
        elsewhere.place.reset();
        if (asked.other) elsewhere.place = asked.other;
        Allowed allowed = nothing_pending(trial);
        allowed.errors.insert(allowed.errors.end(),
                              {ErrorCode::request_in_flight, ErrorCode::invalid_request});
        allowed.equal = true;
        Bytes inner = lab.answer_encapsulated(asked.request);
        TRY(expect_there(trial, elsewhere, TRY(poll(trial, elsewhere)), allowed, "SPDM-ENC-013"));
        TRY(expect_there(trial, elsewhere, TRY(deliver(trial, elsewhere, asked.request_id, inner)), allowed,
                         "SPDM-ENC-013"));
        Exchange next = TRY(deliver(trial, asked, asked.request_id, inner));
        return expect_there(trial, asked, next, {.errors = {}, .answer = true}, "SPDM-ENC-013");
    }));
    if (!any) return Trial::not_applicable("the device asks for nothing inside a session");
    return {};
}

// GET_VERSION ends a flow: the next connection knows nothing of it.
Judgement get_version(Trial& trial) {
    return each_flow(trial, [&](const Asked&) -> Judgement {
        lab::Lab& lab = trial.lab();
        TRY(lab.negotiate_again(trial.version(), lab::session_offer(lab::kMutualFlags)));
        Allowed allowed{.errors = {}, .answer = true};
        if (!trial.claims().has(cap::cert)) allowed = refused(ErrorCode::unsupported_request);
        TRY(trial.expect(TRY(lab.send(probe(trial))), allowed, "SPDM-VER-011"));
        Asked nowhere;
        return trial.expect(TRY(poll(trial, nowhere)), nothing_pending(trial), "SPDM-VER-011");
    });
}

}  // namespace

void add_encapsulated(CaseList& cases) {
    auto add = [&](Case one, uint32_t flags = cap::encap) {
        cases.push_back(since(v1_1, needs(flags, std::move(one))));
    };
    add(negative("enc/nothing-pending", "GET_ENCAPSULATED_REQUEST is refused while there is nothing to ask",
                 {"SPDM-ENC-001"}, without_flow));
    add(negative("enc/nothing-to-deliver", "So is DELIVER_ENCAPSULATED_RESPONSE", {"SPDM-ENC-003"},
                 deliver_without_flow));
    add(negative("enc/without-capability", "Encapsulated requests need ENCAP_CAP on both sides",
                 {"SPDM-ENC-002"}, without_capability),
        0);
    cases.push_back(since(v1_2, until(v1_2, negative("enc/capability-at-1-2", "At 1.2 MUT_AUTH_CAP is enough",
                                                     {"SPDM-ENC-016", "SPDM-CAP-035"}, capability_at_1_2))));
    add(negative("enc/request-id", "A response has the RequestID of its request", {"SPDM-ENC-003"},
                 request_id));
    add(negative("enc/short", "What is no message is InvalidRequest", {"SPDM-ENC-004", "SPDM-ENC-017"},
                 short_response));
    add(negative("enc/in-flight", "Other requests are RequestInFlight until the flow is over",
                 {"SPDM-ENC-005"}, in_flight));
    add(negative("enc/not-ready", "ResponseNotReady ends a flow", {"SPDM-ENC-006"}, not_ready));
    add(negative("enc/other-response", "A response to something else is InvalidResponseCode",
                 {"SPDM-ENC-007"}, other_response));
    add(negative("enc/malformed", "So is a malformed one", {"SPDM-ENC-007"}, malformed));
    add(negative("enc/inner-version", "So is one of another version", {"SPDM-ENC-008"}, inner_version));
    add(negative("enc/nested", "No message about encapsulation is taken for a response", {"SPDM-ENC-015"},
                 nested));
    add(negative("enc/other-place", "A flow stays in its session", {"SPDM-ENC-013"}, other_place));
    add(negative("enc/get-version", "GET_VERSION ends a flow", {"SPDM-VER-011"}, get_version));
}

}  // namespace assay::cases
