// The algorithms, and the sizes that follow from them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace assay::crypto {

enum class HashAlgo : uint8_t { sha256, sha384, sha512, sha3_256, sha3_384, sha3_512 };

enum class SignAlgo : uint8_t {
    rsassa_2048,
    rsapss_2048,
    rsassa_3072,
    rsapss_3072,
    ecdsa_p256,
    rsassa_4096,
    rsapss_4096,
    ecdsa_p384,
    ecdsa_p521,
    ed25519,
    ed448,
};

enum class DheGroup : uint8_t { ffdhe2048, ffdhe3072, ffdhe4096, secp256r1, secp384r1, secp521r1 };

enum class AeadAlgo : uint8_t { aes_128_gcm, aes_256_gcm, chacha20_poly1305 };

inline constexpr size_t kMaxDigest = 64;
inline constexpr size_t kAeadIvSize = 12;
inline constexpr size_t kAeadTagSize = 16;

size_t digest_size(HashAlgo algo);     // bytes
size_t signature_size(SignAlgo algo);  // bytes on the wire: RSA modulus, r || s, or RFC 8032
size_t exchange_size(DheGroup group);  // bytes of a public value on the wire (X || Y, or Y padded)
size_t shared_size(DheGroup group);    // bytes of the shared secret
size_t key_size(AeadAlgo algo);        // bytes

// Short forms of the names in DSP0274's tables, e.g. "SHA-384", "ECDSA_P384", "secp384r1", "AES-256-GCM".
std::string_view name(HashAlgo algo);
std::string_view name(SignAlgo algo);
std::string_view name(DheGroup group);
std::string_view name(AeadAlgo algo);

}  // namespace assay::crypto
