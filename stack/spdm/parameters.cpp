#include "stack/spdm/parameters.h"

#include "stack/spdm/algorithms.h"

namespace assay::spdm {

using namespace wire;

std::string_view name(ConnectionState state) {
    constexpr std::string_view kNames[] = {"NOT_STARTED", "AFTER_VERSION", "AFTER_CAPABILITIES",
                                           "NEGOTIATED"};
    return kNames[static_cast<size_t>(state)];
}

Suite Parameters::suite() const {
    Suite suite;
    suite.sign = sign_algo(base_asym).value_or(suite.sign);
    suite.hash = hash_algo(base_hash).value_or(suite.hash);
    suite.version = version;
    return suite;
}

std::optional<Suite> Parameters::requester_suite() const {
    auto sign = sign_algo(req_base_asym);
    if (!sign) return std::nullopt;
    return Suite{*sign, suite().hash, version};
}

bool Parameters::encapsulates() const {
    uint32_t enough = version == Version::v1_2 ? cap::encap | cap::mut_auth : cap::encap;
    return (requester_flags & enough) != 0 && (responder_flags & enough) != 0;
}

Context Parameters::context() const {
    Context context;
    context.version = version;
    if (auto hash = hash_algo(base_hash))
        context.hash_size = static_cast<uint16_t>(crypto::digest_size(*hash));
    if (auto sign = sign_algo(base_asym))
        context.signature_size = static_cast<uint16_t>(crypto::signature_size(*sign));
    if (auto sign = sign_algo(req_base_asym)) {
        context.requester_signature_size = static_cast<uint16_t>(crypto::signature_size(*sign));
    }
    if (auto group = dhe_group(dhe))
        context.exchange_size = static_cast<uint16_t>(crypto::exchange_size(*group));
    context.multi_key = multi_key_rsp;
    bool in_the_clear = clear_handshake();
    context.verify_data_in_exchange = !in_the_clear;
    context.verify_data_in_finish = in_the_clear;
    context.measures = meas_cap() != 0;
    return context;
}

Needed needed(const Parameters& p, bool measurement_specification_offered) {
    bool signs = (p.responder_flags & (cap::cert | cap::chal)) != 0 || p.meas_cap() == cap::meas_sig;
    bool key_ex = p.both(cap::key_ex);
    bool psk = p.psk();
    bool requester_signs =
        p.both(cap::mut_auth) || (p.requester_flags & p.responder_flags & cap::ep_info) == cap::ep_info_sig;
    Needed n{};
    n.hash = signs || key_ex || psk;
    n.asym = signs || key_ex;
    n.dhe = key_ex;
    n.aead = p.both(cap::encrypt) || p.both(cap::mac);
    n.req_asym = requester_signs;
    n.key_schedule = key_ex || psk;
    n.measurement =
        measurement_specification_offered && (p.meas_cap() != 0 || (p.responder_flags & cap::mel) != 0);
    n.opaque_fmt1 = p.version >= Version::v1_2 && (key_ex || psk);
    return n;
}

}  // namespace assay::spdm
