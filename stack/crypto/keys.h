// Asymmetric keys for signatures.
#pragma once

#include <memory>
#include <string_view>

#include "stack/base/bytes.h"
#include "stack/crypto/algorithms.h"

namespace assay::crypto {

// A public key. Cheap to copy; immutable, so it may be shared between threads.
class PublicKey {
   public:
    struct Impl;

    PublicKey() = default;
    explicit PublicKey(std::shared_ptr<const Impl> impl) : impl_(std::move(impl)) {}

    // Reads a DER SubjectPublicKeyInfo (RFC 5280, 4.1.2.7) that fills `der` exactly: RSA, ECDSA on a named
    // NIST curve, or EdDSA. Errors: Errc::bad_key.
    static Result<PublicKey> from_spki(ByteView der);

    bool valid() const { return impl_ != nullptr; }
    // The DER SubjectPublicKeyInfo; empty when not valid().
    ByteView spki() const;
    // Whether signatures of `algo` can be made with this kind and size of key; never when not valid().
    bool fits(SignAlgo algo) const;
    const Impl& impl() const { return *impl_; }

   private:
    std::shared_ptr<const Impl> impl_;
};

// A private key. Cheap to copy (shared, wiped with the last copy).
class PrivateKey {
   public:
    struct Impl;

    PrivateKey() = default;
    explicit PrivateKey(std::shared_ptr<const Impl> impl) : impl_(std::move(impl)) {}

    // A new key of the kind and size that `algo` needs, from the system's generator.
    static Result<PrivateKey> generate(SignAlgo algo);
    // A key that is a function of `seed` only. For elliptic curves and EdDSA the scalar is derived from
    // the seed; RSA keys cannot be made that way and return Errc::unsupported.
    static Result<PrivateKey> derive(SignAlgo algo, ByteView seed);
    // Reads an unencrypted PEM private key (PKCS#8 or traditional). Errors: Errc::bad_key.
    static Result<PrivateKey> from_pem(std::string_view pem);

    bool valid() const { return impl_ != nullptr; }
    const PublicKey& public_key() const;
    const Impl& impl() const { return *impl_; }

   private:
    std::shared_ptr<const Impl> impl_;
};

}  // namespace assay::crypto
