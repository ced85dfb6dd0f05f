// Requests larger than the device takes.
#include <fmt/format.h>

#include "conformance/suites/responder/sessions.h"
#include "stack/wire/messages/vendor_defined.h"

namespace assay::cases {

namespace {

// A VENDOR_DEFINED_REQUEST of that size: no other request can be so long and well-formed. Its Length has 16
// bits.
Bytes vendor_of(CaseContext& test, size_t size) {
    wire::VendorDefinedRequest request;
    request.spdm_version = wire::byte(test.version());
    request.standard_id = 3;
    request.vendor_id = {1, 0};
    const wire::Context context = test.lab().seen().request_context();
    request.payload.resize(size - wire::encode_raw(request, context).size());
    return wire::encode_raw(request, context);
}

constexpr size_t kLongest = 60000;

// One byte more, as the transport pads, and as much as a request can have.
std::vector<size_t> too_large(CaseContext& test) {
    size_t most = test.lab().seen().parameters().responder_max_msg_size;
    std::vector<size_t> sizes;
    for (size_t size : {test.lab().arriving(most + 1), kLongest}) {
        if (size > most && size <= kLongest) sizes.push_back(size);
    }
    return sizes;
}

// A device that does not support the request, or that vendor, may refuse it for that.
Allowed not_taken() {
    Allowed allowed =
        refused(ErrorCode::request_too_large,
                {ErrorCode::unsupported_request, ErrorCode::invalid_request, ErrorCode::unexpected_request});
    allowed.silence = true;
    return allowed;
}

const Case kCases[] = {
    {
        .id = "cap/request-too-large",
        .title = "A request larger than MaxSPDMmsgSize is RequestTooLarge",
        .requirements = {"SPDM-CAP-039"},
        .since = v1_2,
        .negative = true,
        .run = [](CaseContext& test) -> CheckResult {
            TRY(negotiate(test));
            std::vector<size_t> sizes = too_large(test);
            if (sizes.empty())
                return CaseContext::not_applicable("the device takes every request that there is");
            for (size_t size : sizes) {
                TRY(negotiate(test));
                Exchange exchange = TRY(test.lab().send(vendor_of(test, size)));
                TRY(test.expect(exchange, not_taken(), "SPDM-CAP-039"));
            }
            return {};
        },
    },
};

}  // namespace

void add_limits(CaseList& cases) { add(cases, kCases); }

}  // namespace assay::cases
