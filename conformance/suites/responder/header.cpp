// Cases for every message: header, version, unknown codes, padding.
#include <fmt/format.h>

#include "conformance/suites/responder/support.h"
#include "stack/spdm/legality.h"
#include "stack/wire/annotate.h"
#include "stack/wire/header.h"
#include "stack/wire/messages/certificate.h"
#include "stack/wire/messages/digests.h"

namespace assay::cases {

namespace {

// A good request where this program makes it, else a header: then its size may be looked at first.
Result<Bytes> request_with(CaseContext& test, wire::Code request_code) {
    lab::Lab& lab = test.lab();
    switch (request_code) {
        case code::get_certificate:
            return lab.encode(wire::GetCertificate{.slot_id = 0, .offset = 0, .length = 16});
        case code::challenge: return lab.encode(lab.challenge());
        case code::get_measurements: return lab.encode(lab.get_measurements(wire::kMeasurementCount, false));
        default: return header(test.version(), request_code);
    }
}

// The rule for one request without its capability, where it has one of its own.
std::string_view rule_without_capability(wire::Code request_code) {
    switch (request_code) {
        case code::get_certificate: return "SPDM-CRT-031";
        case code::challenge: return "SPDM-CHL-020";
        case code::get_measurements: return "SPDM-MEA-003";
        default: return "SPDM-HDR-104";
    }
}

// Requests of every kind of mistake, each with the code it names. Not all of them are mistakes to every
// device.
Result<std::vector<Bytes>> mistakes(CaseContext& test) {
    lab::Lab& lab = test.lab();
    Version version = test.version();
    uint8_t other = static_cast<uint8_t>(wire::byte(version) + 1);
    std::vector<Bytes> list = {header(version, wire::Code{0xdf}),
                               Bytes{other, byte(code::get_digests), 0, 0},
                               header(version, code::negotiate_algorithms),
                               header(version, code::get_capabilities),
                               header(version, code::get_certificate),
                               header(version, code::respond_if_ready, byte(code::get_digests), 0x5a),
                               header(version, code::key_exchange),
                               header(version, code::challenge, 8)};
    if (test.claims().has(cap::chal)) list.push_back(TRY(lab.encode(lab.challenge(8))));
    if (test.claims().has(cap::meas)) {
        uint8_t absent = test.claims().absent_index();
        list.push_back(TRY(lab.encode(lab.get_measurements(absent, false))));
    }
    return list;
}

uint32_t little_endian(ByteView bytes) {
    uint32_t value = 0;
    for (size_t i = bytes.size(); i-- > 0;) value = value << 8 | bytes[i];
    return value;
}

const Case kCases[] = {
    {
        .id = "hdr/other-version",
        .title = "A request with another version than the negotiated one is refused",
        .requirements = {"SPDM-HDR-001", "SPDM-HDR-002", "SPDM-HDR-003"},
        .needs = cap::cert,
        .negative = true,
        .run = [](CaseContext& test) -> CheckResult {
            uint8_t own = wire::byte(test.version());
            for (int other : {own + 1, own - 1, 0x00, 0xff, 0x20}) {
                TRY(negotiate(test));
                Bytes request = header(test.version(), code::get_digests);
                request[wire::kVersionAt] = static_cast<uint8_t>(other);
                TRY(test.expect(TRY(test.lab().send(request)), refused(ErrorCode::version_mismatch),
                                {"SPDM-HDR-001", "SPDM-HDR-003"}));
            }
            return {};
        },
    },
    // Codes that no version has, and those that only a later version has.
    {
        .id = "hdr/unknown-code",
        .title = "A code that is unknown at this version is UnsupportedRequest, with the code",
        .requirements = {"SPDM-HDR-004", "SPDM-HDR-013", "SPDM-HDR-014"},
        .negative = true,
        .run = [](CaseContext& test) -> CheckResult {
            std::vector<wire::Code> codes = {wire::Code{0x80}, wire::Code{0xc0}, wire::Code{0xdf},
                                             wire::Code{0xf9}};
            for (const wire::RequestInfo& row : wire::requests()) {
                if (row.since > test.version()) codes.push_back(row.code);
            }
            TRY(negotiate(test));
            for (wire::Code unknown : codes) {
                Exchange exchange = TRY(test.lab().send(header(test.version(), unknown)));
                Allowed allowed = refused(ErrorCode::unsupported_request);
                // Its response would have the code 0, so that some take it for no request
                // (vectors/disputes.json, DISPUTE-CODE-80).
                if (unknown == wire::Code{0x80}) {
                    allowed.errors.push_back(ErrorCode::invalid_request);
                    allowed.silence = true;
                }
                TRY(test.expect(exchange, allowed, "SPDM-HDR-004"));
                if (exchange.error() != ErrorCode::unsupported_request) continue;
                uint8_t data = wire::param2(*exchange.response);
                TRY(test.expect_that(data == byte(unknown), "SPDM-HDR-004",
                                     fmt::format("ErrorData 0x{:02x}", byte(unknown)),
                                     fmt::format("0x{:02x}", data), "ErrorData"));
            }
            return {};
        },
    },
    // Requests whose capability one of the two sides has not claimed.
    {
        .id = "hdr/absent-capability",
        .title = "A request without its capability is UnsupportedRequest",
        .requirements = {"SPDM-HDR-104", "SPDM-DIG-002", "SPDM-CHL-020", "SPDM-MEA-003", "SPDM-CRT-031",
                         "SPDM-HDR-014"},
        .negative = true,
        .run = [](CaseContext& test) -> CheckResult {
            TRY(negotiate(test));
            const spdm::Parameters& p = test.lab().seen().parameters();
            for (const wire::RequestInfo& row : wire::requests()) {
                bool device_lacks = !spdm::responder_can(row, p);
                if (row.since > test.version() || (!device_lacks && spdm::requester_can(row, p))) continue;
                Bytes request = TRY(request_with(test, row.code));
                std::vector<ErrorCode> also = {ErrorCode::unexpected_request};
                also.push_back(test.at_least(v1_2) ? ErrorCode::session_required : ErrorCode::unspecified);
                // The request is cut, or it is only we who cannot: other refusals are as right.
                if (!device_lacks || request.size() == 4) also.push_back(ErrorCode::invalid_request);
                std::string_view own = rule_without_capability(row.code);
                Exchange exchange = TRY(test.lab().send(request));
                TRY(test.expect(exchange, refused(ErrorCode::unsupported_request, also),
                                {"SPDM-HDR-104", "SPDM-DIG-002", own}));
                if (exchange.error() != ErrorCode::unsupported_request) continue;
                uint8_t data = wire::param2(*exchange.response);
                TRY(test.expect_that(data == byte(row.code), {"SPDM-HDR-104", "SPDM-DIG-002", own},
                                     fmt::format("ErrorData 0x{:02x}", byte(row.code)),
                                     fmt::format("0x{:02x}", data), "ErrorData"));
            }
            return {};
        },
    },
    // Session-only requests whose capability is there.
    {
        .id = "hdr/session-request-outside",
        .title = "A request for sessions only is refused outside of one",
        .requirements = {"SPDM-SES-001"},
        .since = v1_1,
        .negative = true,
        .run = [](CaseContext& test) -> CheckResult {
            // What makes these requests known to a device: sessions on both sides.
            lab::Offer offer;
            offer.flags = cap::key_ex | cap::mac | cap::encrypt | cap::hbeat | cap::key_upd | cap::event;
            TRY(test.lab().negotiated(test.version(), offer));
            const spdm::Parameters& p = test.lab().seen().parameters();
            bool any = false;
            for (const wire::RequestInfo& row : wire::requests()) {
                bool outside = (row.legal.scopes & static_cast<uint8_t>(wire::SessionScope::outside)) != 0;
                bool capable = spdm::responder_can(row, p) && spdm::requester_can(row, p);
                if (outside || !capable || row.since > test.version()) continue;
                any = true;
                Exchange exchange = TRY(test.lab().send(header(test.version(), row.code)));
                bool named = test.at_least(v1_2);
                TRY(test.expect(exchange,
                                refused(named ? ErrorCode::session_required : ErrorCode::unspecified,
                                        {ErrorCode::unexpected_request, ErrorCode::unsupported_request,
                                         ErrorCode::invalid_request}),
                                "SPDM-SES-001"));
            }
            if (!any) return CaseContext::not_applicable("the device claims no request that needs a session");
            return {};
        },
    },
    {
        .id = "hdr/response-code",
        .title = "A response sent to a responder is not answered as a request",
        .requirements = {"SPDM-HDR-005", "SPDM-HDR-011"},
        .negative = true,
        .run = [](CaseContext& test) -> CheckResult {
            TRY(negotiate(test));
            for (wire::Code response : {code::digests, code::version, code::error}) {
                std::string_view own = response == code::error ? "SPDM-HDR-011" : "SPDM-HDR-005";
                Allowed allowed = refused(ErrorCode::unsupported_request,
                                          {ErrorCode::invalid_request, ErrorCode::unexpected_request});
                allowed.silence = allowed.equal = true;
                TRY(test.expect(TRY(test.lab().send(header(test.version(), response), lab::Wait::silence)),
                                allowed, {"SPDM-HDR-005", own}));
            }
            return {};
        },
    },
    {
        .id = "hdr/shorter-than-header",
        .title = "A message of less than four bytes is dropped",
        .requirements = {"SPDM-HDR-006"},
        .negative = true,
        .waits = true,
        .run = [](CaseContext& test) -> CheckResult {
            TRY(negotiate(test));
            Bytes request = header(test.version(), code::get_digests);
            for (size_t size : {0U, 1U, 2U, 3U}) {
                if (test.lab().arriving(size) >= request.size()) break;
                Exchange exchange =
                    TRY(test.lab().send_once(ByteView(request).first(size), lab::Wait::silence));
                TRY(test.expect(exchange, Allowed{.errors = {}, .silence = true}, "SPDM-HDR-006"));
            }
            return {};
        },
    },
    {
        .id = "hdr/early-error-version",
        .title = "An ERROR before any negotiation carries version 1.0",
        .requirements = {"SPDM-HDR-010"},
        .negative = true,
        .run = [](CaseContext& test) -> CheckResult {
            TRY(test.lab().after_version());
            Exchange exchange = TRY(test.lab().send(header(v1_0, code::get_digests)));
            TRY(test.expect(exchange,
                            refused(ErrorCode::unexpected_request,
                                    {ErrorCode::unsupported_request, ErrorCode::version_mismatch}),
                            "SPDM-HDR-010"));
            uint8_t version = wire::version_byte(*exchange.response);
            return test.expect_that(version == 0x10, "SPDM-HDR-010", "SPDMVersion 0x10",
                                    fmt::format("0x{:02x}", version), "SPDMVersion");
        },
    },
    // Reserved bytes are ignored, and are signed as they were sent.
    {
        .id = "hdr/reserved-is-signed",
        .title = "Reserved bytes are ignored, and signed as they were sent",
        .requirements = {"SPDM-HDR-009"},
        .needs = cap::cert | cap::chal,
        .run = [](CaseContext& test) -> CheckResult {
            TRY(negotiate_with_chain(test));
            Exchange digests = TRY(test.lab().send(header(test.version(), code::get_digests, 0xa5, 0x5a)));
            TRY(test.expect_answer(digests, "SPDM-HDR-009"));
            return test.expect_signature(TRY(test.lab().send(test.lab().challenge())), "SPDM-HDR-009");
        },
    },
    // What a transport adds is no part of the message and of no transcript.
    {
        .id = "hdr/padding-is-not-signed",
        .title = "Bytes behind a message are no part of its transcript",
        .requirements = {"SPDM-HDR-012"},
        .needs = cap::cert | cap::chal,
        .run = [](CaseContext& test) -> CheckResult {
            TRY(negotiate_with_chain(test));
            for (size_t padding : {1U, 3U}) {
                Bytes request = header(test.version(), code::get_digests);
                request.resize(request.size() + padding);
                TRY(test.expect(TRY(test.lab().send(request)), answer_despite_padding(test), "SPDM-HDR-012"));
                request = padded(TRY(test.lab().encode(test.lab().challenge())), padding);
                Exchange exchange = TRY(test.lab().send(request));
                TRY(test.expect(exchange, answer_despite_padding(test), "SPDM-HDR-012"));
                if (!exchange.error()) TRY(test.expect_signature(exchange, "SPDM-HDR-012"));
            }
            return {};
        },
    },
    // Whatever an ERROR says, its code is one of the table, and its ErrorData means something.
    {
        .id = "hdr/error-form",
        .title = "An ERROR has a code of the table, and ErrorData only with a meaning",
        .requirements = {"SPDM-HDR-114", "SPDM-HDR-113"},
        .negative = true,
        .run = [](CaseContext& test) -> CheckResult {
            TRY(negotiate(test));
            for (const Bytes& request : TRY(mistakes(test))) (void)TRY(test.lab().send(request));
            const std::vector<Exchange>& all = test.lab().exchanges();
            for (const Exchange& exchange : all) {
                if (!exchange.error()) continue;
                uint8_t error = wire::param1(*exchange.response);
                TRY(test.expect_that(wire::error_since(error).has_value(), "SPDM-HDR-114",
                                     "an error code of the table", fmt::format("0x{:02x}", error),
                                     "ErrorCode"));
            }
            for (const Exchange& exchange : all) {
                if (!exchange.error()) continue;
                bool meant = exchange.error() == ErrorCode::unsupported_request ||
                             exchange.error() == ErrorCode::reset_required ||
                             exchange.error() == ErrorCode::vendor_defined;
                uint8_t data = wire::param2(*exchange.response);
                TRY(test.expect_that(meant || data == 0, "SPDM-HDR-113",
                                     lab::describe(exchange) + " with ErrorData 0",
                                     fmt::format("0x{:02x}", data), "ErrorData"));
            }
            return {};
        },
    },
    // After all of them the connection is what it was: the same digests, and a signature over the same
    // messages.
    {
        .id = "hdr/refusals-are-harmless",
        .title = "Refused requests leave the connection as it was",
        .requirements = {"SPDM-HDR-103"},
        .needs = cap::cert | cap::chal,
        .negative = true,
        .run = [](CaseContext& test) -> CheckResult {
            lab::Lab& lab = test.lab();
            TRY(negotiate_with_chain(test));
            for (const Bytes& request : TRY(mistakes(test))) {
                // Where the same GET_CAPABILITIES may be a retry it is no mistake.
                if (wire::code_of(request) == code::get_capabilities) continue;
                Exchange exchange = TRY(lab.send(request));
                TRY(test.expect_that(!exchange.answered(), "SPDM-HDR-103", "a refusal",
                                     lab::describe(exchange)));
            }
            TRY(test.expect_answer(TRY(lab.send(wire::GetDigests{})), "SPDM-HDR-103"));
            TRY(test.expect_that(lab.seen().digests() == test.claims().digests, "SPDM-HDR-103",
                                 "the digests of the sane exchange", "other ones", "Digest"));
            return test.expect_signature(TRY(lab.send(lab.challenge())), "SPDM-HDR-103");
        },
    },
    // Numbers whose value is known otherwise, at the offsets that packed fields give them.
    {
        .id = "hdr/integers",
        .title = "Integers are little-endian, and fields are packed",
        .requirements = {"SPDM-HDR-015"},
        .run = [](CaseContext& test) -> CheckResult {
            lab::Lab& lab = test.lab();
            TRY(negotiate(test));
            auto number = [&](ByteView response, size_t offset, size_t width, size_t value,
                              std::string_view field) {
                bool there = response.size() >= offset + width;
                uint32_t got = there ? little_endian(response.subspan(offset, width)) : 0;
                return test.expect_that(
                    there && got == value, "SPDM-HDR-015",
                    fmt::format("{} at offset {}, least significant byte first", value, offset),
                    fmt::format("{}", got), field);
            };
            Bytes version = last_answer(test, code::get_version);
            for (size_t at = 6; at + 1 < version.size() && at < 6 + 2U * version[5]; at += 2) {
                TRY(test.expect_that(version[at + 1] >> 4 == 1, "SPDM-HDR-015",
                                     "the major version in the second byte",
                                     fmt::format("0x{:02x}", version[at + 1]), "VersionNumberEntry"));
            }
            Bytes algorithms = last_answer(test, code::negotiate_algorithms);
            size_t used = wire::annotate(algorithms, lab.seen().request_context()).used;
            TRY(number(algorithms, 4, 2, used, "Length"));
            if (test.claims().has(cap::cert)) {
                Exchange exchange =
                    TRY(lab.send(wire::GetCertificate{.slot_id = 0, .offset = 0, .length = 0x0140}));
                TRY(test.expect_answer(exchange, "SPDM-HDR-015"));
                used = wire::annotate(*exchange.response, exchange.response_context).used;
                TRY(number(*exchange.response, 4, 2, used - 8, "PortionLength"));
                size_t left = little_endian(ByteView(*exchange.response).subspan(6, 2));
                TRY(number(*exchange.response, 8, 2, used - 8 + left, "CertChain"));
            }
            if (test.claims().measurements.empty()) return {};
            Exchange exchange =
                TRY(lab.send(lab.get_measurements(test.claims().measurements.front(), false)));
            TRY(test.expect_answer(exchange, "SPDM-HDR-015"));
            size_t record = little_endian(ByteView(*exchange.response).subspan(5, 3));
            TRY(number(*exchange.response, 10, 2, record - 4, "MeasurementSize"));
            return number(*exchange.response, 13, 2, record - 7, "DMTFSpecMeasurementValueSize");
        },
    },
};

}  // namespace

void add_header(CaseList& cases) { add(cases, kCases); }

}  // namespace assay::cases
