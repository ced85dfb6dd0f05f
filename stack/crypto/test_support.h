// What the tests of this module share. Never included by anything else.
#pragma once

#include <openssl/evp.h>

#include <string>

#include "stack/base/random.h"
#include "stack/crypto/pki.h"

namespace assay::crypto {

inline constexpr SignAlgo kSignAlgos[] = {SignAlgo::rsassa_2048, SignAlgo::rsapss_2048, SignAlgo::rsassa_3072,
                                          SignAlgo::rsapss_3072, SignAlgo::ecdsa_p256,  SignAlgo::rsassa_4096,
                                          SignAlgo::rsapss_4096, SignAlgo::ecdsa_p384,  SignAlgo::ecdsa_p521,
                                          SignAlgo::ed25519,     SignAlgo::ed448};
inline constexpr HashAlgo kHashAlgos[] = {HashAlgo::sha256,   HashAlgo::sha384,   HashAlgo::sha512,
                                          HashAlgo::sha3_256, HashAlgo::sha3_384, HashAlgo::sha3_512};

inline constexpr AeadAlgo kAeadAlgos[] = {AeadAlgo::aes_128_gcm, AeadAlgo::aes_256_gcm,
                                          AeadAlgo::chacha20_poly1305};
inline constexpr DheGroup kDheGroups[] = {DheGroup::ffdhe2048, DheGroup::ffdhe3072, DheGroup::ffdhe4096,
                                          DheGroup::secp256r1, DheGroup::secp384r1, DheGroup::secp521r1};
inline const Provider* const kProviders[] = {&openssl_provider(), &fast_provider()};

inline bool signs_a_digest(SignAlgo algo) { return algo != SignAlgo::ed25519 && algo != SignAlgo::ed448; }

// A key for the algorithm. RSA keys are slow to make; these are made once for the whole program.
inline PrivateKey key_for(SignAlgo algo) {
    return make_test_pki(algo, SignAlgo::ed25519, HashAlgo::sha256, "key").value().leaf_key;
}

inline std::string to_pem(std::string_view kind, ByteView der) {
    std::string text(4 * ((der.size() + 2) / 3) + 1, '\0');
    text.resize(static_cast<size_t>(
        EVP_EncodeBlock(reinterpret_cast<uint8_t*>(text.data()), der.data(), static_cast<int>(der.size()))));
    std::string pem = "-----BEGIN " + std::string(kind) + "-----\n";
    for (size_t at = 0; at < text.size(); at += 64) pem += text.substr(at, 64) + "\n";
    return pem + "-----END " + std::string(kind) + "-----\n";
}

inline Bytes hex(std::string_view text) { return from_hex(text).value(); }

// The bytes with one bit turned over.
inline Bytes flipped(ByteView bytes, size_t bit) {
    Bytes changed = to_bytes(bytes);
    changed.at(bit / 8) = static_cast<uint8_t>(changed.at(bit / 8) ^ (1U << (bit % 8)));
    return changed;
}

}  // namespace assay::crypto
