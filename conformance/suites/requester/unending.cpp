// A responder that never comes to an end: it is silent, puts off for ever, or has always more to give.
#include <algorithm>

#include "conformance/suites/requester/fault.h"
#include "stack/wire/messages/certificate.h"
#include "stack/wire/messages/error.h"

namespace assay::cases::requester {

using namespace wire;
using spdm::Check;

namespace {

constexpr unsigned kAlways = 10'000;
constexpr uint16_t kMore = 0x0400;

// ResponseNotReady for a request, and for every RESPOND_IF_READY behind it.
Fault never_ready(wire::Code code) {
    return [code](const FaultContext& now, Bytes& response) {
        const wire::Code asked = code_of(now.request);
        if (asked != code && asked != code::respond_if_ready) return;
        response = {byte(now.parameters.version),
                    byte(code::error),
                    static_cast<uint8_t>(ErrorCode::response_not_ready),
                    0,
                    10,          // RDTExponent
                    byte(code),  // RequestCode
                    1,           // Token
                    2};          // RDTM
    };
}

// Behind the first portion there is always as much left of the chain, wherever the requester reads.
void always_more(const FaultContext& now, Bytes& response) {
    if (code_of(now.request) != code::get_certificate) return;
    const auto asked = decode<GetCertificate>(now.request, now.context());
    if (!asked || asked->offset == 0) return;
    CertificateResponse more;
    more.spdm_version = byte(now.parameters.version);
    more.slot_id = asked->slot_id;
    more.cert_chain = Bytes(std::min(asked->length, kMore), 0);
    more.remainder_length = kMore;
    response = encode_raw(more, now.context());
}

}  // namespace

void add_unending_faults(std::vector<FaultRow>& rows) {
    const wire::Code digests = code::get_digests, certificate = code::get_certificate;
    for (const wire::Code code : {digests, certificate}) {
        rows.push_back({.check = Check::retries,
                        .fault = answer(code, "", kAlways),
                        .also = "SPDM-DEF-105",
                        .is_of_also = true,
                        .violated = "no answer comes"});
    }
    rows.push_back({.check = Check::retries, .fault = never_ready(digests)});
    rows.push_back({.check = Check::retries, .fault = answer(certificate, "127f0300", kAlways)});
    rows.push_back({.check = Check::cert_remainder, .fault = always_more});
}

}  // namespace assay::cases::requester
