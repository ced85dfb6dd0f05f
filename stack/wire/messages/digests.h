// GET_DIGESTS and DIGESTS (DSP0274, GET_DIGESTS request and DIGESTS response messages).
#pragma once

#include "stack/wire/codes.h"
#include "stack/wire/visitor.h"

namespace assay::wire {

struct GetDigests {
    static constexpr Code kCode = code::get_digests;
    uint8_t spdm_version = 0;
    uint8_t param1 = 0;
    uint8_t param2 = 0;
    void describe(Visitor& v);
};

// CertModel, in CertificateInfo and elsewhere.
enum class CertModel : uint8_t { none = 0, device_cert = 1, alias_cert = 2, generic_cert = 3 };

// KeyUsageMask bits.
namespace key_usage {
inline constexpr uint16_t key_ex = 0x0001, challenge = 0x0002, measurement = 0x0004, endpoint_info = 0x0008;
}

// Their names. The same bits occur in the key pair messages.
std::span<const Bits> key_usage_bits();

struct Digests {
    static constexpr Code kCode = code::digests;
    uint8_t spdm_version = 0;
    uint8_t supported_slot_mask = 0;   // Param1: 1.3+, reserved before
    uint8_t slot_mask = 0;             // Param2: ProvisionedSlotMask in 1.3+
    std::vector<Bytes> digests;        // one a bit of slot_mask, ascending
    std::vector<uint8_t> key_pair_id;  // these three: 1.3+, multi-key connections only
    std::vector<uint8_t> certificate_info;
    std::vector<uint16_t> key_usage_mask;
    void describe(Visitor& v);
};

}  // namespace assay::wire
