#include "stack/spdm/capability_rules.h"

#include "stack/spdm/parameters.h"

namespace assay::spdm {

using namespace wire;

namespace {

// One rule: violated in the versions named when `violated` says so of the flags.
struct Rule {
    Check check;
    Version since;
    Version until;
    bool (*violated)(uint32_t flags);
};

bool has(uint32_t flags, uint32_t mask) { return (flags & mask) != 0; }
bool sessions(uint32_t flags) { return has(flags, cap::key_ex | cap::psk); }
bool identity(uint32_t flags) { return has(flags, cap::cert | cap::pub_key_id); }

constexpr Version v1_0 = Version::v1_0, v1_1 = Version::v1_1, v1_2 = Version::v1_2, v1_3 = Version::v1_3,
                  v1_4 = Version::v1_4;
constexpr uint32_t kSessionUse =
    cap::mac | cap::encrypt | cap::handshake_in_the_clear | cap::hbeat | cap::key_upd;

constexpr Rule kRequester[] = {
    {Check::capabilities_psk, v1_1, v1_4, [](uint32_t f) { return (f & cap::psk) > cap::psk_requester; }},
    {Check::capabilities_protection, v1_1, v1_4,
     [](uint32_t f) { return sessions(f) && !has(f, cap::mac | cap::encrypt); }},
    {Check::capabilities_no_session, v1_1, v1_4,
     [](uint32_t f) { return !sessions(f) && has(f, kSessionUse); }},
    {Check::capabilities_event, v1_3, v1_4, [](uint32_t f) { return !sessions(f) && has(f, cap::event); }},
    {Check::capabilities_clear_psk, v1_1, v1_4,
     [](uint32_t f) {
         return !has(f, cap::key_ex) && has(f, cap::psk) && has(f, cap::handshake_in_the_clear);
     }},
    {Check::capabilities_two_identities, v1_1, v1_4,
     [](uint32_t f) { return has(f, cap::cert) && has(f, cap::pub_key_id); }},
    {Check::capabilities_identity_use, v1_1, v1_2,
     [](uint32_t f) { return identity(f) && !has(f, cap::chal | cap::key_ex); }},
    {Check::capabilities_identity_use, v1_3, v1_4,
     [](uint32_t f) {
         return identity(f) && !has(f, cap::chal | cap::key_ex) && (f & cap::ep_info) != cap::ep_info_sig;
     }},
    {Check::capabilities_identity, v1_1, v1_4,
     [](uint32_t f) { return !identity(f) && has(f, cap::chal | cap::mut_auth); }},
    {Check::capabilities_identity, v1_3, v1_4,
     [](uint32_t f) { return !identity(f) && (f & cap::ep_info) == cap::ep_info_sig; }},
    {Check::capabilities_mut_auth, v1_1, v1_4,
     [](uint32_t f) { return has(f, cap::mut_auth) && !has(f, cap::key_ex | cap::chal); }},
    {Check::capabilities_mut_auth_encap, v1_1, v1_1,
     [](uint32_t f) { return has(f, cap::mut_auth) && !has(f, cap::encap); }},
    {Check::capabilities_two_bits, v1_3, v1_4,
     [](uint32_t f) { return (f & cap::ep_info) == cap::ep_info || (f & cap::multi_key) == cap::multi_key; }},
    {Check::capabilities_multi_key, v1_3, v1_4,
     [](uint32_t f) { return has(f, cap::multi_key) && (!has(f, cap::cert) || has(f, cap::pub_key_id)); }},
};

constexpr Rule kResponder[] = {
    {Check::caps_measurement, v1_0, v1_4, [](uint32_t f) { return (f & cap::meas) == cap::meas; }},
    {Check::caps_measurement, v1_1, v1_4, [](uint32_t f) { return (f & cap::psk) == cap::psk; }},
    {Check::caps_fresh, v1_0, v1_4, [](uint32_t f) { return has(f, cap::meas_fresh) && !has(f, cap::meas); }},
    {Check::caps_1_0, v1_0, v1_0,
     [](uint32_t f) {
         if ((f & cap::meas) == cap::meas_sig) return !has(f, cap::cert);
         return has(f, cap::cert) != has(f, cap::chal);
     }},
    {Check::caps_session, v1_1, v1_4,
     [](uint32_t f) { return sessions(f) && !has(f, cap::mac | cap::encrypt); }},
    {Check::caps_session, v1_1, v1_4, [](uint32_t f) { return !sessions(f) && has(f, kSessionUse); }},
    {Check::caps_session, v1_3, v1_4, [](uint32_t f) { return !sessions(f) && has(f, cap::event); }},
    {Check::caps_session, v1_1, v1_4,
     [](uint32_t f) {
         return !has(f, cap::key_ex) && has(f, cap::psk) && has(f, cap::handshake_in_the_clear);
     }},
    {Check::caps_two_identities, v1_1, v1_4,
     [](uint32_t f) { return has(f, cap::cert) && has(f, cap::pub_key_id); }},
    {Check::caps_identity, v1_1, v1_4,
     [](uint32_t f) {
         bool used = has(f, cap::chal | cap::key_ex) || (f & cap::meas) == cap::meas_sig ||
                     (f & cap::ep_info) == cap::ep_info_sig;
         return identity(f) && !used;
     }},
    {Check::caps_identity, v1_1, v1_4,
     [](uint32_t f) {
         bool needs = has(f, cap::chal | cap::key_ex | cap::mut_auth) || (f & cap::meas) == cap::meas_sig ||
                      (f & cap::ep_info) == cap::ep_info_sig;
         return !identity(f) && needs;
     }},
    {Check::caps_mut_auth, v1_1, v1_4,
     [](uint32_t f) { return has(f, cap::mut_auth) && !has(f, cap::key_ex | cap::chal); }},
    {Check::caps_mut_auth, v1_1, v1_1,
     [](uint32_t f) { return has(f, cap::mut_auth) && !has(f, cap::encap); }},
    {Check::caps_certificates, v1_2, v1_4,
     [](uint32_t f) {
         return (has(f, cap::alias_cert | cap::set_cert) && !has(f, cap::cert)) ||
                (has(f, cap::csr) && !has(f, cap::set_cert)) ||
                (has(f, cap::cert_install_reset) && !has(f, cap::csr | cap::set_cert));
     }},
    {Check::caps_multi_key, v1_3, v1_4,
     [](uint32_t f) {
         return (f & cap::ep_info) == cap::ep_info || (f & cap::multi_key) == cap::multi_key ||
                (has(f, cap::multi_key) && (!has(f, cap::get_key_pair_info) || !has(f, cap::cert))) ||
                (has(f, cap::pub_key_id) &&
                 has(f, cap::multi_key | cap::get_key_pair_info | cap::set_key_pair_info));
     }},
    {Check::caps_key_pair_reset, v1_4, v1_4,
     [](uint32_t f) { return has(f, cap::set_key_pair_reset) && !has(f, cap::set_key_pair_info); }},
};

Checked<> apply(const Checker& checker, std::span<const Rule> rules, Version version, uint32_t flags) {
    for (const Rule& rule : rules) {
        if (version < rule.since || version > rule.until) continue;
        TRY(checker.demand(rule.check, !rule.violated(flags)));
    }
    return {};
}

}  // namespace

Checked<> check_requester_capabilities(const Checker& checker, Version version,
                                       const GetCapabilities& request) {
    if (version < Version::v1_1) return {};
    TRY(checker.demand(Check::capabilities_ct_exponent, request.ct_exponent <= kMaxCtExponent));
    uint32_t flags = request.flags & known_requester_flags(version);
    TRY(apply(checker, kRequester, version, flags));
    if (version < Version::v1_2) return {};
    TRY(checker.demand(Check::capabilities_transfer_size,
                       request.data_transfer_size >= kMinDataTransferSize));
    TRY(checker.demand(Check::capabilities_max_size,
                       request.data_transfer_size <= request.max_spdm_msg_size));
    TRY(checker.demand(Check::capabilities_equal_sizes,
                       has(flags, cap::chunk) || request.data_transfer_size == request.max_spdm_msg_size));
    bool asked = version >= Version::v1_3 && (request.param1 & kSupportedAlgorithms) != 0;
    return checker.demand(Check::capabilities_supported_chunk, !asked || has(flags, cap::chunk));
}

Checked<> check_responder_capabilities(const Checker& checker, Version version, const Capabilities& response,
                                       bool asked_supported) {
    TRY(checker.demand(Check::caps_ct_exponent, response.ct_exponent <= kMaxCtExponent));
    uint32_t flags = response.flags & known_responder_flags(version);
    TRY(apply(checker, kResponder, version, flags));
    if (version >= Version::v1_2) {
        bool sane = response.data_transfer_size >= kMinDataTransferSize &&
                    response.data_transfer_size <= response.max_spdm_msg_size &&
                    (has(flags, cap::chunk) || response.data_transfer_size == response.max_spdm_msg_size);
        TRY(checker.demand(Check::caps_transfer_sizes, sane));
    }
    bool block = version >= Version::v1_3 && (response.param1 & kSupportedAlgorithms) != 0;
    return checker.demand(Check::caps_supported_block, !block || (asked_supported && has(flags, cap::chunk)));
}

}  // namespace assay::spdm
