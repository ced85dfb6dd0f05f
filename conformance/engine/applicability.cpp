#include "conformance/engine/applicability.h"

#include <fmt/format.h>

namespace assay::engine {

namespace {

namespace cap = wire::cap;

struct Need {
    uint32_t mask;  // the whole field
    std::string_view name;
    uint32_t more = 0;                // of two bits: the one that asks for more than the field being set
    std::string_view name_of_more{};  // as a refusal names it
};

constexpr Need kNeeds[] = {
    {cap::meas, "MEAS_CAP", cap::meas_sig, "signed measurements (MEAS_CAP 10b)"},
    {cap::psk, "PSK_CAP", cap::psk_with_context, "PSK_CAP with a responder context (10b)"},
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
    {cap::handshake_in_the_clear, "HANDSHAKE_IN_THE_CLEAR_CAP"},
};

bool asks_more(const Need& need, uint32_t flags) {
    return need.more != 0 && (flags & need.mask) == need.more;
}

}  // namespace

std::string missing_claim(const Claims& claims, uint32_t flags) {
    for (const Need& need : kNeeds) {
        if ((flags & need.mask) == 0) continue;
        if (!claims.has(need.mask)) return fmt::format("the device does not claim {}", need.name);
        if (asks_more(need, flags) && !claims.has(need.more))
            return fmt::format("the device does not claim {}", need.name_of_more);
    }
    return {};
}

std::vector<std::string> names_of_needs(uint32_t flags) {
    std::vector<std::string> names;
    for (const Need& need : kNeeds) {
        if ((flags & need.mask) != 0)
            names.push_back(fmt::format("{}{}", need.name, asks_more(need, flags) ? " 10b" : ""));
    }
    return names;
}

}  // namespace assay::engine
