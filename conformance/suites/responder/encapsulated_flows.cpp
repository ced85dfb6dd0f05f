// Making a device send encapsulated requests, and whole flows.
#include <fmt/format.h>

#include <algorithm>

#include "conformance/suites/responder/encapsulated.h"
#include "stack/base/ranges.h"
#include "stack/wire/header.h"
#include "stack/wire/messages/certificate.h"
#include "stack/wire/messages/challenge.h"
#include "stack/wire/messages/encapsulated.h"
#include "stack/wire/messages/vendor_defined.h"

namespace assay::cases {

namespace {

namespace mut_auth = wire::mut_auth;

// The flow is open, and nothing was handed over yet. False: the device does not begin it.
using Opened = std::expected<bool, engine::Finding>;

Opened open_session(CaseContext& test, Asked& asked) {
    lab::Lab& lab = test.lab();
    if (!lab.seen().parameters().both(cap::key_ex) || !lab.seen().parameters().both(cap::mac)) return false;
    if (!lab.dut().carries_secured()) return false;
    // A device that does not accept that requester may refuse it.
    Result<uint32_t> begun = lab.begin_session();
    if (!begun && begun.error().code == Errc::refused) return false;
    uint32_t id = TRY(std::move(begun));
    asked.place = id;
    if (lab.seen().parameters().clear_handshake()) asked.place.reset();
    uint8_t wanted = lab.session(id)->mut_auth_requested;
    if (wanted == mut_auth::implicit_get_digests) asked.request = header(test.version(), code::get_digests);
    return wanted > mut_auth::plain;
}

Opened open_basic(CaseContext& test) {
    if (!test.claims().has(cap::chal)) return false;
    Exchange exchange = TRY(test.lab().send(test.lab().challenge()));
    TRY(test.expect_answer(exchange, "SPDM-CHL-001"));
    return (wire::param1(*exchange.response) & wire::kBasicMutAuthReq) != 0;
}

// A device has two sessions where it can, so that one is not the other.
Opened open_update(CaseContext& test, Asked& asked) {
    lab::Lab& lab = test.lab();
    asked.place = TRY(established(test));
    if (!lab.seen().parameters().encapsulates()) return false;
    SessionOr second = another(test);
    if (!second && second.error().verdict != engine::Verdict::not_applicable)
        return std::unexpected(second.error());
    if (second) asked.other = *second;
    return lab.dut().ask_for_key_update(*asked.place);
}

Opened open(CaseContext& test, Asked& asked) {
    lab::Lab& lab = test.lab();
    if (asked.flow == Flow::update) {
        if (!test.claims().has(cap::key_upd)) return false;
        return open_update(test, asked);
    }
    lab::Offer offer = lab::session_offer(lab::kMutualFlags);
    if (!TRY(went_along(lab.negotiated_with_chain(test.version(), offer)))) return false;
    const spdm::Parameters& parameters = lab.seen().parameters();
    if (!parameters.both(cap::mut_auth) || !parameters.encapsulates()) return false;
    return asked.flow == Flow::session ? open_session(test, asked) : open_basic(test);
}

CheckResult handed_over(CaseContext& test, Asked& asked) {
    if (!asked.request.empty()) return {};
    Exchange exchange = TRY(poll(test, asked));
    TRY(expect_there(test, asked, exchange, {.errors = {}, .answer = true}, "SPDM-ENC-005"));
    auto message =
        TRY(wire::decode<wire::EncapsulatedRequest>(*exchange.response, exchange.response_context));
    asked.request_id = message.request_id;
    asked.request = std::move(message.encapsulated_request);
    return test.expect_that(asked.request.size() >= 4, "SPDM-ENC-009", "a request inside",
                            to_hex(asked.request), "EncapsulatedRequest");
}

}  // namespace

CheckResult each_flow(CaseContext& test, const std::function<CheckResult(const Asked&)>& judge) {
    bool any = false;
    for (Flow flow : {Flow::session, Flow::basic, Flow::update}) {
        Asked asked{.flow = flow};
        Opened opened = open(test, asked);
        bool none = !opened && opened.error().verdict == engine::Verdict::not_applicable;
        if (none) continue;
        if (!TRY(std::move(opened))) continue;
        any = true;
        TRY(handed_over(test, asked));
        TRY(judge(asked));
    }
    TRY(negotiate(test));
    if (!any) return CaseContext::not_applicable("the device asks the requester for nothing");
    return {};
}

Result<Exchange> poll(CaseContext& test, const Asked& asked, lab::Wait wait) {
    Bytes message = header(test.version(), code::get_encapsulated_request);
    return asked.place ? test.lab().send_in(*asked.place, message, {.wait = wait})
                       : test.lab().send(message, wait);
}

Result<Exchange> deliver(CaseContext& test, const Asked& asked, uint8_t request_id, ByteView inner) {
    Bytes message = header(test.version(), code::deliver_encapsulated_response, request_id);
    append(message, inner);
    return asked.place ? test.lab().send_in(*asked.place, message) : test.lab().send(message);
}

CheckResult expect_there(CaseContext& test, const Asked& asked, const Exchange& exchange,
                         const Allowed& allowed, std::string_view requirement) {
    if (asked.place) return expect_inside(test, exchange, allowed, requirement);
    return test.expect(exchange, allowed, requirement);
}

Allowed nothing_pending(CaseContext& test) {
    if (!test.at_least(v1_3)) return refused(ErrorCode::unexpected_request, {ErrorCode::unspecified});
    return refused(ErrorCode::no_pending_requests, {ErrorCode::unexpected_request});
}

Bytes vendor_request(CaseContext& test) {
    wire::VendorDefinedRequest request;
    request.spdm_version = wire::byte(test.version());
    request.standard_id = 3;
    request.vendor_id = {1, 0};
    return wire::encode_raw(request, test.lab().seen().request_context());
}

namespace {

// What a device may ask.
bool may_be_asked(wire::Code request) {
    constexpr wire::Code kAll[] = {code::get_digests,
                                   code::get_certificate,
                                   code::challenge,
                                   code::key_update,
                                   code::get_endpoint_info,
                                   code::send_event,
                                   code::get_supported_event_types,
                                   code::subscribe_event_types,
                                   code::chunk_send,
                                   code::chunk_get};
    return contains(kAll, request);
}

CheckResult judge_request(CaseContext& test, ByteView request) {
    TRY(test.expect_that(request.size() >= 4 && may_be_asked(wire::code_of(request)), "SPDM-ENC-009",
                         "a request that may be encapsulated", to_hex(request), "EncapsulatedRequest"));
    return test.expect_that(wire::version_byte(request) == wire::byte(test.version()), "SPDM-ENC-008",
                            "the version in use", fmt::format("0x{:02x}", wire::version_byte(request)),
                            "SPDMVersion");
}

// One acknowledgement: the delivered RequestID, and what comes next.
CheckResult judge_ack(CaseContext& test, const Exchange& exchange, uint8_t delivered) {
    TRY(test.expect_answer(exchange, "SPDM-ENC-011"));
    auto ack =
        TRY(wire::decode<wire::EncapsulatedResponseAck>(*exchange.response, exchange.response_context));
    TRY(test.expect_that(ack.payload_type <= 2, "SPDM-ENC-011", "payload type 0, 1 or 2",
                         fmt::format("{}", ack.payload_type), "PayloadType"));
    if (test.at_least(v1_2)) {
        TRY(test.expect_that(ack.ack_request_id == delivered, "SPDM-ENC-010",
                             fmt::format("AckRequestID {}", delivered), fmt::format("{}", ack.ack_request_id),
                             "AckRequestID"));
    }
    using wire::AckPayload;
    bool present = ack.payload_type == static_cast<uint8_t>(AckPayload::present);
    if (present) return judge_request(test, ack.encapsulated_request);
    if (ack.payload_type == static_cast<uint8_t>(AckPayload::req_slot_number)) {
        return test.expect_that(ack.req_slot_number < 8, "SPDM-ENC-011", "a slot of 0 to 7",
                                fmt::format("{}", ack.req_slot_number), "ReqSlotNumber");
    }
    size_t due = test.at_least(v1_2) ? 8 : 4;
    bool bare =
        exchange.response->size() >= due &&
        (exchange.response->size() == due || (!exchange.session && test.lab().dut().alignment() != 1));
    return test.expect_that(bare, "SPDM-ENC-011", "no payload",
                            fmt::format("{} bytes", exchange.response->size()), "PayloadType");
}

// A session whose flow ran: what was said in it is not in the transcript, or no HMAC would be right.
CheckResult session_with_flow(CaseContext& test, bool implicit) {
    lab::Lab& lab = test.lab();
    Asked asked{.flow = Flow::session};
    if (!TRY(open(test, asked)))
        return CaseContext::not_applicable("the device asks the requester for nothing");
    uint32_t id = *lab.seen().last_session();
    bool is = lab.session(id)->mut_auth_requested == mut_auth::implicit_get_digests;
    if (implicit && !is)
        return CaseContext::not_applicable("the device asks without an implicit GET_DIGESTS");
    Exchange last = TRY(run_flow(test, asked.place, is));
    // A device that accepts the digests and refuses the chain does not trust the requester.
    bool refuses = last.error() == ErrorCode::invalid_response_code;
    if (refuses) return CaseContext::not_applicable("the device does not trust the requester's certificates");
    std::string_view rule = implicit ? "SPDM-ENC-012" : "SPDM-ENC-014";
    TRY(expect_there(test, asked, last, {.errors = {}, .answer = true}, rule));
    Exchange finished = TRY(lab.send_handshake(id, TRY(lab.finish(id))));
    TRY(test.expect_answer(finished, rule));
    for (const lab::MacCheck& mac : finished.macs)
        TRY(test.expect_that(mac.good, rule, to_hex(mac.due), "another HMAC", "ResponderVerifyData"));
    return expect_goes_on(test, id, rule);
}

// Portions that lead nowhere: the chain is all there, and more is announced; or there is no end of it.
CheckResult endless_chain(CaseContext& test, bool empty) {
    constexpr size_t kPortion = 1024;  // what any record holds
    lab::Lab& lab = test.lab();
    bool any = false;
    for (Flow flow : {Flow::session, Flow::basic}) {
        Asked asked{.flow = flow};
        if (!TRY(open(test, asked))) continue;
        bool implicit = !asked.request.empty();
        bool reached = false;
        auto edit = [&](ByteView request, Bytes& answer) {
            if (request.size() < 8 || wire::code_of(request) != code::get_certificate) return;
            reached = true;
            wire::Context context = lab.seen().request_context();
            auto portion = wire::decode<wire::CertificateResponse>(answer, context);
            auto wanted = wire::decode<wire::GetCertificate>(request, context);
            wire::CertificateResponse more;
            if (portion) more = std::move(*portion);
            more.spdm_version = wire::byte(test.version());
            if (!empty && wanted) more.cert_chain.resize(std::min<size_t>(wanted->length, kPortion));
            if (empty || wanted) more.remainder_length = static_cast<uint16_t>(empty ? 1 : 0xffff);
            answer = wire::encode_raw(more, context);
        };
        Exchange last = TRY(run_flow(test, asked.place, implicit, edit));
        if (!reached) continue;
        any = true;
        Allowed allowed =
            refused(ErrorCode::invalid_response_code, {ErrorCode::invalid_request, ErrorCode::unspecified});
        TRY(expect_there(test, asked, last, allowed, "SPDM-ENC-018"));
    }
    TRY(negotiate(test));
    if (!any) return CaseContext::not_applicable("the device does not ask for the requester's certificates");
    return {};
}

const Case kCases[] = {
    // Whole flows, seen from what the requester delivers.
    {
        .id = "enc/acknowledgements",
        .title = "Each delivery is acknowledged with its RequestID and what comes next",
        .requirements = {"SPDM-ENC-009", "SPDM-ENC-010", "SPDM-ENC-011", "SPDM-ENC-008", "SPDM-CHL-001",
                         "SPDM-ENC-005"},
        .since = v1_1,
        .needs = cap::encap,
        .judges = {code::get_encapsulated_request, code::deliver_encapsulated_response},
        .waits = true,
        .run = [](CaseContext& test) -> CheckResult {
            return each_flow(test, [&](const Asked& first) -> CheckResult {
                constexpr int kMost = 200;
                Asked asked = first;
                TRY(judge_request(test, asked.request));
                for (int i = 0; i < kMost; ++i) {
                    Bytes inner = test.lab().answer_encapsulated(asked.request);
                    Exchange exchange = TRY(deliver(test, asked, asked.request_id, inner));
                    // Whether the device accepts the requester is not judged here.
                    if (exchange.error() == ErrorCode::invalid_response_code) return {};
                    TRY(judge_ack(test, exchange, asked.request_id));
                    auto ack = TRY(wire::decode<wire::EncapsulatedResponseAck>(*exchange.response,
                                                                               exchange.response_context));
                    if (ack.encapsulated_request.empty()) return {};
                    asked.request_id = ack.request_id;
                    asked.request = std::move(ack.encapsulated_request);
                }
                return test.expect_that(false, "SPDM-ENC-018", "a flow that ends",
                                        fmt::format("{} encapsulated requests", kMost));
            });
        },
    },
    // Other requests while a flow is open whose request was not fetched yet: they are refused, and not by
    // RequestInFlight, which is for a request that was handed over. The device's own key update blocks no
    // request.
    {
        .id = "enc/unfetched",
        .title = "Before an encapsulated request was fetched nothing is in flight",
        .requirements = {"SPDM-ENC-019", "SPDM-CHL-001"},
        .since = v1_1,
        .needs = cap::encap | cap::mut_auth,
        .negative = true,
        .waits = true,
        .run = [](CaseContext& test) -> CheckResult {
            lab::Lab& lab = test.lab();
            bool any = false;
            for (Flow flow : {Flow::session, Flow::basic}) {
                Asked asked{.flow = flow};
                // An implicit GET_DIGESTS counts as handed over.
                if (!TRY(open(test, asked)) || !asked.request.empty()) continue;
                any = true;
                Bytes other = flow == Flow::session ? vendor_request(test) : probe(test);
                Exchange exchange = TRY(asked.place ? lab.send_in(*asked.place, other) : lab.send(other));
                Allowed allowed = refused(ErrorCode::unexpected_request,
                                          {ErrorCode::request_in_flight, ErrorCode::unsupported_request});
                TRY(expect_there(test, asked, exchange, allowed, "SPDM-ENC-019"));
            }
            TRY(negotiate(test));
            if (!any) return CaseContext::not_applicable("the device opens no flow that has to be fetched");
            return {};
        },
    },
    {
        .id = "enc/not-in-transcript",
        .title = "The messages of a flow are not in the transcript of its session",
        .requirements = {"SPDM-ENC-014"},
        .since = v1_1,
        .needs = cap::encap | cap::mut_auth | cap::key_ex,
        .run = [](CaseContext& test) { return session_with_flow(test, false); },
    },
    {
        .id = "enc/implicit-digests",
        .title = "A flow that begins with DIGESTS has RequestID zero",
        .requirements = {"SPDM-ENC-012"},
        .since = v1_1,
        .needs = cap::encap | cap::mut_auth | cap::key_ex,
        .waits = true,
        .run = [](CaseContext& test) { return session_with_flow(test, true); },
    },
    {
        .id = "enc/empty-portions",
        .title = "A chain with empty portions is given up",
        .requirements = {"SPDM-ENC-018", "SPDM-CHL-001"},
        .since = v1_1,
        .needs = cap::encap | cap::mut_auth,
        .negative = true,
        .run = [](CaseContext& test) { return endless_chain(test, true); },
    },
    {
        .id = "enc/endless-chain",
        .title = "A chain without an end is given up",
        .requirements = {"SPDM-ENC-018", "SPDM-CHL-001"},
        .since = v1_1,
        .needs = cap::encap | cap::mut_auth,
        .negative = true,
        .run = [](CaseContext& test) { return endless_chain(test, false); },
    },
};

}  // namespace

void add_encapsulated_flows(CaseList& cases) { add(cases, kCases); }

}  // namespace assay::cases
