// Cases for every message: header, version, unknown codes, padding.
#include <fmt/format.h>

#include "conformance/cases/responder/support.h"
#include "stack/spdm/legality.h"
#include "stack/wire/annotate.h"
#include "stack/wire/messages/certificate.h"
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
        Allowed allowed = refused(ErrorCode::unsupported_request);
        // Its response would have the code 0, so that some take it for no request
        // (vectors/disputes.json, DISPUTE-CODE-80).
        if (unknown == 0x80) {
            allowed.errors.push_back(ErrorCode::invalid_request);
            allowed.silence = true;
        }
        TRY(trial.expect(exchange, allowed, "SPDM-HDR-004"));
        if (exchange.error() != ErrorCode::unsupported_request) continue;
        uint8_t data = (*exchange.response)[3];
        TRY(trial.expect_that(data == unknown, "SPDM-HDR-004", fmt::format("ErrorData 0x{:02x}", unknown),
                              fmt::format("0x{:02x}", data), "ErrorData"));
    }
    return {};
}

// A good request where this program makes it, else a header: then its size may be looked at first.
Result<Bytes> request_with(Trial& trial, uint8_t request_code) {
    lab::Lab& lab = trial.lab();
    switch (request_code) {
        case code::get_certificate:
            return lab.encode(wire::GetCertificate{.slot_id = 0, .offset = 0, .length = 16});
        case code::challenge: return lab.encode(lab.challenge());
        case code::get_measurements: return lab.encode(lab.get_measurements(wire::kMeasurementCount, false));
        default: return header(trial.version(), request_code);
    }
}

// Requests whose capability one of the two sides has not claimed.
Judgement absent_capabilities(Trial& trial) {
    TRY(negotiate(trial));
    const spdm::Parameters& p = trial.lab().seen().parameters();
    for (const spdm::Legality& row : spdm::legality_table()) {
        bool device_lacks = !row.responder_can(p);
        if (row.since > trial.version() || (!device_lacks && row.requester_can(p))) continue;
        Bytes request = TRY(request_with(trial, row.code));
        std::vector<ErrorCode> also = {ErrorCode::unexpected_request};
        also.push_back(trial.at_least(v1_2) ? ErrorCode::session_required : ErrorCode::unspecified);
        // The request is cut, or it is only we who cannot: other refusals are as right.
        if (!device_lacks || request.size() == 4) also.push_back(ErrorCode::invalid_request);
        Exchange exchange = TRY(trial.lab().send(request));
        TRY(trial.expect(exchange, refused(ErrorCode::unsupported_request, also), "SPDM-HDR-104"));
        if (exchange.error() != ErrorCode::unsupported_request) continue;
        uint8_t data = (*exchange.response)[3];
        TRY(trial.expect_that(data == row.code, "SPDM-HDR-104", fmt::format("ErrorData 0x{:02x}", row.code),
                              fmt::format("0x{:02x}", data), "ErrorData"));
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
        bool capable = row.responder_can(p) && row.requester_can(p);
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
        allowed.silence = allowed.equal = true;
        TRY(trial.expect(TRY(trial.lab().send(header(trial.version(), response), lab::Wait::silence)),
                         allowed, "SPDM-HDR-005"));
    }
    return {};
}

Judgement short_messages(Trial& trial) {
    TRY(negotiate(trial));
    Bytes request = header(trial.version(), code::get_digests);
    for (size_t size : {0U, 1U, 2U, 3U}) {
        if (trial.lab().arriving(size) >= request.size()) break;
        Exchange exchange = TRY(trial.lab().send_once(ByteView(request).first(size), lab::Wait::silence));
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
        TRY(trial.expect(TRY(trial.lab().send(request)), answer_despite_padding(trial), "SPDM-HDR-012"));
        request = padded(TRY(trial.lab().encode(trial.lab().challenge())), padding);
        Exchange exchange = TRY(trial.lab().send(request));
        TRY(trial.expect(exchange, answer_despite_padding(trial), "SPDM-HDR-012"));
        if (!exchange.error()) TRY(trial.expect_signature(exchange, "SPDM-HDR-012"));
    }
    return {};
}

// Requests of every kind of mistake, each with the code it names. Not all of them are mistakes to every
// device.
Result<std::vector<Bytes>> mistakes(Trial& trial) {
    lab::Lab& lab = trial.lab();
    Version version = trial.version();
    uint8_t other = static_cast<uint8_t>(wire::byte(version) + 1);
    std::vector<Bytes> list = {header(version, 0xdf),
                               Bytes{other, code::get_digests, 0, 0},
                               header(version, code::negotiate_algorithms),
                               header(version, code::get_capabilities),
                               header(version, code::get_certificate),
                               header(version, code::respond_if_ready, code::get_digests, 0x5a),
                               header(version, code::key_exchange),
                               header(version, code::challenge, 8)};
    if (trial.claims().has(cap::chal)) list.push_back(TRY(lab.encode(lab.challenge(8))));
    if (trial.claims().has(cap::meas)) {
        uint8_t absent = trial.claims().absent_index();
        list.push_back(TRY(lab.encode(lab.get_measurements(absent, false))));
    }
    return list;
}

