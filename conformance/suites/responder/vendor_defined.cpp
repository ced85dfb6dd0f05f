// VENDOR_DEFINED_REQUEST.
#include "stack/wire/messages/vendor_defined.h"

#include <fmt/format.h>

#include "conformance/suites/responder/support.h"
#include "stack/wire/header.h"

namespace assay::cases {

namespace {

using wire::VendorDefinedRequest;

VendorDefinedRequest message(uint16_t standard_id, Bytes vendor_id, Bytes payload = {1, 2, 3, 4}) {
    VendorDefinedRequest request;
    request.standard_id = standard_id;
    request.vendor_id = std::move(vendor_id);
    request.payload = std::move(payload);
    return request;
}

Bytes raw(CaseContext& test, const VendorDefinedRequest& request) {
    Bytes bytes = wire::encode_raw(request, test.lab().seen().request_context());
    bytes[0] = wire::byte(test.version());
    return bytes;
}

// Whether the device supports any vendor at all; if not, it refuses every request as unsupported.
Allowed invalid_or_no_vendor() {
    return refused(ErrorCode::invalid_request, {ErrorCode::unsupported_request});
}

const Case kCases[] = {
    {
        .id = "vdm/vendor-id-length",
        .title = "A VendorID of another length than the registry's is InvalidRequest",
        .requirements = {"SPDM-VDM-018"},
        .negative = true,
        .run = [](CaseContext& test) -> CheckResult {
            TRY(negotiate(test));
            const std::pair<uint16_t, Bytes> wrong[] = {
                {3, {1, 0, 0}}, {3, {1}}, {0, {1}}, {4, {1, 0}}, {0x7fff, {1, 0}}};
            for (const auto& [standard, vendor] : wrong) {
                TRY(test.expect(TRY(test.lab().send(raw(test, message(standard, vendor)))),
                                invalid_or_no_vendor(), "SPDM-VDM-018"));
            }
            return {};
        },
    },
    {
        .id = "vdm/lengths-beyond",
        .title = "Lengths beyond the message are InvalidRequest",
        .requirements = {"SPDM-VDM-019"},
        .negative = true,
        .run = [](CaseContext& test) -> CheckResult {
            TRY(negotiate(test));
            Bytes good = raw(test, message(3, {1, 0}));
            for (size_t at : {size_t{6}, size_t{9}}) {
                Bytes request = good;
                request[at] = 0xff;
                TRY(test.expect(TRY(test.lab().send(request)), invalid_or_no_vendor(), "SPDM-VDM-019"));
            }
            return {};
        },
    },
    // A vendor that does not exist: TCG's vendor 0xFFFF.
    {
        .id = "vdm/unknown-vendor",
        .title = "An unknown vendor is UnsupportedRequest",
        .requirements = {"SPDM-VDM-021"},
        .negative = true,
        .run = [](CaseContext& test) -> CheckResult {
            TRY(negotiate(test));
            Exchange exchange = TRY(test.lab().send(raw(test, message(1, {0xff, 0xff}))));
            TRY(test.expect(exchange, refused(ErrorCode::unsupported_request, {ErrorCode::invalid_request}),
                            "SPDM-VDM-021"));
            if (exchange.error() != ErrorCode::unsupported_request) return {};
            uint8_t data = wire::param2(*exchange.response);
            return test.expect_that(data == byte(code::vendor_defined_request), "SPDM-VDM-021",
                                    "ErrorData 0xfe", fmt::format("0x{:02x}", data), "ErrorData");
        },
    },
    {
        .id = "vdm/mirrors",
        .title = "The response mirrors StandardID and VendorID",
        .requirements = {"SPDM-VDM-020"},
        .run = [](CaseContext& test) -> CheckResult {
            TRY(negotiate(test));
            Exchange exchange = TRY(test.lab().send(raw(test, message(3, {1, 0}))));
            if (exchange.error())
                return CaseContext::not_applicable("the device does not speak with PCI-SIG vendor 1");
            TRY(test.expect_answer(exchange, "SPDM-VDM-020"));
            auto answer =
                TRY(wire::decode<wire::VendorDefinedResponse>(*exchange.response, exchange.response_context));
            TRY(test.expect_that(answer.standard_id == 3, "SPDM-VDM-020", "StandardID 3",
                                 fmt::format("{}", answer.standard_id), "StandardID"));
            return test.expect_that(to_hex(answer.vendor_id) == "0100", "SPDM-VDM-020", "VendorID 0100",
                                    to_hex(answer.vendor_id), "VendorID");
        },
    },
    {
        .id = "vdm/too-early",
        .title = "VENDOR_DEFINED_REQUEST is refused before algorithms are negotiated",
        .requirements = {"SPDM-VDM-023"},
        .negative = true,
        .run = [](CaseContext& test) -> CheckResult {
            TRY(test.lab().after_capabilities(test.version()));
            // A device without vendors may refuse the request for that first.
            Allowed allowed = refused(ErrorCode::unexpected_request,
                                      {ErrorCode::unsupported_request, ErrorCode::invalid_request});
            allowed.equal = true;
            return test.expect(TRY(test.lab().send(raw(test, message(3, {1, 0})))), allowed, "SPDM-VDM-023");
        },
    },
    // Bit 7 of Param1 is reserved before 1.4: the layout stays.
    {
        .id = "vdm/later-form",
        .title = "The large form's bit changes nothing before 1.4",
        .requirements = {"SPDM-VDM-025"},
        .until = v1_3,
        .run = [](CaseContext& test) -> CheckResult {
            TRY(negotiate(test));
            VendorDefinedRequest request = message(3, {1, 0});
            Exchange plain = TRY(test.lab().send(raw(test, request)));
            if (plain.error())
                return CaseContext::not_applicable("the device does not speak with PCI-SIG vendor 1");
            request.param1 = wire::kLargePayload;
            Exchange exchange = TRY(test.lab().send(raw(test, request)));
            TRY(test.expect_answer(exchange, "SPDM-VDM-025"));
            auto answer =
                TRY(wire::decode<wire::VendorDefinedResponse>(*exchange.response, exchange.response_context));
            return test.expect_that(answer.standard_id == 3 && to_hex(answer.vendor_id) == "0100",
                                    "SPDM-VDM-025", "the vendor of the request",
                                    fmt::format("{} {}", answer.standard_id, to_hex(answer.vendor_id)),
                                    "VendorID");
        },
    },
    {
        .id = "vdm/large-payload",
        .title = "A large payload without LARGE_RESP_CAP is InvalidRequest",
        .requirements = {"SPDM-VDM-022"},
        .since = v1_4,
        .negative = true,
        .run = [](CaseContext& test) -> CheckResult {
            TRY(negotiate(test));
            VendorDefinedRequest request = message(3, {1, 0});
            request.param1 = wire::kLargePayload;
            return test.expect(TRY(test.lab().send(raw(test, request))), invalid_or_no_vendor(),
                               "SPDM-VDM-022");
        },
    },
};

}  // namespace

void add_vendor_defined(CaseList& cases) { add(cases, kCases); }

}  // namespace assay::cases
