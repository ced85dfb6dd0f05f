// The crypto seam: everything a protocol needs computed, behind one interface.
#pragma once

#include <array>
#include <memory>

#include "stack/base/bytes.h"
#include "stack/base/random.h"
#include "stack/base/secret.h"
#include "stack/crypto/algorithms.h"
#include "stack/crypto/keys.h"

namespace assay::crypto {

// A digest of up to kMaxDigest bytes, held by value.
class Digest {
   public:
    Digest() = default;
    explicit Digest(ByteView bytes);  // what is beyond kMaxDigest is dropped

    ByteView view() const { return {bytes_.data(), size_}; }
    std::span<uint8_t> resize(size_t size);
    size_t size() const { return size_; }
    friend bool operator==(const Digest& a, const Digest& b) { return equal(a.view(), b.view()); }

   private:
    std::array<uint8_t, kMaxDigest> bytes_{};
    size_t size_ = 0;
};

// A running hash.
class Hash {
   public:
    virtual ~Hash() = default;
    virtual void update(ByteView bytes) = 0;
    // The digest of what was given so far; the running hash goes on.
    virtual Digest digest() const = 0;
    virtual std::unique_ptr<Hash> clone() const = 0;
    // Back to nothing given.
    virtual void reset() = 0;
};

// What is signed: a message (the algorithm hashes it itself), or a digest that was computed already
// (RSA and ECDSA only; its size is that of `hash`). A message and its digest have the same signature.
struct SignInput {
    enum class Kind : uint8_t { message, digest };
    Kind kind = Kind::message;
    ByteView bytes;
    // RFC 8032 context of at most 255 bytes, used by Ed448 only. OpenSSL before 3.2 cannot take one: a
    // non-empty context is then Errc::unsupported, for signing and for verifying.
    ByteView context = {};
};

// A key of an AEAD, set up once. IVs have kAeadIvSize bytes, tags kAeadTagSize. Not thread-safe.
class Aead {
   public:
    virtual ~Aead() = default;
    // Encrypts the concatenation of `parts` into `out`, which has exactly its size and that of the tag, which
    // follows the ciphertext. Errors: Errc::out_of_range for an IV or an `out` of another size, or for more
    // than 2^31 - 17 bytes; Errc::internal.
    virtual Result<> seal(ByteView iv, ByteView aad, std::span<const ByteView> parts,
                          std::span<uint8_t> out) = 0;
    // Verifies and decrypts ciphertext || tag into `out`, which has exactly the ciphertext's size. Errors:
    // Errc::bad_signature when the tag does not verify (`out` is then wiped), Errc::truncated when there is
    // no room for a tag, else as seal.
    virtual Result<> open(ByteView iv, ByteView aad, ByteView sealed, std::span<uint8_t> out) = 0;

    // The same with the tag apart from the text. Both texts have one size and may be the same memory; they do
    // not overlap otherwise. Errors: as seal and open; a plaintext that is not authentic is wiped.
    virtual Result<> seal_apart(ByteView iv, ByteView aad, ByteView plaintext, std::span<uint8_t> ciphertext,
                                std::span<uint8_t> tag) = 0;
    virtual Result<> open_apart(ByteView iv, ByteView aad, ByteView ciphertext, ByteView tag,
                                std::span<uint8_t> plaintext) = 0;
    // The cipher without its tag, which makes ciphertext of plaintext and plaintext of ciphertext; sizes,
    // memory and errors as above.
    virtual Result<> crypt(ByteView iv, ByteView in, std::span<uint8_t> out) = 0;
};

// One side of a Diffie-Hellman exchange. OpenSSL's is DheKey of dhe.h, which has the form of public values.
class Dhe {
   public:
    virtual ~Dhe() = default;
    // exchange_size(group) bytes.
    virtual ByteView public_value() const = 0;
    // The shared secret, shared_size(group) bytes. Errors: Errc::bad_key for a value that is none.
    virtual Result<SecretBytes> agree(ByteView peer_public_value) const = 0;
};

// Computes. `OpenSslProvider` is the real one; `FastProvider` is a deterministic stand-in for fuzzing.
// Thread-safe.
class Provider {
   public:
    virtual ~Provider() = default;

    virtual std::unique_ptr<Hash> new_hash(HashAlgo algo) const = 0;
    virtual Digest digest(HashAlgo algo, ByteView message) const = 0;
    virtual Digest hmac(HashAlgo algo, ByteView key, ByteView message) const = 0;

    // Signs. The result has signature_size(algo) bytes: RSA big-endian, ECDSA r || s big-endian, EdDSA as
    // RFC 8032. `hash` is the primitive's digest (and PSS's MGF1 and salt length); unused for EdDSA.
    // Errors: Errc::bad_key when the key does not fit, Errc::out_of_range for a digest or a context of the
    // wrong size, Errc::unsupported, Errc::internal.
    virtual Result<Bytes> sign(SignAlgo algo, HashAlgo hash, const PrivateKey& key,
                               const SignInput& input) const = 0;
    // Errors: Errc::bad_signature when it does not verify (also for a wrong size), else as sign.
    virtual Result<> verify(SignAlgo algo, HashAlgo hash, const PublicKey& key, const SignInput& input,
                            ByteView signature) const = 0;

    // Errors: Errc::bad_key for a key of the wrong size, Errc::internal.
    virtual Result<std::unique_ptr<Aead>> new_aead(AeadAlgo algo, ByteView key) const = 0;
    // The private value is drawn from `random`. Errors: Errc::internal.
    virtual Result<std::unique_ptr<Dhe>> new_dhe(DheGroup group, Random& random) const = 0;
};

// OpenSSL 3 through EVP.
const Provider& openssl_provider();

// Same sizes, same interface, many times faster, and not secure: the digest is a keyless 64-bit mixing
// function stretched to the size, HMAC the same over key and message, the "signature" the same over
// algorithm, public key and what is signed. It still authenticates in the sense that any changed bit of
// input, key, context or signature fails to verify. Unlike OpenSSL before 3.2 it takes a context. For fuzzing
// only.
const Provider& fast_provider();

}  // namespace assay::crypto