// Whatever an ERROR says, its code is one of the table, and its ErrorData means something.
Judgement error_form(Trial& trial) {
    TRY(negotiate(trial));
    for (const Bytes& request : TRY(mistakes(trial))) (void)TRY(trial.lab().send(request));
    const std::vector<Exchange>& all = trial.lab().exchanges();
    for (const Exchange& exchange : all) {
        if (!exchange.error()) continue;
        uint8_t error = (*exchange.response)[2];
        TRY(trial.expect_that(wire::error_since(error).has_value(), "SPDM-HDR-114",
                              "an error code of the table", fmt::format("0x{:02x}", error), "ErrorCode"));
    }
    for (const Exchange& exchange : all) {
        if (!exchange.error()) continue;
        bool meant = exchange.error() == ErrorCode::unsupported_request ||
                     exchange.error() == ErrorCode::reset_required ||
                     exchange.error() == ErrorCode::vendor_defined;
        uint8_t data = (*exchange.response)[3];
        TRY(trial.expect_that(meant || data == 0, "SPDM-HDR-113",
                              lab::describe(exchange) + " with ErrorData 0", fmt::format("0x{:02x}", data),
                              "ErrorData"));
    }
    return {};
}

// After all of them the connection is what it was: the same digests, and a signature over the same messages.
Judgement refusals_are_harmless(Trial& trial) {
    lab::Lab& lab = trial.lab();
    TRY(negotiate_with_chain(trial));
    for (const Bytes& request : TRY(mistakes(trial))) {
        // Where the same GET_CAPABILITIES may be a retry it is no mistake.
        if (request[1] == code::get_capabilities) continue;
        Exchange exchange = TRY(lab.send(request));
        TRY(trial.expect_that(!exchange.answered(), "SPDM-HDR-103", "a refusal", lab::describe(exchange)));
    }
    TRY(trial.expect_answer(TRY(lab.send(wire::GetDigests{})), "SPDM-HDR-103"));
    TRY(trial.expect_that(lab.seen().digests() == trial.claims().digests, "SPDM-HDR-103",
                          "the digests of the sane exchange", "other ones", "Digest"));
    return trial.expect_signature(TRY(lab.send(lab.challenge())), "SPDM-HDR-103");
}

uint32_t little_endian(ByteView bytes) {
    uint32_t value = 0;
    for (size_t i = bytes.size(); i-- > 0;) value = value << 8 | bytes[i];
    return value;
}

// Numbers whose value is known otherwise, at the offsets that packed fields give them.
Judgement integers(Trial& trial) {
    lab::Lab& lab = trial.lab();
    TRY(negotiate(trial));
    auto number = [&](ByteView response, size_t offset, size_t width, size_t value, std::string_view field) {
        bool there = response.size() >= offset + width;
        uint32_t got = there ? little_endian(response.subspan(offset, width)) : 0;
        return trial.expect_that(there && got == value, "SPDM-HDR-015",
                                 fmt::format("{} at offset {}, least significant byte first", value, offset),
                                 fmt::format("{}", got), field);
    };
    Bytes version = last_answer(trial, code::get_version);
    for (size_t at = 6; at + 1 < version.size() && at < 6 + 2U * version[5]; at += 2) {
        TRY(trial.expect_that(version[at + 1] >> 4 == 1, "SPDM-HDR-015",
                              "the major version in the second byte",
                              fmt::format("0x{:02x}", version[at + 1]), "VersionNumberEntry"));
    }
    Bytes algorithms = last_answer(trial, code::negotiate_algorithms);
    size_t used = wire::annotate(algorithms, lab.seen().request_context()).used;
    TRY(number(algorithms, 4, 2, used, "Length"));
    if (trial.claims().has(cap::cert)) {
        Exchange exchange = TRY(lab.send(wire::GetCertificate{.slot_id = 0, .offset = 0, .length = 0x0140}));
        TRY(trial.expect_answer(exchange, "SPDM-HDR-015"));
        used = wire::annotate(*exchange.response, exchange.response_context).used;
        TRY(number(*exchange.response, 4, 2, used - 8, "PortionLength"));
        size_t left = little_endian(ByteView(*exchange.response).subspan(6, 2));
        TRY(number(*exchange.response, 8, 2, used - 8 + left, "CertChain"));
    }
    if (trial.claims().measurements.empty()) return {};
    Exchange exchange = TRY(lab.send(lab.get_measurements(trial.claims().measurements.front(), false)));
    TRY(trial.expect_answer(exchange, "SPDM-HDR-015"));
    size_t record = little_endian(ByteView(*exchange.response).subspan(5, 3));
    TRY(number(*exchange.response, 10, 2, record - 4, "MeasurementSize"));
    return number(*exchange.response, 13, 2, record - 7, "DMTFSpecMeasurementValueSize");
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
    cases.push_back(negative(
        "hdr/absent-capability", "A request without its capability is UnsupportedRequest",
        {"SPDM-HDR-104", "SPDM-DIG-002", "SPDM-CHL-020", "SPDM-MEA-003", "SPDM-CRT-031", "SPDM-HDR-014"},
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
    cases.push_back(negative("hdr/error-form",
                             "An ERROR has a code of the table, and ErrorData only with a meaning",
                             {"SPDM-HDR-114", "SPDM-HDR-113"}, error_form));
    cases.push_back(needs(cap::cert | cap::chal, negative("hdr/refusals-are-harmless",
                                                          "Refused requests leave the connection as it was",
                                                          {"SPDM-HDR-103"}, refusals_are_harmless)));
    cases.push_back(positive("hdr/integers", "Integers are little-endian, and fields are packed",
                             {"SPDM-HDR-015"}, integers));
}

}  // namespace assay::cases
