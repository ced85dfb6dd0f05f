// Malformed variants of every request, made from its description.
#include <fmt/format.h>

#include <algorithm>

#include "conformance/suites/responder/support.h"
#include "stack/wire/messages/certificate.h"
#include "stack/wire/messages/digests.h"
#include "stack/wire/messages/vendor_defined.h"
#include "stack/wire/messages/version.h"
#include "stack/wire/registry.h"
#include "stack/wire/variants.h"

namespace assay::cases {

namespace {

using wire::Variant;
using wire::VariantKind;

// One request: how to come to where it is legal, and a good one of it.
struct Request {
    const char* id;
    wire::Code code;
    uint32_t needs;
    Result<> (*reach)(CaseContext&);
    Result<Bytes> (*make)(CaseContext&);
    const char* size = nullptr;  // the rule about its size, where it has one of its own
};

Result<> negotiated(CaseContext& test) { return test.lab().negotiated(test.version()); }

const Request kRequests[] = {
    {"get-version", code::get_version, 0, [](CaseContext& t) { return t.lab().reset(); },
     [](CaseContext& t) { return t.lab().encode(wire::GetVersion{}); }},
    {"get-capabilities", code::get_capabilities, 0, [](CaseContext& t) { return t.lab().after_version(); },
     [](CaseContext& t) {
         return wire::encode(t.lab().capabilities(t.version()), {.version = t.version()});
     }},
    {"negotiate-algorithms", code::negotiate_algorithms, 0,
     [](CaseContext& t) { return t.lab().after_capabilities(t.version()); },
     [](CaseContext& t) -> Result<Bytes> {
         wire::NegotiateAlgorithms message = t.lab().algorithms(t.version());
         if (t.at_least(v1_1)) {
             message.alg_structs.push_back({.alg_type = wire::alg_type::dhe,
                                            .alg_count = 0x20,
                                            .alg_supported = 1,
                                            .alg_external = {}});
             message.param1 = 1;
         }
         return t.lab().encode(message);
     }},
    {"get-digests", code::get_digests, cap::cert, negotiated,
     [](CaseContext& t) { return t.lab().encode(wire::GetDigests{}); }},
    {"get-certificate", code::get_certificate, cap::cert, negotiated,
     [](CaseContext& t) {
         return t.lab().encode(wire::GetCertificate{.slot_id = 0, .offset = 0, .length = 64});
     }},
    {"challenge", code::challenge, cap::cert | cap::chal, negotiated,
     [](CaseContext& t) { return t.lab().encode(t.lab().challenge()); }, "SPDM-CHL-015"},
    {"get-measurements", code::get_measurements, cap::meas, negotiated,
     [](CaseContext& t) { return t.lab().encode(t.lab().get_measurements(wire::kAllMeasurements, false)); }},
    {"get-measurements-signed", code::get_measurements, cap::meas_sig | cap::cert, negotiated,
     [](CaseContext& t) { return t.lab().encode(t.lab().get_measurements(wire::kAllMeasurements, true)); }},
    {"vendor-defined", code::vendor_defined_request, 0, negotiated,
     [](CaseContext& t) -> Result<Bytes> {
         wire::VendorDefinedRequest message;
         message.standard_id = 3;
         message.vendor_id = {1, 0};
         message.payload = {1, 2, 3, 4};
         return t.lab().encode(message);
     }},
};

// One kind of variant: what it is called, which rule it breaks.
struct Kind {
    VariantKind kind;
    const char* requirement;
    const char* title;
};

const Kind kKinds[] = {
    {VariantKind::truncated, "SPDM-HDR-007", "cut short at every field is refused"},
    {VariantKind::length_less, "SPDM-HDR-101", "with a length too small is refused"},
    {VariantKind::length_more, "SPDM-HDR-101", "with a length too large is refused"},
    {VariantKind::reserved, "SPDM-HDR-009", "with reserved bits set is answered as without"},
    {VariantKind::enumerator, "SPDM-HDR-105", "with a value that is not defined is refused"},
    {VariantKind::out_of_bounds, "SPDM-HDR-105", "with a number out of bounds is refused"},
    {VariantKind::version, "SPDM-HDR-001", "with another version is VersionMismatch"},
    {VariantKind::trailing, "SPDM-HDR-012", "with bytes behind it is answered as without"},
};

Allowed allowed(CaseContext& test, const Request& request, const Variant& variant) {
    bool vendor = request.code == code::vendor_defined_request;
    Allowed refusal =
        refused(ErrorCode::invalid_request, {ErrorCode::unsupported_request, ErrorCode::unexpected_request});
    switch (variant.kind) {
        case VariantKind::truncated: return vendor ? refusal : invalid();
        case VariantKind::length_less:
            // A shorter payload with bytes behind it is a good message.
            if (vendor && variant.field == "Length") refusal.answer = refusal.equal = true;
            return vendor ? refusal : invalid();
        case VariantKind::length_more: return vendor ? refusal : invalid();
        case VariantKind::enumerator:
        case VariantKind::out_of_bounds: return refusal;
        case VariantKind::version: {
            Allowed mismatch = refused(ErrorCode::version_mismatch);
            // A device without vendors may refuse the request for that before it checks the version.
            if (vendor)
                mismatch.errors = {ErrorCode::version_mismatch, ErrorCode::invalid_request,
                                   ErrorCode::unsupported_request};
            // Another version that is offered too is a choice; then the size may not fit it.
            if (request.code == code::get_capabilities) {
                mismatch.answer = mismatch.equal = true;
                mismatch.errors.push_back(ErrorCode::invalid_request);
            }
            return mismatch;
        }
        case VariantKind::trailing: return answer_despite_padding(test);
        case VariantKind::reserved: return {.errors = {}, .answer = true};
    }
    return refusal;
}

// What variants of that kind judge.
std::vector<std::string> rules_of(const Request& request, const Kind& kind) {
    std::vector<std::string> rules = {kind.requirement};
    if (kind.kind == VariantKind::truncated && request.size != nullptr) rules.emplace_back(request.size);
    if (kind.kind == VariantKind::reserved) rules.emplace_back("SPDM-HDR-008");
    return rules;
}

CheckResult sweep(CaseContext& test, const Request& request, const Kind& kind) {
    TRY(request.reach(test));
    Bytes good = TRY(request.make(test));
    bool harmless = kind.kind == VariantKind::reserved || kind.kind == VariantKind::trailing;
    if (harmless && request.code == code::vendor_defined_request && TRY(test.lab().send(good)).error()) {
        return CaseContext::not_applicable("the device does not speak with PCI-SIG vendor 1");
    }
    wire::Context context = test.lab().seen().request_context(good);
    const std::vector<std::string> rules = rules_of(request, kind);
    size_t tried = 0;
    for (const Variant& variant : wire::malformed_variants(good, context)) {
        // GET_VERSION's version is a case of its own.
        if (variant.kind != kind.kind) continue;
        // What is shorter than a header is a case of its own, and what padding makes whole again is none.
        Bytes arriving = variant.bytes;
        arriving.resize(test.lab().arriving(arriving.size()));
        bool refusable = variant.kind == VariantKind::truncated || variant.kind == VariantKind::length_more;
        if (refusable && (variant.bytes.size() < 4 || wire::decode_any(arriving, context))) continue;
        ++tried;
        TRY(request.reach(test));
        Exchange exchange = TRY(test.lab().send(variant.bytes));
        CheckResult result =
            test.expect(exchange, allowed(test, request, variant), {rules.front(), rules.back()});
        if (result && kind.kind == VariantKind::reserved)
            result = expect_nothing_reserved(test, exchange, "SPDM-HDR-008");
        if (result) continue;
        result.error().got += fmt::format(", to {}", variant.text);
        result.error().field = variant.field;
        return result;
    }
    if (tried == 0) return CaseContext::not_applicable("the message has no such field at this version");
    return {};
}

Case malformed(const Request& request, const Kind& kind) {
    return {
        .id = fmt::format("malformed/{}/{}", request.id, wire::name(kind.kind)),
        .title = fmt::format("{} {}", wire::message_name(request.code), kind.title),
        .requirements = rules_of(request, kind),
        .needs = request.needs,
        .negative = true,
        .run = [&request, &kind](CaseContext& test) { return sweep(test, request, kind); },
    };
}

}  // namespace

void add_malformed(CaseList& cases) {
    for (const Request& request : kRequests) {
        for (const Kind& kind : kKinds) cases.push_back(malformed(request, kind));
    }
}

}  // namespace assay::cases
