// GET_KEY_PAIR_INFO, KEY_PAIR_INFO, SET_KEY_PAIR_INFO and SET_KEY_PAIR_INFO_ACK (DSP0274, GET_KEY_PAIR_INFO
// request message and the three that follow it).
#pragma once

#include "stack/wire/codes.h"
#include "stack/wire/visitor.h"

namespace assay::wire {

// Capabilities of a key pair.
namespace key_pair_cap {
inline constexpr uint16_t gen_key = 0x0001, erasable = 0x0002, cert_assoc = 0x0004, key_usage = 0x0008,
                          asym_algo = 0x0010, shareable = 0x0020;
}
// AsymAlgoCapabilities and CurrentAsymAlgo. The order is not that of BaseAsymAlgo.
namespace key_pair_algo {
inline constexpr uint32_t rsa_2048 = 0x0001, rsa_3072 = 0x0002, rsa_4096 = 0x0004, ecc_256 = 0x0008,
                          ecc_384 = 0x0010, ecc_521 = 0x0020, sm2 = 0x0040, ed25519 = 0x0080, ed448 = 0x0100;
}
// Operation of SET_KEY_PAIR_INFO.
enum class KeyPairOperation : uint8_t { parameter_change = 0, key_pair_erase = 1, generate_key_pair = 2 };

struct GetKeyPairInfo {
    static constexpr Code kCode = code::get_key_pair_info;
    uint8_t spdm_version = 0;
    uint8_t param1 = 0;
    uint8_t param2 = 0;
    uint8_t key_pair_id = 0;
    void describe(Visitor& v);
};

struct KeyPairInfo {
    static constexpr Code kCode = code::key_pair_info;
    uint8_t spdm_version = 0;
    uint8_t param1 = 0;
    uint8_t param2 = 0;
    uint8_t total_key_pairs = 0;
    uint8_t key_pair_id = 0;
    uint16_t capabilities = 0;
    uint16_t key_usage_capabilities = 0;
    uint16_t current_key_usage = 0;
    uint32_t asym_algo_capabilities = 0;
    uint32_t current_asym_algo = 0;
    uint8_t assoc_cert_slot_mask = 0;
    Bytes public_key_info;             // DER, AlgorithmIdentifier
    Bytes pqc_asym_algo_capabilities;  // these two: 1.4, bits of PqcAsymAlgo, little-endian
    Bytes current_pqc_asym_algo;
    void describe(Visitor& v);
};

struct SetKeyPairInfo {
    static constexpr Code kCode = code::set_key_pair_info;
    uint8_t spdm_version = 0;
    uint8_t operation = 0;  // Param1
    uint8_t param2 = 0;
    uint8_t key_pair_id = 0;
    // All that follows is absent with KeyPairErase.
    uint8_t reserved = 0;
    uint16_t desired_key_usage = 0;
    uint32_t desired_asym_algo = 0;
    uint8_t desired_assoc_cert_slot_mask = 0;
    Bytes desired_pqc_asym_algo;  // 1.4
    void describe(Visitor& v);
};

struct SetKeyPairInfoAck {
    static constexpr Code kCode = code::set_key_pair_info_ack;
    uint8_t spdm_version = 0;
    uint8_t param1 = 0;
    uint8_t param2 = 0;
    void describe(Visitor& v);
};

}  // namespace assay::wire
