// Cases for every message: header, version, unknown codes, padding.
#include <fmt/format.h>

#include "conformance/cases/responder/support.h"
#include "stack/spdm/legality.h"
#include "stack/wire/messages/digests.h"

namespace assay::cases {

namespace {

Judgement other_versions(Trial& trial) {
    uint8_t own = wire::byte(trial.version());
    for (int other : {own + 1, own - 1, 0x00, 0xff, 0x20}) {
        TRY(negotiate(trial));
        Bytes request = header(trial.version(), code::get_digests);
        request[0] = static_cast<uint8_t>(other);
        TRY(trial.expect(TRY(trial.lab().send(request)), refused(ErrorCode::version_mismatch),
                         "SPDM-HDR-001"));
    }
    return {};
}

// Codes that no version has, and those that only a later version has.
Judgement unknown_codes(Trial& trial) {
    std::vector<uint8_t> codes = {0x80, 0xc0, 0xdf, 0xf9};
    for (const spdm::Legality& row : spdm::legality_table()) {
        if (row.since > trial.version()) codes.push_back(row.code);
    }
    TRY(negotiate(trial));
    for (uint8_t unknown : codes) {
        Exchange exchange = TRY(trial.lab().send(header(trial.version(), unknown)));
        TRY(trial.expect(exchange, refused(ErrorCode::unsupported_request), "SPDM-HDR-004"));
        uint8_t data = (*exchange.response)[3];
        TRY(trial.expect_that(data == unknown, "SPDM-HDR-004", fmt::format("ErrorData 0x{:02x}", unknown),
                              fmt::format("0x{:02x}", data), "ErrorData"));
    }
    return {};
}

// Requests whose capability neither side has claimed.
Judgement absent_capabilities(Trial& trial) {
    TRY(negotiate(trial));
    const spdm::Parameters& p = trial.lab().seen().parameters();
    for (const spdm::Legality& row : spdm::legality_table()) {
        bool lacking = (row.responder_flags != 0 && (p.responder_flags & row.responder_flags) == 0) ||
                       (row.requester_flags != 0 && (p.requester_flags & row.requester_flags) == 0);
        if (row.since > trial.version() || !lacking) continue;
        Exchange exchange = TRY(trial.lab().send(header(trial.version(), row.code)));
        // Where the device has the capability and only we do not, other refusals are as right.
        bool device_has = row.responder_flags == 0 || (p.responder_flags & row.responder_flags) != 0;
        std::vector<ErrorCode> also = {ErrorCode::unexpected_request, ErrorCode::session_required};
        if (device_has) also.push_back(ErrorCode::invalid_request);
        if (trial.version() < v1_2) also.back() = ErrorCode::unspecified;
        TRY(trial.expect(exchange, refused(ErrorCode::unsupported_request, also), "SPDM-HDR-104"));
    }
    return {};
}

// Session-only requests whose capability is there.
Judgement session_requests(Trial& trial) {
    // What makes these requests known to a device: sessions on both sides.
    lab::Offer offer;
    offer.flags = cap::key_ex | cap::mac | cap::encrypt | cap::hbeat | cap::key_upd | cap::event;
    TRY(trial.lab().negotiated(trial.version(), offer));
    const spdm::Parameters& p = trial.lab().seen().parameters();
    bool any = false;
    for (const spdm::Legality& row : spdm::legality_table()) {
        bool outside = (row.places & static_cast<uint8_t>(spdm::Place::outside)) != 0;
        bool capable = (row.responder_flags == 0 || (p.responder_flags & row.responder_flags) != 0) &&
                       (row.requester_flags == 0 || (p.requester_flags & row.requester_flags) != 0);
        if (outside || !capable || row.since > trial.version()) continue;
        any = true;
        Exchange exchange = TRY(trial.lab().send(header(trial.version(), row.code)));
        bool named = trial.at_least(v1_2);
        TRY(trial.expect(exchange,
                         refused(named ? ErrorCode::session_required : ErrorCode::unspecified,
                                 {ErrorCode::unexpected_request, ErrorCode::unsupported_request,
                                  ErrorCode::invalid_request}),
                         "SPDM-SES-001"));
    }
    if (!any) return Trial::not_applicable("the device claims no request that needs a session");
    return {};
}

Judgement response_codes(Trial& trial) {
    TRY(negotiate(trial));
    for (uint8_t response : {code::digests, code::version, code::error}) {
        Allowed allowed = refused(ErrorCode::unsupported_request,
                                  {ErrorCode::invalid_request, ErrorCode::unexpected_request});
        allowed.silence = true;
        TRY(trial.expect(TRY(trial.lab().send(header(trial.version(), response))), allowed, "SPDM-HDR-005"));
    }
    return {};
}

Judgement short_messages(Trial& trial) {
    TRY(negotiate(trial));
    Bytes request = header(trial.version(), code::get_digests);
    for (size_t size : {0U, 1U, 2U, 3U}) {
        if (trial.lab().arriving(size) >= request.size()) break;
        Exchange exchange = TRY(trial.lab().send_once(ByteView(request).first(size)));
        TRY(trial.expect(exchange, Allowed{.errors = {}, .silence = true}, "SPDM-HDR-006"));
    }
    return {};
}

Judgement early_error_version(Trial& trial) {
    TRY(trial.lab().after_version());
    Exchange exchange = TRY(trial.lab().send(header(v1_0, code::get_digests)));
    TRY(trial.expect(
        exchange,
        refused(ErrorCode::unexpected_request, {ErrorCode::unsupported_request, ErrorCode::version_mismatch}),
        "SPDM-HDR-010"));
    uint8_t version = (*exchange.response)[0];
    return trial.expect_that(version == 0x10, "SPDM-HDR-010", "SPDMVersion 0x10",
                             fmt::format("0x{:02x}", version), "SPDMVersion");
}

// Reserved bytes are ignored, and are signed as they were sent.
Judgement reserved_is_signed(Trial& trial) {
    TRY(negotiate_with_chain(trial));
    Exchange digests = TRY(trial.lab().send(header(trial.version(), code::get_digests, 0xa5, 0x5a)));
    TRY(trial.expect_answer(digests, "SPDM-HDR-009"));
    return trial.expect_signature(TRY(trial.lab().send(trial.lab().challenge())), "SPDM-HDR-009");
}

// What a transport adds is no part of the message and of no transcript.
Judgement padding_is_not_signed(Trial& trial) {
    TRY(negotiate_with_chain(trial));
    for (size_t padding : {1U, 3U}) {
        Bytes request = header(trial.version(), code::get_digests);
        request.resize(request.size() + padding);
        TRY(trial.expect_answer(TRY(trial.lab().send(request)), "SPDM-HDR-012"));
        request = TRY(trial.lab().encode(trial.lab().challenge()));
        request.resize(request.size() + padding);
        TRY(trial.expect_signature(TRY(trial.lab().send(request)), "SPDM-HDR-012"));
    }
    return {};
}

}  // namespace

void add_header(CaseList& cases) {
    cases.push_back(needs(
        cap::cert,
        negative("hdr/other-version", "A request with another version than the negotiated one is refused",
                 {"SPDM-HDR-001", "SPDM-HDR-002", "SPDM-HDR-003"}, other_versions)));
    cases.push_back(negative("hdr/unknown-code",
                             "A code that is unknown at this version is UnsupportedRequest, with the code",
                             {"SPDM-HDR-004", "SPDM-HDR-013", "SPDM-HDR-014"}, unknown_codes));
    cases.push_back(negative("hdr/absent-capability",
                             "A request without its capability is UnsupportedRequest",
                             {"SPDM-HDR-104", "SPDM-DIG-002", "SPDM-CHL-020", "SPDM-MEA-003", "SPDM-HDR-014"},
                             absent_capabilities));
    cases.push_back(since(
        v1_1, negative("hdr/session-request-outside", "A request for sessions only is refused outside of one",
                       {"SPDM-SES-001"}, session_requests)));
    cases.push_back(negative("hdr/response-code",
                             "A response sent to a responder is not answered as a request",
                             {"SPDM-HDR-005", "SPDM-HDR-011"}, response_codes));
    cases.push_back(negative("hdr/shorter-than-header", "A message of less than four bytes is dropped",
                             {"SPDM-HDR-006"}, short_messages));
    cases.push_back(negative("hdr/early-error-version", "An ERROR before any negotiation carries version 1.0",
                             {"SPDM-HDR-010"}, early_error_version));
    cases.push_back(
        needs(cap::cert | cap::chal,
              positive("hdr/reserved-is-signed", "Reserved bytes are ignored, and signed as they were sent",
                       {"SPDM-HDR-008", "SPDM-HDR-009"}, reserved_is_signed)));
    cases.push_back(
        needs(cap::cert | cap::chal,
              positive("hdr/padding-is-not-signed", "Bytes behind a message are no part of its transcript",
                       {"SPDM-HDR-012"}, padding_is_not_signed)));
}

}  // namespace assay::cases
