// Busy, ResponseNotReady and RESPOND_IF_READY.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "conformance/cases/responder/support.h"
#include "stack/wire/messages/error.h"
#include "stack/wire/messages/measurements.h"
#include "stack/wire/messages/vendor_defined.h"
#include "stack/wire/messages/version.h"

namespace assay::cases {

namespace {

using wire::ErrorResponse;

constexpr int kPolls = 16;
// Four seconds: longer waits are cut.
constexpr int kMaxWait = 22;

Bytes poll(Trial& trial, uint8_t request_code, uint8_t token) {
    return header(trial.version(), code::respond_if_ready, request_code, token);
}

// A request that the device puts off, until it says ResponseNotReady.
struct PutOff {
    Bytes request;
    ErrorResponse error;
};

Result<std::optional<PutOff>> put_off(Trial& trial, const Bytes& request) {
    for (int i = 0; i < 8; ++i) {
        Exchange exchange = TRY(trial.lab().send_once(request));
        if (exchange.error() == ErrorCode::busy) continue;
        if (exchange.error() != ErrorCode::response_not_ready) break;
        auto error = TRY(wire::decode<ErrorResponse>(*exchange.response, exchange.response_context));
        return PutOff{request, error};
    }
    return std::nullopt;
}

Result<std::vector<Bytes>> candidates(Trial& trial) {
    std::vector<Bytes> list;
    wire::VendorDefinedRequest vendor;
    vendor.standard_id = 3;
    vendor.vendor_id = {1, 0};
    vendor.payload = {1, 2, 3};
    list.push_back(TRY(trial.lab().encode(vendor)));
    if (trial.claims().has(cap::chal)) list.push_back(TRY(trial.lab().encode(trial.lab().challenge())));
    if (trial.claims().has(cap::meas)) {
        list.push_back(TRY(trial.lab().encode(trial.lab().get_measurements(wire::kAllMeasurements, false))));
    }
    return list;
}

// Whatever the device puts off, on a negotiated connection.
Result<std::optional<PutOff>> anything_put_off(Trial& trial) {
    TRY(trial.lab().negotiated(trial.version()));
    for (const Bytes& request : TRY(candidates(trial))) {
        TRY(trial.lab().negotiated(trial.version()));
        if (auto found = TRY(put_off(trial, request))) return found;
    }
    return std::nullopt;
}

constexpr const char* kNothing =
    "the device put none of CHALLENGE, GET_MEASUREMENTS and VENDOR_DEFINED_REQUEST off";

// A device that never puts anything off need not know RESPOND_IF_READY.
Allowed nothing_to_poll() {
    Allowed allowed =
        refused(ErrorCode::unexpected_request, {ErrorCode::invalid_request, ErrorCode::unsupported_request});
    allowed.equal = true;
    return allowed;
}

Judgement without_deferred(Trial& trial) {
    TRY(negotiate(trial));
    Exchange exchange = TRY(trial.lab().send(poll(trial, code::get_digests, 0)));
    return trial.expect(exchange, nothing_to_poll(), "SPDM-DEF-002");
}

Judgement for_itself(Trial& trial) {
    TRY(negotiate(trial));
    Exchange nothing = TRY(trial.lab().send(poll(trial, code::respond_if_ready, 0)));
    Allowed allowed =
        refused(ErrorCode::invalid_request, {ErrorCode::unexpected_request, ErrorCode::unsupported_request});
    TRY(trial.expect(nothing, allowed, "SPDM-DEF-009"));
    auto found = TRY(anything_put_off(trial));
    if (!found) return {};
    Exchange exchange = TRY(trial.lab().send_once(poll(trial, code::respond_if_ready, found->error.token)));
    return trial.expect(exchange, invalid(), "SPDM-DEF-009");
}

Judgement mismatch(Trial& trial) {
    auto found = TRY(anything_put_off(trial));
    if (!found) return Trial::not_applicable(kNothing);
    uint8_t token = static_cast<uint8_t>(found->error.token + 1);
    TRY(trial.expect(TRY(trial.lab().send_once(poll(trial, found->request[1], token))), invalid(),
                     "SPDM-DEF-001"));
    found = TRY(anything_put_off(trial));
    if (!found) return Trial::not_applicable(kNothing);
    uint8_t other = found->request[1] == code::get_digests ? code::get_certificate : code::get_digests;
    return trial.expect(TRY(trial.lab().send_once(poll(trial, other, found->error.token))), invalid(),
                        "SPDM-DEF-001");
}

Judgement form(Trial& trial) {
    auto found = TRY(anything_put_off(trial));
    if (!found) return Trial::not_applicable(kNothing);
    TRY(trial.expect_that(found->error.request_code == found->request[1], "SPDM-DEF-005",
                          "the code of the deferred request",
                          fmt::format("0x{:02x}", found->error.request_code), "RequestCode"));
    uint8_t rdtm = found->error.rdtm;
    TRY(trial.expect_that(rdtm != 0 && found->error.rdt_exponent <= spdm::kMaxCtExponent, "SPDM-DEF-004",
                          "a window to ask in, and a time that a device could mean",
                          fmt::format("RDTM {}, RDTExponent {}", rdtm, found->error.rdt_exponent), "RDTM"));
    return trial.expect_that(rdtm > 1, "SPDM-DEF-104", "RDTM of two or more", fmt::format("{}", rdtm),
                             "RDTM");
}

// The deferred request is answered in the end, and it is what a signature covers.
Judgement answered_in_the_end(Trial& trial) {
    lab::Lab& lab = trial.lab();
    TRY(negotiate(trial));
    bool any = false;
    bool cert = trial.claims().has(cap::cert);
    bool signs = cert && trial.claims().parameters.meas_cap() == cap::meas_sig;
    for (const Bytes& request : TRY(candidates(trial))) {
        TRY(cert ? negotiate_with_chain(trial) : negotiate(trial));
        size_t before = lab.exchanges().size();
        Exchange exchange = TRY(lab.send(request));
        if (lab.exchanges().size() == before + 1) continue;
        any = true;
        if (request[1] == code::challenge && cert) {
            TRY(trial.expect_signature(exchange, "SPDM-DEF-006"));
        } else {
            TRY(trial.expect_answer(exchange, "SPDM-DEF-007"));
        }
        if (request[1] != code::get_measurements || !signs) continue;
        TRY(trial.expect_signature(TRY(lab.send(lab.get_measurements(wire::kAllMeasurements, true))),
                                   "SPDM-MEA-025"));
    }
    if (!any) return Trial::not_applicable(kNothing);
    return {};
}

// A poll is answered, or put off again for the same request.
Judgement again(Trial& trial) {
    auto found = TRY(anything_put_off(trial));
    if (!found) return Trial::not_applicable(kNothing);
    ErrorResponse error = found->error;
    for (int i = 0; i < kPolls; ++i) {
        int exponent = std::min<int>(error.rdt_exponent, kMaxWait);
        trial.lab().dut().wait(std::chrono::microseconds(int64_t{1} << exponent));
        Exchange exchange = TRY(trial.lab().send_once(poll(trial, found->request[1], error.token)));
        if (exchange.error() == ErrorCode::busy) continue;
        if (exchange.error() != ErrorCode::response_not_ready)
            return trial.expect_answer(exchange, "SPDM-DEF-011");
        error = TRY(wire::decode<ErrorResponse>(*exchange.response, exchange.response_context));
        TRY(trial.expect_that(error.request_code == found->request[1], "SPDM-DEF-005",
                              "the code of the deferred request", fmt::format("0x{:02x}", error.request_code),
                              "RequestCode"));
    }
    return trial.expect_that(false, "SPDM-DEF-011", "an answer in the end",
                             fmt::format("{} times ResponseNotReady", kPolls), "ErrorCode");
}

// GET_VERSION ends what was put off: its token is void.
Judgement dropped_by_get_version(Trial& trial) {
    lab::Lab& lab = trial.lab();
    auto found = TRY(anything_put_off(trial));
    if (!found) return Trial::not_applicable(kNothing);
    TRY(trial.expect_answer(TRY(lab.send(wire::GetVersion{})), "SPDM-VER-011"));
    TRY(trial.expect_answer(TRY(lab.send(lab.capabilities(trial.version()))), "SPDM-VER-011"));
    TRY(trial.expect_answer(TRY(lab.send(lab.algorithms(trial.version()))), "SPDM-VER-011"));
    return trial.expect(TRY(lab.send(poll(trial, found->request[1], found->error.token))), nothing_to_poll(),
                        "SPDM-VER-011");
}

Judgement vca_is_not_deferred(Trial& trial) {
    TRY(negotiate(trial));
    for (const Exchange& exchange : trial.lab().exchanges()) {
        bool later = exchange.error() == ErrorCode::response_not_ready;
        TRY(trial.expect_that(!later, "SPDM-VER-013", "no ResponseNotReady to a message of VCA",
                              "ResponseNotReady", "ErrorCode"));
    }
    return {};
}

// A device that lost its state says so to everything but GET_VERSION.
Judgement resynchronises(Trial& trial) {
    TRY(negotiate(trial));
    if (!trial.lab().dut().lose_state()) {
        return Trial::not_applicable("the target cannot be reset behind the connection's back");
    }
    Allowed allowed = refused(ErrorCode::request_resynch, {ErrorCode::unexpected_request});
    for (uint8_t request : Bytes{code::get_digests, code::negotiate_algorithms, code::get_measurements}) {
        Exchange exchange = TRY(trial.lab().send_once(header(trial.version(), request)));
        TRY(trial.expect(exchange, allowed, "SPDM-DEF-008"));
    }
    return negotiate(trial);
}

}  // namespace

void add_deferral(CaseList& cases) {
    cases.push_back(negative("def/nothing-deferred", "RESPOND_IF_READY without a deferred request is refused",
                             {"SPDM-DEF-002"}, without_deferred));
    cases.push_back(negative("def/itself", "RESPOND_IF_READY that names itself is InvalidRequest",
                             {"SPDM-DEF-009"}, for_itself));
    cases.push_back(negative("def/mismatch", "Another RequestCode or Token is InvalidRequest",
                             {"SPDM-DEF-001"}, mismatch));
    cases.push_back(positive("def/form", "ResponseNotReady names the request and a sane time",
                             {"SPDM-DEF-004", "SPDM-DEF-005", "SPDM-DEF-104"}, form));
    cases.push_back(positive("def/again", "A poll is answered, or put off again for the same request",
                             {"SPDM-DEF-011", "SPDM-DEF-005"}, again));
    cases.push_back(negative("def/dropped-by-get-version",
                             "GET_VERSION makes the token of a deferred request void", {"SPDM-VER-011"},
                             dropped_by_get_version));
    cases.push_back(positive("def/answered-in-the-end",
                             "A deferred request is answered, and signed as if it had not been deferred",
                             {"SPDM-DEF-006", "SPDM-DEF-007", "SPDM-MEA-025"}, answered_in_the_end));
    cases.push_back(negative("def/resynch",
                             "A device that lost its state answers RequestResynch until GET_VERSION",
                             {"SPDM-DEF-008"}, resynchronises));
    cases.push_back(positive("def/not-in-vca", "No message of VCA is answered with ResponseNotReady",
                             {"SPDM-VER-013"}, vca_is_not_deferred));
}

}  // namespace assay::cases
