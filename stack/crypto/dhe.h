// Ephemeral Diffie-Hellman by OpenSSL, elliptic and finite-field.
#pragma once

#include "stack/crypto/provider.h"

namespace assay::crypto {

// One side of an exchange. Public values have exchange_size(group) bytes: X || Y without a 0x04 prefix, or
// the big-endian finite-field value padded to the prime's length.
class DheKey final : public Dhe {
   public:
    // The private value is drawn from `random`, so that a seeded source gives a repeatable key. Errors:
    // Errc::internal.
    static Result<DheKey> generate(DheGroup group, Random& random);
    DheKey(DheKey&&) noexcept;
    DheKey& operator=(DheKey&&) noexcept;
    ~DheKey() override;

    ByteView public_value() const override;
    // The shared secret, shared_size(group) bytes, leading zeros kept. The peer's value is validated first:
    // on the curve and not the point at infinity (SP 800-56A 5.6.2.3.3), or 2 <= y <= p - 2 (RFC 7919, 5.1).
    // Errors: Errc::bad_key.
    Result<SecretBytes> agree(ByteView peer_public_value) const override;

   private:
    struct Impl;
    explicit DheKey(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

// The prime of a finite-field group, exchange_size(group) bytes. Errors: Errc::unsupported for a curve.
Result<Bytes> field_prime(DheGroup group);

}  // namespace assay::crypto
