// Between the bit lists of NEGOTIATE_ALGORITHMS and the algorithms that can be computed here.
#pragma once

#include <cstdint>
#include <optional>

#include "stack/crypto/algorithms.h"

namespace assay::spdm {

// The algorithm that a single bit of BaseAsymAlgo, BaseHashAlgo, MeasurementHashAlgo, DHE or AEADCipherSuite
// stands for; nullopt for none, several, or one that is not built (SM2, SM3, SM4).
std::optional<crypto::SignAlgo> sign_algo(uint32_t base_asym_bit);
std::optional<crypto::HashAlgo> hash_algo(uint32_t base_hash_bit);
std::optional<crypto::HashAlgo> measurement_hash_algo(uint32_t measurement_hash_bit);
std::optional<crypto::DheGroup> dhe_group(uint32_t dhe_bit);
std::optional<crypto::AeadAlgo> aead_algo(uint32_t aead_bit);

// The bit of an algorithm.
uint32_t bit(crypto::SignAlgo algo);
uint32_t bit(crypto::HashAlgo algo);
uint32_t measurement_bit(crypto::HashAlgo algo);

// All that are built.
// Without SM2_P256, and without Ed448: SPDM 1.2, which brought it, signs it with a context, and OpenSSL takes
// one only from 3.2 on. Neither side offers or selects what is not in here.
inline constexpr uint32_t kAllBaseAsym = 0x000005ff;
inline constexpr uint32_t kAllBaseHash = 0x0000003f;
inline constexpr uint32_t kAllMeasurementHash = 0x0000007f;
inline constexpr uint16_t kAllDhe = 0x003f;
inline constexpr uint16_t kAllAead = 0x0007;

// The preferred one of several: the strongest, elliptic curves before RSA. 0 when `offered` is.
uint32_t prefer_base_asym(uint32_t offered);
uint32_t prefer_base_hash(uint32_t offered);
// The highest bit.
uint32_t prefer_highest(uint32_t offered);

}  // namespace assay::spdm
