#include "conformance/suites/responder/support.h"

#include <fmt/format.h>

#include <algorithm>

#include "stack/wire/annotate.h"
#include "stack/wire/header.h"
#include "stack/wire/messages/opaque_data.h"

namespace assay::cases {

Bytes header(Version version, wire::Code code, uint8_t param1, uint8_t param2) {
    return {wire::byte(version), byte(code), param1, param2};
}

Allowed invalid() { return refused(ErrorCode::invalid_request); }
Allowed unexpected() { return refused(ErrorCode::unexpected_request); }

Allowed stopped_by_flow() {
    Allowed allowed = refused(ErrorCode::request_in_flight, {ErrorCode::unexpected_request});
    allowed.equal = true;
    return allowed;
}

Bytes padded(Bytes request, size_t padding) {
    request.resize(request.size() + padding);
    return request;
}

Allowed answer_despite_padding(CaseContext& test) {
    Allowed allowed{.errors = {}, .answer = true};
    if (test.lab().dut().alignment() == 1) {
        allowed.errors = {ErrorCode::invalid_request};
        allowed.equal = true;
    }
    return allowed;
}

Bytes last_answer(CaseContext& test, wire::Code request_code) {
    const std::vector<Exchange>& all = test.lab().exchanges();
    for (auto exchange = all.rbegin(); exchange != all.rend(); ++exchange) {
        if (exchange->answered() && wire::code_of(exchange->request) == request_code)
            return *exchange->response;
    }
    return {};
}

CheckResult negotiate(CaseContext& test) {
    TRY(test.lab().negotiated(test.version()));
    return {};
}

CheckResult negotiate_with_chain(CaseContext& test, uint8_t slot) {
    TRY(negotiate(test));
    if (test.lab().seen().chains().contains(slot)) return {};
    TRY(test.lab().ensure_chain(slot));
    return negotiate(test);
}

CheckResult expect_signed_vca(CaseContext& test, std::string_view requirement) {
    lab::Lab& lab = test.lab();
    bool challenges = test.claims().has(cap::chal);
    bool measures = test.claims().parameters.meas_cap() == cap::meas_sig && test.at_least(v1_2);
    if (!challenges && !measures)
        return CaseContext::not_applicable("the device signs nothing that covers VCA");
    TRY(lab.ensure_chain(0));
    if (challenges) return test.expect_signature(TRY(lab.send(lab.challenge())), requirement);
    return test.expect_signature(TRY(lab.send(lab.get_measurements(wire::kAllMeasurements, true))),
                                 requirement);
}

CheckResult expect_nothing_reserved(CaseContext& test, const Exchange& exchange,
                                    std::string_view requirement) {
    for (const wire::Span& span : wire::annotate(*exchange.response, exchange.response_context).spans) {
        if (!span.number) continue;
        uint64_t set = span.value & wire::reserved_bits(span.field, span.size, test.version());
        TRY(test.expect_that(set == 0, requirement, "reserved bits of zero", fmt::format("0x{:x}", set),
                             span.path));
    }
    return {};
}

CheckResult sound_opaque(CaseContext& test, ByteView opaque, std::string_view absent, std::string_view form) {
    if (!test.at_least(v1_2)) return {};
    uint8_t format = test.lab().seen().parameters().opaque_format;
    TRY(test.expect_that(opaque.empty() || format != 0, absent, "no opaque data without a format",
                         to_hex(opaque), "OpaqueData"));
    if (opaque.empty() || format != wire::kOpaqueDataFmt1) return {};
    auto data = wire::decode_exact<wire::OpaqueData>(opaque, test.lab().seen().request_context());
    TRY(test.expect_that(data.has_value(), form, "opaque data of format 1", data ? "" : data.error().text(),
                         "OpaqueData"));
    TRY(test.expect_that(!data->elements.empty(), form, "at least one element", "none", "OpaqueData"));
    for (const wire::OpaqueElement& element : data->elements) {
        bool zero = std::ranges::all_of(element.align_padding, [](uint8_t byte) { return byte == 0; });
        TRY(test.expect_that(zero, form, "padding of zeros", to_hex(element.align_padding), "OpaqueData"));
    }
    return {};
}

}  // namespace assay::cases
