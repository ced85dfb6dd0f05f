// Busy, ResponseNotReady and RESPOND_IF_READY.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "conformance/suites/responder/support.h"
#include "stack/wire/header.h"
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

Bytes poll(CaseContext& test, wire::Code request_code, uint8_t token) {
    return header(test.version(), code::respond_if_ready, byte(request_code), token);
}

// A request that the device puts off, until it says ResponseNotReady.
struct PutOff {
    Bytes request;
    ErrorResponse error;
};

Result<std::optional<PutOff>> put_off(CaseContext& test, const Bytes& request) {
    for (int i = 0; i < 8; ++i) {
        Exchange exchange = TRY(test.lab().send_once(request));
        if (exchange.error() == ErrorCode::busy) continue;
        if (exchange.error() != ErrorCode::response_not_ready) break;
        auto error = TRY(wire::decode<ErrorResponse>(*exchange.response, exchange.response_context));
        return PutOff{request, error};
    }
    return std::nullopt;
}

Result<std::vector<Bytes>> candidates(CaseContext& test) {
    std::vector<Bytes> list;
    wire::VendorDefinedRequest vendor;
    vendor.standard_id = 3;
    vendor.vendor_id = {1, 0};
    vendor.payload = {1, 2, 3};
    list.push_back(TRY(test.lab().encode(vendor)));
    if (test.claims().has(cap::chal)) list.push_back(TRY(test.lab().encode(test.lab().challenge())));
    if (test.claims().has(cap::meas)) {
        list.push_back(TRY(test.lab().encode(test.lab().get_measurements(wire::kAllMeasurements, false))));
    }
    return list;
}

