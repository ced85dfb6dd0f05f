#include "conformance/suites/responder/reference_kinds.h"

namespace assay::cases {

namespace {

constexpr uint32_t with_psk(uint32_t flags, uint32_t psk) { return (flags & ~wire::cap::psk) | psk; }

}  // namespace

std::vector<ReferenceKind> reference_kinds() {
    namespace cap = wire::cap;
    namespace mut_auth = wire::mut_auth;
    const uint32_t all = lab::kReferenceFlags;
    std::vector<ReferenceKind> list(1, {.name = "as it is"});
    list.push_back({"measurements not signed", {.flags = cap::cert | cap::chal | cap::meas_no_sig}});
    list.push_back({"no measurements", {.flags = cap::cert | cap::chal}});
    list.push_back({"MCTP", {.transport = &record::mctp(), .binding = transport::Binding::mctp}});
    list.push_back({"DOE", {.transport = &record::doe(), .binding = transport::Binding::doe}});
    list.push_back({"TCP", {.transport = &record::tcp(), .binding = transport::Binding::tcp}});
    list.push_back({"implicit GET_DIGESTS", {.mut_auth_requested = mut_auth::implicit_get_digests}});
    list.push_back({"requester known", {.mut_auth_requested = mut_auth::plain, .requester_known = true}});
    list.push_back({"PSK without context", {.flags = with_psk(all, cap::psk_no_context)}});
    list.push_back(
        {"PSK alone", {.flags = all & ~(cap::key_ex | cap::mut_auth | cap::handshake_in_the_clear)}});
    list.push_back({"bad records dropped", {.bad_record = spdm::BadRecord::drop}});
    list.push_back({"silent end at bad records", {.bad_record = spdm::BadRecord::end}});
    list.push_back({"no heartbeat period", {.heartbeat_period = 0}});
    // The fast provider takes any share for a point of its curve. This stays the last.
    list.push_back({"OpenSSL", {}, &crypto::openssl_provider()});
    return list;
}

}  // namespace assay::cases
