// NEGOTIATE_ALGORITHMS and ALGORITHMS (DSP0274, NEGOTIATE_ALGORITHMS request and ALGORITHMS response
// messages), and the block of supported algorithms in CAPABILITIES.
#pragma once

#include "stack/wire/codes.h"
#include "stack/wire/visitor.h"

namespace assay::wire {

// AlgType of an algorithm structure.
namespace alg_type {
inline constexpr uint8_t dhe = 2, aead_cipher_suite = 3, req_base_asym_alg = 4, key_schedule = 5,
                         req_pqc_asym_alg = 6, kem_alg = 7;
}

// Values of the selection fields that other modules name.
inline constexpr uint8_t kMeasurementSpecDmtf = 0x01;
inline constexpr uint8_t kMelSpecDmtf = 0x01;
inline constexpr uint8_t kOpaqueDataFmt0 = 0x01;
inline constexpr uint8_t kOpaqueDataFmt1 = 0x02;
inline constexpr uint8_t kMultiKeyConn = 0x10;
inline constexpr uint16_t kKeyScheduleSpdm = 0x0001;
inline constexpr uint32_t kMeasurementHashRaw = 0x00000001;

// The bits of each list that have a meaning at a version, SM and post-quantum algorithms included.
uint32_t known_base_asym(Version version);
uint32_t known_base_hash(Version version);
uint32_t known_measurement_hash(Version version);
uint16_t known_algorithms(uint8_t type, Version version);

// The name of one bit of BaseAsymAlgo, BaseHashAlgo and so on; empty when the bit has none.
std::span<const Bits> base_asym_bits();
std::span<const Bits> base_hash_bits();
std::span<const Bits> measurement_hash_bits();
std::span<const Bits> algorithm_bits(uint8_t type);

// ExtAsym, ExtHash and AlgExternal elements.
struct ExtendedAlgorithm {
    uint8_t registry_id = 0;
    uint8_t reserved = 0;
    uint16_t algorithm_id = 0;
    void describe(Visitor& v);
};

// ReqAlgStruct and RespAlgStruct.
struct AlgStruct {
    uint8_t alg_type = 0;
    uint8_t alg_count = 0x20;  // bits 7:4 FixedAlgCount (bytes, 2), bits 3:0 ExtAlgCount
    uint16_t alg_supported = 0;
    std::vector<ExtendedAlgorithm> alg_external;
    void describe(Visitor& v);
};

struct NegotiateAlgorithms {
    static constexpr Code kCode = code::negotiate_algorithms;
    uint8_t spdm_version = 0;
    uint8_t param1 = 0;  // number of AlgStructs, 1.1+
    uint8_t param2 = 0;
    uint8_t measurement_specification = 0;
    uint8_t other_params_support = 0;
    uint32_t base_asym_algo = 0;
    uint32_t base_hash_algo = 0;
    uint32_t pqc_asym_algo = 0;  // 1.4, reserved before
    std::array<uint8_t, 8> reserved{};
    uint8_t reserved2 = 0;
    uint8_t mel_specification = 0;  // 1.3+, reserved before
    std::vector<ExtendedAlgorithm> ext_asym;
    std::vector<ExtendedAlgorithm> ext_hash;
    std::vector<AlgStruct> alg_structs;
    void describe(Visitor& v);
};

struct Algorithms {
    static constexpr Code kCode = code::algorithms;
    uint8_t spdm_version = 0;
    uint8_t param1 = 0;  // number of AlgStructs, 1.1+
    uint8_t param2 = 0;
    uint8_t measurement_specification_sel = 0;
    uint8_t other_params_selection = 0;
    uint32_t measurement_hash_algo = 0;
    uint32_t base_asym_sel = 0;
    uint32_t base_hash_sel = 0;
    uint32_t pqc_asym_sel = 0;  // 1.4, reserved before
    std::array<uint8_t, 7> reserved{};
    uint8_t mel_specification_sel = 0;  // 1.3+, reserved before
    std::array<uint8_t, 2> reserved2{};
    std::vector<ExtendedAlgorithm> ext_asym_sel;
    std::vector<ExtendedAlgorithm> ext_hash_sel;
    std::vector<AlgStruct> alg_structs;
    void describe(Visitor& v);
};

// The block that CAPABILITIES carries when it was asked for (1.3+): NEGOTIATE_ALGORITHMS without its first
// two bytes.
struct SupportedAlgorithms {
    uint8_t param1 = 0;
    uint8_t param2 = 0;
    uint16_t length = 0;  // of this block
    uint8_t measurement_specification = 0;
    uint8_t other_params_support = 0;
    uint32_t base_asym_algo = 0;
    uint32_t base_hash_algo = 0;
    uint32_t pqc_asym_algo = 0;
    std::array<uint8_t, 8> reserved{};
    uint8_t reserved2 = 0;
    uint8_t mel_specification = 0;
    std::vector<ExtendedAlgorithm> ext_asym;
    std::vector<ExtendedAlgorithm> ext_hash;
    std::vector<AlgStruct> alg_structs;
    void describe(Visitor& v);
};

}  // namespace assay::wire
