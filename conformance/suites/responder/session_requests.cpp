// Requests inside sessions and beside them: the same answers, and each session apart from the others.
#include <fmt/format.h>

#include "conformance/suites/responder/sessions.h"
#include "stack/wire/messages/certificate.h"
#include "stack/wire/messages/digests.h"
#include "stack/wire/messages/vendor_defined.h"
#include "stack/wire/messages/version.h"

namespace assay::cases {

namespace {

CheckResult measure(CaseContext& test, std::optional<uint32_t> session, bool sign) {
    lab::Lab& lab = test.lab();
    wire::GetMeasurements request = lab.get_measurements(wire::kAllMeasurements, sign);
    Exchange exchange = TRY(session ? lab.send_in(*session, request) : lab.send(request));
    if (session) TRY(expect_inside(test, exchange));
    if (!sign) return test.expect_answer(exchange, "SPDM-MEA-027");
    return test.expect_signature(exchange, "SPDM-MEA-027");
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

const Case kCases[] = {
    {
        .id = "ses/digests",
        .title = "DIGESTS inside a session says what it says outside",
        .requirements = {"SPDM-DIG-013", "SPDM-DIG-001"},
        .since = v1_1,
        .needs = cap::cert,
        .run = [](CaseContext& test) -> CheckResult {
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
        },
    },
    {
        .id = "ses/certificate",
        .title = "CERTIFICATE inside a session has the same chain",
        .requirements = {"SPDM-CRT-034"},
        .since = v1_1,
        .needs = cap::cert,
        .run = [](CaseContext& test) -> CheckResult {
            lab::Lab& lab = test.lab();
            uint32_t id = TRY(established(test));
            Bytes chain = TRY(lab.read_chain(0));
            for (size_t offset : {size_t{0}, size_t{1}, chain.size() - 1}) {
                wire::GetCertificate request{
                    .slot_id = 0, .offset = static_cast<uint16_t>(offset), .length = 64};
                Exchange exchange = TRY(lab.send_in(id, request));
                TRY(expect_answer_inside(test, exchange, "SPDM-CRT-034"));
                auto answer = TRY(
                    wire::decode<wire::CertificateResponse>(*exchange.response, exchange.response_context));
                size_t portion = answer.cert_chain.size();
                bool same = offset + portion <= chain.size() &&
                            equal(answer.cert_chain, ByteView(chain).subspan(offset, portion));
                TRY(test.expect_that(same && portion > 0, "SPDM-CRT-034", "a piece of the chain as outside",
                                     "other bytes", "CertChain"));
            }
            return {};
        },
    },
    // GET_DIGESTS and GET_CERTIFICATE inside are no part of what CHALLENGE outside signs; nor is the session
    // hurt.
    {
        .id = "ses/challenge-beside",
        .title = "CHALLENGE outside covers nothing of a session, and leaves it alone",
        .requirements = {"SPDM-SES-031", "SPDM-DIG-014", "SPDM-CRT-034", "SPDM-DIG-013"},
        .since = v1_1,
        .needs = cap::cert | cap::chal,
        .run = [](CaseContext& test) -> CheckResult {
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
        },
    },
    // Three transcripts at once: of the connection, and of each session.
    {
        .id = "ses/measurements",
        .title = "Each session has measurement exchanges of its own to sign",
        .requirements = {"SPDM-MEA-027"},
        .since = v1_1,
        .needs = cap::cert | cap::meas_sig,
        .run = [](CaseContext& test) -> CheckResult {
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
        },
    },
    // A vendor's request gets inside what it gets outside.
    {
        .id = "ses/vendor-defined",
        .title = "VENDOR_DEFINED_REQUEST is answered in both phases",
        .requirements = {"SPDM-VDM-024"},
        .since = v1_1,
        .run = [](CaseContext& test) -> CheckResult {
            lab::Lab& lab = test.lab();
            wire::VendorDefinedRequest request;
            request.standard_id = 3;
            request.vendor_id = {1, 0};
            request.payload = {1, 2, 3};
            uint32_t id = TRY(established(test));
            Exchange outside = TRY(lab.send(request));
            Allowed same{.errors = {}, .answer = true};
            // A vendor that does not exist may be refused by another error where another field is checked
            // first.
            if (auto error = outside.error())
                same = refused(*error, {ErrorCode::unexpected_request, ErrorCode::unsupported_request,
                                        ErrorCode::invalid_request, ErrorCode::unspecified});
            TRY(expect_inside(test, TRY(lab.send_in(id, request)), same, "SPDM-VDM-024"));
            TRY(expect_goes_on(test, id, "SPDM-VDM-024"));
            id = TRY(in_handshake(test));
            TRY(expect_inside(test, TRY(lab.send_in(id, request)), same, "SPDM-VDM-024"));
            return completed(test, id, "SPDM-VDM-024");
        },
    },
    {
        .id = "ses/two-sessions",
        .title = "Two sessions go on beside each other",
        .requirements = {"SPDM-SES-026", "SPDM-SEC-009"},
        .since = v1_1,
        .run = [](CaseContext& test) -> CheckResult {
            uint32_t first = TRY(established(test));
            uint32_t second = TRY(another(test));
            for (int i = 0; i < 3; ++i) {
                TRY(expect_goes_on(test, first, "SPDM-SES-026"));
                TRY(expect_goes_on(test, second, "SPDM-SES-026"));
                TRY(expect_goes_on(test, second, "SPDM-SEC-009"));
            }
            return {};
        },
    },
    {
        .id = "ses/handshake-beside",
        .title = "The handshake of one session stops no other",
        .requirements = {"SPDM-SES-032"},
        .since = v1_1,
        .run = [](CaseContext& test) -> CheckResult {
            lab::Lab& lab = test.lab();
            uint32_t first = TRY(established(test));
            uint32_t second = TRY(another_handshake(test));
            TRY(expect_goes_on(test, first, "SPDM-SES-032"));
            if (lab.session(second)->channel.phase() == spdm::Phase::handshake) {
                TRY(completed(test, second, "SPDM-SES-032"));
            }
            TRY(expect_goes_on(test, first, "SPDM-SES-032"));
            return expect_goes_on(test, second, "SPDM-SES-032");
        },
    },
    // Sessions that were established, and one whose handshake is open.
    {
        .id = "ses/get-version",
        .title = "GET_VERSION outside ends every session and every handshake",
        .requirements = {"SPDM-VER-007", "SPDM-VER-009"},
        .since = v1_1,
        .negative = true,
        .waits = true,
        .run = [](CaseContext& test) -> CheckResult {
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
        },
    },
    // A GET_VERSION that is refused ends nothing.
    {
        .id = "ses/bad-get-version",
        .title = "A GET_VERSION that is refused ends no session",
        .requirements = {"SPDM-HDR-103", "SPDM-VER-001"},
        .since = v1_1,
        .negative = true,
        .run = [](CaseContext& test) -> CheckResult {
            uint32_t id = TRY(established(test));
            Exchange exchange = TRY(test.lab().send(header(test.version(), code::get_version)));
            TRY(test.expect(exchange, refused(ErrorCode::version_mismatch, {ErrorCode::invalid_request}),
                            "SPDM-VER-001"));
            return expect_goes_on(test, id, "SPDM-HDR-103");
        },
    },
    {
        .id = "ses/limit-keeps-sessions",
        .title = "Where there is no room for a session, the others go on",
        .requirements = {"SPDM-SES-027"},
        .since = v1_1,
        .negative = true,
        .run = [](CaseContext& test) -> CheckResult {
            constexpr int kMost = 24;
            lab::Lab& lab = test.lab();
            uint32_t id = TRY(established(test));
            bool exchange = lab.seen().parameters().both(cap::key_ex);
            for (int i = 0; i < kMost; ++i) {
                Exchange next =
                    TRY(exchange ? lab.send(TRY(lab.key_exchange())) : lab.send(lab.psk_exchange()));
                if (next.answered()) continue;
                return expect_goes_on(test, id, "SPDM-SES-027");
            }
            return CaseContext::not_applicable(
                fmt::format("the device has room for more than {} sessions", kMost));
        },
    },
    // A deferred request is answered where it was asked and nowhere else. Who is busy is asked again.
    {
        .id = "ses/ready-elsewhere",
        .title = "A deferred request is answered in its own session only",
        .requirements = {"SPDM-DEF-003", "SPDM-ATK-024"},
        .since = v1_1,
        .negative = true,
        .run = [](CaseContext& test) -> CheckResult {
            lab::Lab& lab = test.lab();
            uint32_t first = TRY(established(test));
            uint32_t second = TRY(another(test));
            auto later = TRY(put_off(test, first));
            if (!later)
                return CaseContext::not_applicable(
                    "the device put nothing off that was asked inside a session");
            Bytes poll = header(test.version(), code::respond_if_ready, later->request_code, later->token);
            Allowed allowed = refused(ErrorCode::unexpected_request, {ErrorCode::invalid_request});
            auto ask = [&](const std::function<Result<Exchange>()>& once) -> Result<Exchange> {
                Exchange exchange = TRY(once());
                for (int i = 0; i < 8 && exchange.error() == ErrorCode::busy; ++i) exchange = TRY(once());
                return exchange;
            };
            Exchange inside = TRY(ask(
                [&]() -> Result<Exchange> { return lab.send_record(TRY(lab.seal(second, poll)), poll); }));
            TRY(expect_inside(test, inside, allowed, "SPDM-DEF-003"));
            TRY(test.expect(TRY(ask([&] { return lab.send_once(poll); })), allowed, "SPDM-DEF-003"));
            return expect_answer_inside(test, TRY(lab.send_in(first, poll)), "SPDM-ATK-024");
        },
    },
};

}  // namespace

void add_session_requests(CaseList& cases) { add(cases, kCases); }

}  // namespace assay::cases
