// What a key is inside. Internal to this module.
#pragma once

#include "stack/crypto/keys.h"
#include "stack/crypto/openssl_raii.h"

namespace assay::crypto {

// What decides which signatures a key can make. `rsa_pss` is a key whose algorithm identifier restricts it to
// PSS (RFC 4055).
enum class KeyKind : uint8_t { rsa, rsa_pss, p256, p384, p521, ed25519, ed448 };

struct PublicKey::Impl {
    ossl::PkeyPtr pkey;
    Bytes spki;
    KeyKind kind;
    int bits;              // of the RSA modulus or the field
    uint64_t fingerprint;  // of `spki`, for FastProvider
};

struct PrivateKey::Impl {
    ossl::PkeyPtr pkey;
    PublicKey public_key;
};

// Wraps a public key whose SubjectPublicKeyInfo is `spki`. Errors: Errc::bad_key for a kind this module
// does not know, elliptic curves given by explicit parameters among them.
Result<PublicKey> wrap_public(ossl::PkeyPtr pkey, Bytes spki);
// Wraps a private key; the public key inside is a separate object without the private part.
Result<PrivateKey> wrap_private(ossl::PkeyPtr pkey);

inline bool is_rsa(SignAlgo algo) { return signature_size(algo) >= 256; }
inline bool is_eddsa(SignAlgo algo) { return algo == SignAlgo::ed25519 || algo == SignAlgo::ed448; }
inline bool is_pss(SignAlgo algo) {
    return algo == SignAlgo::rsapss_2048 || algo == SignAlgo::rsapss_3072 || algo == SignAlgo::rsapss_4096;
}

}  // namespace assay::crypto
