#include "fuzz/spdm/session_offer.h"

namespace assay::fuzz {

using namespace wire;

Negotiation negotiation(uint8_t how, uint8_t algorithms) {
    constexpr Version kVersionsWithSessions[] = {Version::v1_1, Version::v1_2, Version::v1_3, Version::v1_4};
    Negotiation wanted;
    wanted.version = kVersionsWithSessions[how & 3];
    uint32_t flags = (how & 4) != 0 ? lab::kMutualFlags : lab::kSessionFlags;
    if ((how & 8) != 0) flags |= cap::handshake_in_the_clear;
    if ((how & 16) != 0) flags &= ~cap::encrypt;
    if ((how & 32) != 0) flags &= ~cap::encap;
    // At 1.1 one does not go without the other.
    if (wanted.version == Version::v1_1 && (how & 32) != 0) flags &= ~cap::mut_auth;
    wanted.offer = lab::session_offer(flags);
    wanted.offer.base_asym = 0x90;
    wanted.offer.base_hash = (how & 64) != 0 ? 0x03 : 0x01;
    wanted.offer.req_base_asym = 0x90;
    wanted.offer.dhe = static_cast<uint16_t>(1U << (algorithms & 7) % 6);
    wanted.offer.aead = static_cast<uint16_t>(1U << (algorithms >> 3 & 3) % 3);
    return wanted;
}

}  // namespace assay::fuzz