// Whatever the device puts off, on a negotiated connection.
Result<std::optional<PutOff>> anything_put_off(CaseContext& test) {
    TRY(test.lab().negotiated(test.version()));
    for (const Bytes& request : TRY(candidates(test))) {
        TRY(test.lab().negotiated(test.version()));
        if (auto found = TRY(put_off(test, request))) return found;
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

const Case kCases[] = {
    {
        .id = "def/nothing-deferred",
        .title = "RESPOND_IF_READY without a deferred request is refused",
        .requirements = {"SPDM-DEF-002"},
        .negative = true,
        .run = [](CaseContext& test) -> CheckResult {
            TRY(negotiate(test));
            Exchange exchange = TRY(test.lab().send(poll(test, code::get_digests, 0)));
            return test.expect(exchange, nothing_to_poll(), "SPDM-DEF-002");
        },
    },
    {
        .id = "def/itself",
        .title = "RESPOND_IF_READY that names itself is InvalidRequest",
        .requirements = {"SPDM-DEF-009"},
        .negative = true,
        .run = [](CaseContext& test) -> CheckResult {
            TRY(negotiate(test));
            Exchange nothing = TRY(test.lab().send(poll(test, code::respond_if_ready, 0)));
            Allowed allowed = refused(ErrorCode::invalid_request,
                                      {ErrorCode::unexpected_request, ErrorCode::unsupported_request});
            TRY(test.expect(nothing, allowed, "SPDM-DEF-009"));
            auto found = TRY(anything_put_off(test));
            if (!found) return {};
            Exchange exchange =
                TRY(test.lab().send_once(poll(test, code::respond_if_ready, found->error.token)));
            return test.expect(exchange, invalid(), "SPDM-DEF-009");
        },
    },
    {
        .id = "def/mismatch",
        .title = "Another RequestCode or Token is InvalidRequest",
        .requirements = {"SPDM-DEF-001"},
        .negative = true,
        .run = [](CaseContext& test) -> CheckResult {
            auto found = TRY(anything_put_off(test));
            if (!found) return CaseContext::not_applicable(kNothing);
            uint8_t token = static_cast<uint8_t>(found->error.token + 1);
            TRY(test.expect(TRY(test.lab().send_once(poll(test, wire::code_of(found->request), token))),
                            invalid(), "SPDM-DEF-001"));
            found = TRY(anything_put_off(test));
            if (!found) return CaseContext::not_applicable(kNothing);
            wire::Code other = wire::code_of(found->request) == code::get_digests ? code::get_certificate
                                                                                  : code::get_digests;
            return test.expect(TRY(test.lab().send_once(poll(test, other, found->error.token))), invalid(),
                               "SPDM-DEF-001");
        },
    },
    {
        .id = "def/form",
        .title = "ResponseNotReady names the request and a sane time",
        .requirements = {"SPDM-DEF-004", "SPDM-DEF-005", "SPDM-DEF-104"},
        .run = [](CaseContext& test) -> CheckResult {
            auto found = TRY(anything_put_off(test));
            if (!found) return CaseContext::not_applicable(kNothing);
            TRY(test.expect_that(wire::Code{found->error.request_code} == wire::code_of(found->request),
                                 "SPDM-DEF-005", "the code of the deferred request",
                                 fmt::format("0x{:02x}", found->error.request_code), "RequestCode"));
            uint8_t rdtm = found->error.rdtm;
            TRY(test.expect_that(rdtm != 0 && found->error.rdt_exponent <= spdm::kMaxCtExponent,
                                 "SPDM-DEF-004", "a window to ask in, and a time that a device could mean",
                                 fmt::format("RDTM {}, RDTExponent {}", rdtm, found->error.rdt_exponent),
                                 "RDTM"));
            return test.expect_that(rdtm > 1, "SPDM-DEF-104", "RDTM of two or more", fmt::format("{}", rdtm),
                                    "RDTM");
        },
    },
    // A poll is answered, or put off again for the same request.
    {
        .id = "def/again",
        .title = "A poll is answered, or put off again for the same request",
        .requirements = {"SPDM-DEF-011", "SPDM-DEF-005"},
        .run = [](CaseContext& test) -> CheckResult {
            auto found = TRY(anything_put_off(test));
            if (!found) return CaseContext::not_applicable(kNothing);
            ErrorResponse error = found->error;
            for (int i = 0; i < kPolls; ++i) {
                int exponent = std::min<int>(error.rdt_exponent, kMaxWait);
                test.lab().dut().wait(std::chrono::microseconds(int64_t{1} << exponent));
                Exchange exchange =
                    TRY(test.lab().send_once(poll(test, wire::code_of(found->request), error.token)));
                if (exchange.error() == ErrorCode::busy) continue;
                if (exchange.error() != ErrorCode::response_not_ready)
                    return test.expect_answer(exchange, "SPDM-DEF-011");
                error = TRY(wire::decode<ErrorResponse>(*exchange.response, exchange.response_context));
                TRY(test.expect_that(wire::Code{error.request_code} == wire::code_of(found->request),
                                     "SPDM-DEF-005", "the code of the deferred request",
                                     fmt::format("0x{:02x}", error.request_code), "RequestCode"));
            }
            return test.expect_that(false, "SPDM-DEF-011", "an answer in the end",
                                    fmt::format("{} times ResponseNotReady", kPolls), "ErrorCode");
        },
    },
    // GET_VERSION ends what was put off: its token is void.
    {
        .id = "def/dropped-by-get-version",
        .title = "GET_VERSION makes the token of a deferred request void",
        .requirements = {"SPDM-VER-011"},
        .negative = true,
        .run = [](CaseContext& test) -> CheckResult {
            lab::Lab& lab = test.lab();
            auto found = TRY(anything_put_off(test));
            if (!found) return CaseContext::not_applicable(kNothing);
            TRY(test.expect_answer(TRY(lab.send(wire::GetVersion{})), "SPDM-VER-011"));
            TRY(test.expect_answer(TRY(lab.send(lab.capabilities(test.version()))), "SPDM-VER-011"));
            TRY(test.expect_answer(TRY(lab.send(lab.algorithms(test.version()))), "SPDM-VER-011"));
            return test.expect(TRY(lab.send(poll(test, wire::code_of(found->request), found->error.token))),
                               nothing_to_poll(), "SPDM-VER-011");
        },
    },
    // The deferred request is answered in the end, and it is what a signature covers.
    {
        .id = "def/answered-in-the-end",
        .title = "A deferred request is answered, and signed as if it had not been deferred",
        .requirements = {"SPDM-DEF-006", "SPDM-DEF-007", "SPDM-MEA-025"},
        .run = [](CaseContext& test) -> CheckResult {
            lab::Lab& lab = test.lab();
            TRY(negotiate(test));
            bool any = false;
            bool cert = test.claims().has(cap::cert);
            bool signs = cert && test.claims().parameters.meas_cap() == cap::meas_sig;
            for (const Bytes& request : TRY(candidates(test))) {
                TRY(cert ? negotiate_with_chain(test) : negotiate(test));
                size_t before = lab.exchanges().size();
                Exchange exchange = TRY(lab.send(request));
                if (lab.exchanges().size() == before + 1) continue;
                any = true;
                if (wire::code_of(request) == code::challenge && cert) {
                    TRY(test.expect_signature(exchange, "SPDM-DEF-006"));
                } else {
                    TRY(test.expect_answer(exchange, "SPDM-DEF-007"));
                }
                if (wire::code_of(request) != code::get_measurements || !signs) continue;
                TRY(test.expect_signature(TRY(lab.send(lab.get_measurements(wire::kAllMeasurements, true))),
                                          "SPDM-MEA-025"));
            }
            if (!any) return CaseContext::not_applicable(kNothing);
            return {};
        },
    },
    // A device that lost its state says so to everything but GET_VERSION.
    {
        .id = "def/resynch",
        .title = "A device that lost its state answers RequestResynch until GET_VERSION",
        .requirements = {"SPDM-DEF-008"},
        .negative = true,
        .run = [](CaseContext& test) -> CheckResult {
            TRY(negotiate(test));
            if (!test.lab().dut().lose_state()) {
                return CaseContext::not_applicable("the target cannot be reset behind the connection's back");
            }
            Allowed allowed = refused(ErrorCode::request_resynch, {ErrorCode::unexpected_request});
            for (wire::Code request :
                 {code::get_digests, code::negotiate_algorithms, code::get_measurements}) {
                Exchange exchange = TRY(test.lab().send_once(header(test.version(), request)));
                TRY(test.expect(exchange, allowed, "SPDM-DEF-008"));
            }
            return negotiate(test);
        },
    },
    {
        .id = "def/not-in-vca",
        .title = "No message of VCA is answered with ResponseNotReady",
        .requirements = {"SPDM-VER-013"},
        .run = [](CaseContext& test) -> CheckResult {
            TRY(negotiate(test));
            for (const Exchange& exchange : test.lab().exchanges()) {
                bool later = exchange.error() == ErrorCode::response_not_ready;
                TRY(test.expect_that(!later, "SPDM-VER-013", "no ResponseNotReady to a message of VCA",
                                     "ResponseNotReady", "ErrorCode"));
            }
            return {};
        },
    },
};

}  // namespace

void add_deferral(CaseList& cases) { add(cases, kCases); }

}  // namespace assay::cases
