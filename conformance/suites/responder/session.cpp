// Sessions apart from their keys: answers inside, the end, and what happens outside at the same time.
#include "stack/wire/messages/session.h"

#include <fmt/format.h>

#include "conformance/suites/responder/sessions.h"
#include "stack/wire/header.h"
#include "stack/wire/messages/certificate.h"
#include "stack/wire/messages/digests.h"
#include "stack/wire/messages/vendor_defined.h"
#include "stack/wire/messages/version.h"

namespace assay::cases {

namespace {

// Good requests and bad ones: whatever the answer is, it stays inside.
CheckResult answers_inside(CaseContext& test) {
    uint32_t id = TRY(established(test));
    Bytes other_version = probe(test);
    other_version[wire::kVersionAt] ^= 0x03;
    const Bytes requests[] = {probe(test), header(test.version(), 0xa0), other_version,
                              header(test.version(), code::get_certificate, 0x0f)};
    for (const Bytes& request : requests) {
        Exchange exchange = TRY(test.lab().send_in(id, request));
        TRY(test.expect_that(!exchange.silent(), "SPDM-SES-026", "an answer", "silence"));
        TRY(expect_inside(test, exchange));
    }
    return expect_goes_on(test, id, "SPDM-SES-026");
}

CheckResult end_session(CaseContext& test) {
    for (uint8_t clear : {uint8_t{0}, wire::kClearNegotiatedState}) {
        uint32_t id = TRY(established(test));
        Bytes later = TRY(due_record(test, id, 1));
        Exchange exchange = TRY(test.lab().send_in(id, wire::EndSession{.param1 = clear}));
        TRY(expect_answer_inside(test, exchange, "SPDM-SES-123"));
        const Bytes& ack = *exchange.response;
        TRY(test.expect_that((wire::param1(ack) | wire::param2(ack)) == 0, "SPDM-SES-022",
                             "parameters of zero", to_hex(ByteView(ack).subspan(2, 2)), "Param1"));
        TRY(expect_over(test, later, "SPDM-SES-022"));
    }
    return {};
}

CheckResult end_session_size(CaseContext& test) {
    uint32_t id = TRY(established(test));
    for (size_t more : {size_t{1}, size_t{4}}) {
        Bytes request = padded(header(test.version(), code::end_session), more);
        TRY(expect_inside(test, TRY(test.lab().send_in(id, request)), invalid(), "SPDM-SES-021"));
        TRY(expect_goes_on(test, id, "SPDM-SES-021"));
    }
    return {};
}

CheckResult end_keeps_connection(CaseContext& test) {
    uint32_t id = TRY(established(test));
    bool caches = (test.lab().seen().parameters().responder_flags & cap::cache) != 0;
    if (caches) return CaseContext::not_applicable("the device claims CACHE_CAP");
    Exchange end = TRY(test.lab().send_in(id, wire::EndSession{.param1 = wire::kClearNegotiatedState}));
    TRY(expect_answer_inside(test, end, "SPDM-SES-022"));
    Exchange next = TRY(test.lab().send(probe(test)));
    Allowed known{.errors = {ErrorCode::unsupported_request}, .answer = true, .equal = true};
    return test.expect(next, known, "SPDM-SES-023");
}

CheckResult end_leaves_others(CaseContext& test) {
    uint32_t first = TRY(established(test));
    uint32_t second = TRY(another(test));
    TRY(expect_answer_inside(test, TRY(test.lab().send_in(second, wire::EndSession{})), "SPDM-SES-022"));
    return expect_goes_on(test, first, "SPDM-SES-024");
}

// Where the identifier does not come again, the old record belongs to no session.
CheckResult identifier_again(CaseContext& test) {
    lab::Lab& lab = test.lab();
    const ExchangeOptions options{.req_session_id = 0x2345};
    TRY(established(test));
    if (!lab.seen().parameters().both(cap::key_ex))
        return CaseContext::not_applicable("there is no KEY_EXCHANGE");
    TRY(lab.negotiated_with_chain(test.version()));
    uint32_t first = TRY(lab.new_session(options));
    Bytes old = TRY(due_record(test, first));
    TRY(expect_goes_on(test, first, "SPDM-SES-025"));
    TRY(expect_answer_inside(test, TRY(lab.send_in(first, wire::EndSession{})), "SPDM-SES-022"));
    auto again = [&](CaseContext& on) -> SessionOr { return TRY(on.lab().new_session(options)); };
    BadRecords bad(test, "SPDM-SES-025", again);
    uint32_t second = TRY(bad.session());
    return first == second ? bad.refuse(old) : bad.ignore(old, "SPDM-SEC-001");
}

CheckResult digests(CaseContext& test) {
    lab::Lab& lab = test.lab();
    uint32_t id = TRY(established(test));
    TRY(test.expect_answer(TRY(lab.send(wire::GetDigests{})), "SPDM-DIG-001"));
    auto outside = lab.seen().digests();
    Exchange exchange = TRY(lab.send_in(id, wire::GetDigests{}));
    TRY(expect_answer_inside(test, exchange, "SPDM-DIG-013"));
    auto inside = TRY(wire::decode<wire::Digests>(*exchange.response, exchange.response_context));
    std::vector<Bytes> expected;
    expected.reserve(outside.size());
    for (const auto& [slot, digest] : outside) expected.push_back(digest);
    return test.expect_that(inside.digests == expected, "SPDM-DIG-013", "the digests as outside",
                            "other ones", "Digest");
}

CheckResult certificate(CaseContext& test) {
    lab::Lab& lab = test.lab();
    uint32_t id = TRY(established(test));
    Bytes chain = TRY(lab.read_chain(0));
    for (size_t offset : {size_t{0}, size_t{1}, chain.size() - 1}) {
        wire::GetCertificate request{.slot_id = 0, .offset = static_cast<uint16_t>(offset), .length = 64};
        Exchange exchange = TRY(lab.send_in(id, request));
        TRY(expect_answer_inside(test, exchange, "SPDM-CRT-034"));
        auto answer =
            TRY(wire::decode<wire::CertificateResponse>(*exchange.response, exchange.response_context));
        size_t portion = answer.cert_chain.size();
        bool same = offset + portion <= chain.size() &&
                    equal(answer.cert_chain, ByteView(chain).subspan(offset, portion));
        TRY(test.expect_that(same && portion > 0, "SPDM-CRT-034", "a piece of the chain as outside",
                             "other bytes", "CertChain"));
    }
    return {};
}

// GET_DIGESTS and GET_CERTIFICATE inside are no part of what CHALLENGE outside signs; nor is the session
// hurt.
CheckResult challenge_beside(CaseContext& test) {
    lab::Lab& lab = test.lab();
    uint32_t id = TRY(established(test));
    // Nothing outside comes before: whether GET_DIGESTS inside begins M1/M2 anew can be disputed.
    bool cert = test.claims().has(cap::cert);
    if (cert) {
        TRY(expect_answer_inside(test, TRY(lab.send_in(id, wire::GetDigests{})), "SPDM-DIG-013"));
        wire::GetCertificate request{.slot_id = 0, .length = 64};
        TRY(expect_answer_inside(test, TRY(lab.send_in(id, request)), "SPDM-CRT-034"));
    }
    TRY(test.expect_signature(TRY(lab.send(lab.challenge())), "SPDM-DIG-014"));
    TRY(expect_goes_on(test, id, "SPDM-SES-031"));
    // Once more, now that there was an authentication.
    TRY(test.expect_signature(TRY(lab.send(lab.challenge())), "SPDM-SES-031"));
    return expect_goes_on(test, id, "SPDM-SES-031");
}

CheckResult measure(CaseContext& test, std::optional<uint32_t> session, bool sign) {
    lab::Lab& lab = test.lab();
    wire::GetMeasurements request = lab.get_measurements(wire::kAllMeasurements, sign);
    Exchange exchange = TRY(session ? lab.send_in(*session, request) : lab.send(request));
    if (session) TRY(expect_inside(test, exchange));
    if (!sign) return test.expect_answer(exchange, "SPDM-MEA-027");
    return test.expect_signature(exchange, "SPDM-MEA-027");
}

// Three transcripts at once: of the connection, and of each session.
CheckResult measurements(CaseContext& test) {
    uint32_t first = TRY(established(test));
    if (test.lab().seen().parameters().measurement_specification == 0)
        return CaseContext::not_applicable("no measurement specification is negotiated");
    TRY(measure(test, first, true));
    TRY(measure(test, first, false));
    TRY(measure(test, std::nullopt, false));
    TRY(measure(test, first, true));
    TRY(measure(test, std::nullopt, true));
    uint32_t second = TRY(another(test));
    TRY(measure(test, first, false));
    TRY(measure(test, second, true));
    TRY(measure(test, std::nullopt, true));
    return measure(test, first, true);
}

// A vendor's request gets inside what it gets outside.
CheckResult vendor_defined(CaseContext& test) {
    lab::Lab& lab = test.lab();
    wire::VendorDefinedRequest request;
    request.standard_id = 3;
    request.vendor_id = {1, 0};
    request.payload = {1, 2, 3};
    uint32_t id = TRY(established(test));
    Exchange outside = TRY(lab.send(request));
    Allowed same{.errors = {}, .answer = true};
    // A vendor that does not exist may be refused by another error where another field is checked first.
    if (auto error = outside.error())
        same = refused(*error, {ErrorCode::unexpected_request, ErrorCode::unsupported_request,
                                ErrorCode::invalid_request, ErrorCode::unspecified});
    TRY(expect_inside(test, TRY(lab.send_in(id, request)), same, "SPDM-VDM-024"));
    TRY(expect_goes_on(test, id, "SPDM-VDM-024"));
    id = TRY(in_handshake(test));
    TRY(expect_inside(test, TRY(lab.send_in(id, request)), same, "SPDM-VDM-024"));
    return completed(test, id, "SPDM-VDM-024");
}

CheckResult two_sessions(CaseContext& test) {
    uint32_t first = TRY(established(test));
    uint32_t second = TRY(another(test));
    for (int i = 0; i < 3; ++i) {
        TRY(expect_goes_on(test, first, "SPDM-SES-026"));
        TRY(expect_goes_on(test, second, "SPDM-SES-026"));
        TRY(expect_goes_on(test, second, "SPDM-SEC-009"));
    }
    return {};
}

CheckResult handshake_beside(CaseContext& test) {
    lab::Lab& lab = test.lab();
    uint32_t first = TRY(established(test));
    uint32_t second = TRY(another_handshake(test));
    TRY(expect_goes_on(test, first, "SPDM-SES-032"));
    if (lab.session(second)->channel.phase() == spdm::Phase::handshake) {
        TRY(completed(test, second, "SPDM-SES-032"));
    }
    TRY(expect_goes_on(test, first, "SPDM-SES-032"));
    return expect_goes_on(test, second, "SPDM-SES-032");
}

// Sessions that were established, and one whose handshake is open.
CheckResult get_version(CaseContext& test) {
    lab::Lab& lab = test.lab();
    uint32_t first = TRY(established(test));
    std::vector<Bytes> records{TRY(due_record(test, first)), TRY(due_record(test, first, 1))};
    TRY(test.expect_answer(TRY(lab.send(wire::GetVersion{})), "SPDM-VER-009"));
    for (const Bytes& record : records) TRY(expect_over(test, record, "SPDM-VER-007"));
    TRY(lab.negotiated_with_chain(test.version()));
    uint32_t open = TRY(in_handshake(test));
    records = {TRY(due_record(test, open)), TRY(due_record(test, open, 1))};
    TRY(lab.negotiate_again(test.version(), lab::session_offer()));
    for (const Bytes& record : records) TRY(expect_over(test, record, "SPDM-VER-007"));
    return {};
}

// A GET_VERSION that is refused ends nothing.
CheckResult bad_get_version(CaseContext& test) {
    uint32_t id = TRY(established(test));
    Exchange exchange = TRY(test.lab().send(header(test.version(), code::get_version)));
    TRY(test.expect(exchange, refused(ErrorCode::version_mismatch, {ErrorCode::invalid_request}),
                    "SPDM-VER-001"));
    return expect_goes_on(test, id, "SPDM-HDR-103");
}

CheckResult limit_keeps_sessions(CaseContext& test) {
    constexpr int kMost = 24;
    lab::Lab& lab = test.lab();
    uint32_t id = TRY(established(test));
    bool exchange = lab.seen().parameters().both(cap::key_ex);
    for (int i = 0; i < kMost; ++i) {
        Exchange next = TRY(exchange ? lab.send(TRY(lab.key_exchange())) : lab.send(lab.psk_exchange()));
        if (next.answered()) continue;
        return expect_goes_on(test, id, "SPDM-SES-027");
    }
    return CaseContext::not_applicable(fmt::format("the device has room for more than {} sessions", kMost));
}

// Puts a request of a session off, where the device puts anything off.
std::expected<std::optional<wire::ErrorResponse>, engine::Finding> put_off(CaseContext& test, uint32_t id) {
    lab::Lab& lab = test.lab();
    wire::VendorDefinedRequest vendor;
    vendor.standard_id = 3;
    vendor.vendor_id = {1, 0};
    std::vector<Bytes> requests{TRY(lab.encode(vendor))};
    if (test.claims().has(cap::meas))
        requests.push_back(TRY(lab.encode(lab.get_measurements(wire::kAllMeasurements, false))));
    for (const Bytes& request : requests) {
        for (int i = 0; i < 8; ++i) {
            Exchange exchange = TRY(lab.send_record(TRY(lab.seal(id, request)), request));
            if (exchange.error() == ErrorCode::busy) continue;
            if (exchange.error() != ErrorCode::response_not_ready) break;
            return TRY(wire::decode<wire::ErrorResponse>(*exchange.response, exchange.response_context));
        }
    }
    return std::nullopt;
}

// A deferred request is answered where it was asked and nowhere else. Who is busy is asked again.
CheckResult ready_elsewhere(CaseContext& test) {
    lab::Lab& lab = test.lab();
    uint32_t first = TRY(established(test));
    uint32_t second = TRY(another(test));
    auto later = TRY(put_off(test, first));
    if (!later)
        return CaseContext::not_applicable("the device put nothing off that was asked inside a session");
    Bytes poll = header(test.version(), code::respond_if_ready, later->request_code, later->token);
    Allowed allowed = refused(ErrorCode::unexpected_request, {ErrorCode::invalid_request});
    auto ask = [&](const std::function<Result<Exchange>()>& once) -> Result<Exchange> {
        Exchange exchange = TRY(once());
        for (int i = 0; i < 8 && exchange.error() == ErrorCode::busy; ++i) exchange = TRY(once());
        return exchange;
    };
    Exchange inside =
        TRY(ask([&]() -> Result<Exchange> { return lab.send_record(TRY(lab.seal(second, poll)), poll); }));
    TRY(expect_inside(test, inside, allowed, "SPDM-DEF-003"));
    TRY(test.expect(TRY(ask([&] { return lab.send_once(poll); })), allowed, "SPDM-DEF-003"));
    return expect_answer_inside(test, TRY(lab.send_in(first, poll)), "SPDM-ATK-024");
}

}  // namespace

void add_session(CaseList& cases) {
    auto add = [&](Case one, uint32_t flags = 0) {
        cases.push_back(since(v1_1, needs(flags, std::move(one))));
    };
    add(negative("ses/answers-inside", "Whatever answers a request inside a session comes inside it",
                 {"SPDM-SES-026", "SPDM-SES-038"}, answers_inside));
    add(negative("ses/end-session", "END_SESSION is acknowledged inside, and the session is over",
                 {"SPDM-SES-022", "SPDM-SES-123"}, end_session));
    add(negative("ses/end-session-size", "END_SESSION of another size is InvalidRequest and ends nothing",
                 {"SPDM-SES-021"}, end_session_size));
    add(positive("ses/end-keeps-connection", "Without CACHE_CAP the connection outlives its session",
                 {"SPDM-SES-023"}, end_keeps_connection));
    add(positive("ses/end-leaves-others", "END_SESSION ends one session", {"SPDM-SES-024"},
                 end_leaves_others));
    add(negative("ses/identifier-again", "A session has no key of the one that ended before it",
                 {"SPDM-SES-025"}, identifier_again),
        cap::key_ex | cap::cert);
    add(positive("ses/digests", "DIGESTS inside a session says what it says outside", {"SPDM-DIG-013"},
                 digests),
        cap::cert);
    add(positive("ses/certificate", "CERTIFICATE inside a session has the same chain", {"SPDM-CRT-034"},
                 certificate),
        cap::cert);
    add(positive("ses/challenge-beside", "CHALLENGE outside covers nothing of a session, and leaves it alone",
                 {"SPDM-SES-031", "SPDM-DIG-014", "SPDM-CRT-034"}, challenge_beside),
        cap::cert | cap::chal);
    add(positive("ses/measurements", "Each session has measurement exchanges of its own to sign",
                 {"SPDM-MEA-027"}, measurements),
        cap::cert | cap::meas_sig);
    add(positive("ses/vendor-defined", "VENDOR_DEFINED_REQUEST is answered in both phases", {"SPDM-VDM-024"},
                 vendor_defined));
    add(positive("ses/two-sessions", "Two sessions go on beside each other", {"SPDM-SES-026", "SPDM-SEC-009"},
                 two_sessions));
    add(positive("ses/handshake-beside", "The handshake of one session stops no other", {"SPDM-SES-032"},
                 handshake_beside));
    add(negative("ses/get-version", "GET_VERSION outside ends every session and every handshake",
                 {"SPDM-VER-007"}, get_version));
    add(negative("ses/bad-get-version", "A GET_VERSION that is refused ends no session",
                 {"SPDM-HDR-103", "SPDM-VER-001"}, bad_get_version));
    add(negative("ses/limit-keeps-sessions", "Where there is no room for a session, the others go on",
                 {"SPDM-SES-027"}, limit_keeps_sessions));
    add(negative("ses/ready-elsewhere", "A deferred request is answered in its own session only",
                 {"SPDM-DEF-003", "SPDM-ATK-024"}, ready_elsewhere));
}

}  // namespace assay::cases
