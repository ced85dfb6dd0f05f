// What a session does besides its keys: answers inside, its end, and what stands beside it.
#include "stack/wire/messages/session.h"

#include <fmt/format.h>

#include "conformance/cases/responder/sessions.h"
#include "stack/wire/messages/certificate.h"
#include "stack/wire/messages/digests.h"
#include "stack/wire/messages/vendor_defined.h"
#include "stack/wire/messages/version.h"

namespace assay::cases {

namespace {

// Good requests and bad ones: whatever the answer is, it stays inside.
Judgement answers_inside(Trial& trial) {
    uint32_t id = TRY(established(trial));
    Bytes other_version = probe(trial);
    other_version[0] ^= 0x03;
    const Bytes requests[] = {probe(trial), header(trial.version(), 0xa0), other_version,
                              header(trial.version(), code::get_certificate, 0x0f)};
    for (const Bytes& request : requests) {
        Exchange exchange = TRY(trial.lab().send_in(id, request));
        TRY(trial.expect_that(!exchange.silent(), "SPDM-SES-026", "an answer", "silence"));
        TRY(expect_inside(trial, exchange));
    }
    return expect_goes_on(trial, id, "SPDM-SES-026");
}

Judgement end_session(Trial& trial) {
    for (uint8_t clear : {uint8_t{0}, wire::kClearNegotiatedState}) {
        uint32_t id = TRY(established(trial));
        Bytes later = TRY(due_record(trial, id, 1));
        Exchange exchange = TRY(trial.lab().send_in(id, wire::EndSession{.param1 = clear}));
        TRY(expect_answer_inside(trial, exchange, "SPDM-SES-123"));
        const Bytes& ack = *exchange.response;
        TRY(trial.expect_that((ack[2] | ack[3]) == 0, "SPDM-SES-022", "parameters of zero",
                              to_hex(ByteView(ack).subspan(2, 2)), "Param1"));
        TRY(expect_over(trial, later, "SPDM-SES-022"));
    }
    return {};
}

Judgement end_session_size(Trial& trial) {
    uint32_t id = TRY(established(trial));
    for (size_t more : {size_t{1}, size_t{4}}) {
        Bytes request = padded(header(trial.version(), code::end_session), more);
        TRY(expect_inside(trial, TRY(trial.lab().send_in(id, request)), invalid(), "SPDM-SES-021"));
        TRY(expect_goes_on(trial, id, "SPDM-SES-021"));
    }
    return {};
}

Judgement end_keeps_connection(Trial& trial) {
    uint32_t id = TRY(established(trial));
    bool caches = (trial.lab().seen().parameters().responder_flags & cap::cache) != 0;
    if (caches) return Trial::not_applicable("the device claims CACHE_CAP");
    Exchange end = TRY(trial.lab().send_in(id, wire::EndSession{.param1 = wire::kClearNegotiatedState}));
    TRY(expect_answer_inside(trial, end, "SPDM-SES-022"));
    Exchange next = TRY(trial.lab().send(probe(trial)));
    Allowed known{.errors = {ErrorCode::unsupported_request}, .answer = true, .equal = true};
    return trial.expect(next, known, "SPDM-SES-023");
}

Judgement end_leaves_others(Trial& trial) {
    uint32_t first = TRY(established(trial));
    uint32_t second = TRY(another(trial));
    TRY(expect_answer_inside(trial, TRY(trial.lab().send_in(second, wire::EndSession{})), "SPDM-SES-022"));
    return expect_goes_on(trial, first, "SPDM-SES-024");
}

// Where the identifier does not come again, the old record belongs to no session.
Judgement identifier_again(Trial& trial) {
    lab::Lab& lab = trial.lab();
    const ExchangeOptions options{.req_session_id = 0x2345};
    TRY(established(trial));
    if (!lab.seen().parameters().both(cap::key_ex)) return Trial::not_applicable("there is no KEY_EXCHANGE");
    TRY(lab.negotiated_with_chain(trial.version()));
    uint32_t first = TRY(lab.new_session(options));
    Bytes old = TRY(due_record(trial, first));
    TRY(expect_goes_on(trial, first, "SPDM-SES-025"));
    TRY(expect_answer_inside(trial, TRY(lab.send_in(first, wire::EndSession{})), "SPDM-SES-022"));
    auto again = [&](Trial& on) -> SessionOr { return TRY(on.lab().new_session(options)); };
    BadRecords bad(trial, "SPDM-SES-025", again);
    uint32_t second = TRY(bad.session());
    return first == second ? bad.refuse(old) : bad.ignore(old, "SPDM-SEC-001");
}

Judgement digests(Trial& trial) {
    lab::Lab& lab = trial.lab();
    uint32_t id = TRY(established(trial));
    TRY(trial.expect_answer(TRY(lab.send(wire::GetDigests{})), "SPDM-DIG-001"));
    auto outside = lab.seen().digests();
    Exchange exchange = TRY(lab.send_in(id, wire::GetDigests{}));
    TRY(expect_answer_inside(trial, exchange, "SPDM-DIG-013"));
    auto inside = TRY(wire::decode<wire::Digests>(*exchange.response, exchange.response_context));
    std::vector<Bytes> expected;
    expected.reserve(outside.size());
    for (const auto& [slot, digest] : outside) expected.push_back(digest);
    return trial.expect_that(inside.digests == expected, "SPDM-DIG-013", "the digests as outside",
                             "other ones", "Digest");
}

Judgement certificate(Trial& trial) {
    lab::Lab& lab = trial.lab();
    uint32_t id = TRY(established(trial));
    Bytes chain = TRY(lab.read_chain(0));
    for (size_t offset : {size_t{0}, size_t{1}, chain.size() - 1}) {
        wire::GetCertificate request{.slot_id = 0, .offset = static_cast<uint16_t>(offset), .length = 64};
        Exchange exchange = TRY(lab.send_in(id, request));
        TRY(expect_answer_inside(trial, exchange, "SPDM-CRT-034"));
        auto answer =
            TRY(wire::decode<wire::CertificateResponse>(*exchange.response, exchange.response_context));
        size_t portion = answer.cert_chain.size();
        bool same = offset + portion <= chain.size() &&
                    equal(answer.cert_chain, ByteView(chain).subspan(offset, portion));
        TRY(trial.expect_that(same && portion > 0, "SPDM-CRT-034", "a piece of the chain as outside",
                              "other bytes", "CertChain"));
    }
    return {};
}

// GET_DIGESTS and GET_CERTIFICATE inside are no part of what CHALLENGE outside signs; nor is the session
// hurt.
Judgement challenge_beside(Trial& trial) {
    lab::Lab& lab = trial.lab();
    uint32_t id = TRY(established(trial));
    // Nothing outside comes before: whether GET_DIGESTS inside begins M1/M2 anew can be disputed.
    bool cert = trial.claims().has(cap::cert);
    if (cert) {
        TRY(expect_answer_inside(trial, TRY(lab.send_in(id, wire::GetDigests{})), "SPDM-DIG-013"));
        wire::GetCertificate request{.slot_id = 0, .length = 64};
        TRY(expect_answer_inside(trial, TRY(lab.send_in(id, request)), "SPDM-CRT-034"));
    }
    TRY(trial.expect_signature(TRY(lab.send(lab.challenge())), "SPDM-DIG-014"));
    TRY(expect_goes_on(trial, id, "SPDM-SES-031"));
    // Once more, now that somebody was authenticated.
    TRY(trial.expect_signature(TRY(lab.send(lab.challenge())), "SPDM-SES-031"));
    return expect_goes_on(trial, id, "SPDM-SES-031");
}

Judgement measure(Trial& trial, std::optional<uint32_t> session, bool sign) {
    lab::Lab& lab = trial.lab();
    wire::GetMeasurements request = lab.get_measurements(wire::kAllMeasurements, sign);
    Exchange exchange = TRY(session ? lab.send_in(*session, request) : lab.send(request));
    if (session) TRY(expect_inside(trial, exchange));
    if (!sign) return trial.expect_answer(exchange, "SPDM-MEA-027");
    return trial.expect_signature(exchange, "SPDM-MEA-027");
}

// Three transcripts at once: of the connection, and of each session.
Judgement measurements(Trial& trial) {
    uint32_t first = TRY(established(trial));
    if (trial.lab().seen().parameters().measurement_specification == 0)
        return Trial::not_applicable("no measurement specification is negotiated");
    TRY(measure(trial, first, true));
    TRY(measure(trial, first, false));
    TRY(measure(trial, std::nullopt, false));
    TRY(measure(trial, first, true));
    TRY(measure(trial, std::nullopt, true));
    uint32_t second = TRY(another(trial));
    TRY(measure(trial, first, false));
    TRY(measure(trial, second, true));
    TRY(measure(trial, std::nullopt, true));
    return measure(trial, first, true);
}

// A vendor's request gets inside what it gets outside.
Judgement vendor_defined(Trial& trial) {
    lab::Lab& lab = trial.lab();
    wire::VendorDefinedRequest request;
    request.standard_id = 3;
    request.vendor_id = {1, 0};
    request.payload = {1, 2, 3};
    uint32_t id = TRY(established(trial));
    Exchange outside = TRY(lab.send(request));
    Allowed same{.errors = {}, .answer = true};
    // Nobody's vendor may be refused in other words where another place is looked at first.
    if (auto error = outside.error())
        same = refused(*error, {ErrorCode::unexpected_request, ErrorCode::unsupported_request,
                                ErrorCode::invalid_request, ErrorCode::unspecified});
    TRY(expect_inside(trial, TRY(lab.send_in(id, request)), same, "SPDM-VDM-024"));
    TRY(expect_goes_on(trial, id, "SPDM-VDM-024"));
    id = TRY(in_handshake(trial));
    TRY(expect_inside(trial, TRY(lab.send_in(id, request)), same, "SPDM-VDM-024"));
    return completed(trial, id, "SPDM-VDM-024");
}

Judgement two_sessions(Trial& trial) {
    uint32_t first = TRY(established(trial));
    uint32_t second = TRY(another(trial));
    for (int i = 0; i < 3; ++i) {
        TRY(expect_goes_on(trial, first, "SPDM-SES-026"));
        TRY(expect_goes_on(trial, second, "SPDM-SES-026"));
        TRY(expect_goes_on(trial, second, "SPDM-SEC-009"));
    }
    return {};
}

Judgement handshake_beside(Trial& trial) {
    lab::Lab& lab = trial.lab();
    uint32_t first = TRY(established(trial));
    uint32_t second = TRY(another_handshake(trial));
    TRY(expect_goes_on(trial, first, "SPDM-SES-032"));
    if (lab.session(second)->channel.phase() == spdm::Phase::handshake) {
        TRY(completed(trial, second, "SPDM-SES-032"));
    }
    TRY(expect_goes_on(trial, first, "SPDM-SES-032"));
    return expect_goes_on(trial, second, "SPDM-SES-032");
}

// Sessions that were established, and one whose handshake is open.
Judgement get_version(Trial& trial) {
    lab::Lab& lab = trial.lab();
    uint32_t first = TRY(established(trial));
    std::vector<Bytes> records{TRY(due_record(trial, first)), TRY(due_record(trial, first, 1))};
    TRY(trial.expect_answer(TRY(lab.send(wire::GetVersion{})), "SPDM-VER-009"));
    for (const Bytes& record : records) TRY(expect_over(trial, record, "SPDM-VER-007"));
    TRY(lab.negotiated_with_chain(trial.version()));
    uint32_t open = TRY(in_handshake(trial));
    records = {TRY(due_record(trial, open)), TRY(due_record(trial, open, 1))};
    TRY(lab.negotiate_again(trial.version(), lab::session_offer()));
    for (const Bytes& record : records) TRY(expect_over(trial, record, "SPDM-VER-007"));
    return {};
}

// A GET_VERSION that is refused ends nothing.
Judgement bad_get_version(Trial& trial) {
    uint32_t id = TRY(established(trial));
    Exchange exchange = TRY(trial.lab().send(header(trial.version(), code::get_version)));
    TRY(trial.expect(exchange, refused(ErrorCode::version_mismatch, {ErrorCode::invalid_request}),
                     "SPDM-VER-001"));
    return expect_goes_on(trial, id, "SPDM-HDR-103");
}

Judgement limit_keeps_sessions(Trial& trial) {
    constexpr int kMost = 24;
    lab::Lab& lab = trial.lab();
    uint32_t id = TRY(established(trial));
    bool exchange = lab.seen().parameters().both(cap::key_ex);
    for (int i = 0; i < kMost; ++i) {
        Exchange next = TRY(exchange ? lab.send(TRY(lab.key_exchange())) : lab.send(lab.psk_exchange()));
        if (next.answered()) continue;
        return expect_goes_on(trial, id, "SPDM-SES-027");
    }
    return Trial::not_applicable(fmt::format("the device has room for more than {} sessions", kMost));
}

// Puts a request of a session off, where the device puts anything off.
std::expected<std::optional<wire::ErrorResponse>, engine::Finding> put_off(Trial& trial, uint32_t id) {
    lab::Lab& lab = trial.lab();
    wire::VendorDefinedRequest vendor;
    vendor.standard_id = 3;
    vendor.vendor_id = {1, 0};
    std::vector<Bytes> requests{TRY(lab.encode(vendor))};
    if (trial.claims().has(cap::meas))
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
Judgement ready_elsewhere(Trial& trial) {
    lab::Lab& lab = trial.lab();
    uint32_t first = TRY(established(trial));
    uint32_t second = TRY(another(trial));
    auto later = TRY(put_off(trial, first));
    if (!later) return Trial::not_applicable("the device put nothing off that was asked inside a session");
    Bytes poll = header(trial.version(), code::respond_if_ready, later->request_code, later->token);
    Allowed allowed = refused(ErrorCode::unexpected_request, {ErrorCode::invalid_request});
    auto ask = [&](const std::function<Result<Exchange>()>& once) -> Result<Exchange> {
        Exchange exchange = TRY(once());
        for (int i = 0; i < 8 && exchange.error() == ErrorCode::busy; ++i) exchange = TRY(once());
        return exchange;
    };
    Exchange inside =
        TRY(ask([&]() -> Result<Exchange> { return lab.send_record(TRY(lab.seal(second, poll)), poll); }));
    TRY(expect_inside(trial, inside, allowed, "SPDM-DEF-003"));
    TRY(trial.expect(TRY(ask([&] { return lab.send_once(poll); })), allowed, "SPDM-DEF-003"));
    return expect_answer_inside(trial, TRY(lab.send_in(first, poll)), "SPDM-ATK-024");
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
