#include "conformance/engine/applicability.h"

#include <fmt/format.h>

namespace assay::engine {

std::string missing_claim(const Claims& claims, uint32_t flags) {
    uint32_t meas = flags & wire::cap::meas;
    if (meas != 0 && !claims.has(wire::cap::meas)) return "the device does not claim MEAS_CAP";
    if (meas == wire::cap::meas_sig && !claims.has(wire::cap::meas_sig)) {
        return "the device does not claim signed measurements (MEAS_CAP 10b)";
    }
    namespace cap = wire::cap;
    if ((flags & cap::psk) == cap::psk_with_context && !claims.has(cap::psk_with_context))
        return "the device does not claim PSK_CAP with a responder context (10b)";
    if ((flags & cap::psk) != 0 && !claims.has(cap::psk)) return "the device does not claim PSK_CAP";
    static constexpr std::pair<uint32_t, std::string_view> kNames[] = {
        {cap::cert, "CERT_CAP"},
        {cap::chal, "CHAL_CAP"},
        {cap::chunk, "CHUNK_CAP"},
        {cap::encrypt, "ENCRYPT_CAP"},
        {cap::mac, "MAC_CAP"},
        {cap::mut_auth, "MUT_AUTH_CAP"},
        {cap::key_ex, "KEY_EX_CAP"},
        {cap::encap, "ENCAP_CAP"},
        {cap::hbeat, "HBEAT_CAP"},
        {cap::key_upd, "KEY_UPD_CAP"},
        {cap::handshake_in_the_clear, "HANDSHAKE_IN_THE_CLEAR_CAP"}};
    for (const auto& [mask, name] : kNames) {
        if ((flags & mask) != 0 && !claims.has(mask))
            return fmt::format("the device does not claim {}", name);
    }
    return {};
}

}  // namespace assay::engine
