// Requests larger than the device takes.
#include <fmt/format.h>

#include "conformance/cases/responder/sessions.h"
#include "stack/wire/messages/vendor_defined.h"

namespace assay::cases {

namespace {

// A VENDOR_DEFINED_REQUEST of that size: no other request can be so long and well-formed. Its Length has 16
// bits.
Bytes vendor_of(Trial& trial, size_t size) {
    wire::VendorDefinedRequest request;
    request.spdm_version = wire::byte(trial.version());
    request.standard_id = 3;
    request.vendor_id = {1, 0};
    const wire::Context context = trial.lab().seen().request_context();
    request.payload.resize(size - wire::encode_raw(request, context).size());
    return wire::encode_raw(request, context);
}

constexpr size_t kLongest = 60000;

// One byte more, as the transport pads, and as much as a request can have.
std::vector<size_t> too_large(Trial& trial) {
    size_t most = trial.lab().seen().parameters().responder_max_msg_size;
    std::vector<size_t> sizes;
    for (size_t size : {trial.lab().arriving(most + 1), kLongest}) {
        if (size > most && size <= kLongest) sizes.push_back(size);
    }
    return sizes;
}

// Who does not know the request, or that vendor, may say so first.
Allowed not_taken() {
    Allowed allowed =
        refused(ErrorCode::request_too_large,
                {ErrorCode::unsupported_request, ErrorCode::invalid_request, ErrorCode::unexpected_request});
    allowed.silence = true;
    return allowed;
}

Judgement outside(Trial& trial) {
    TRY(negotiate(trial));
    std::vector<size_t> sizes = too_large(trial);
    if (sizes.empty()) return Trial::not_applicable("the device takes every request that there is");
    for (size_t size : sizes) {
        TRY(negotiate(trial));
        Exchange exchange = TRY(trial.lab().send(vendor_of(trial, size)));
        TRY(trial.expect(exchange, not_taken(), "SPDM-CAP-039"));
    }
    return {};
}

}  // namespace

void add_limits(CaseList& cases) {
    cases.push_back(since(
        v1_2, negative("cap/request-too-large", "A request larger than MaxSPDMmsgSize is RequestTooLarge",
                       {"SPDM-CAP-039"}, outside)));
}

}  // namespace assay::cases
