#include "stack/crypto/fast_mix.h"
#include "stack/crypto/key_impl.h"
#include "stack/crypto/provider.h"

namespace assay::crypto {

namespace {

// What a mix is made for, so that a digest is never an HMAC or a signature over the same bytes.
enum class Purpose : uint64_t { digest = 1, hmac = 2, signature = 3 };

FastMix mix_for(Purpose purpose, HashAlgo algo) {
    return FastMix(static_cast<uint64_t>(purpose) << 8 | static_cast<uint64_t>(algo));
}

Digest stretched(const FastMix& mix, HashAlgo algo) {
    Digest digest;
    FastMix::stretch(mix.value(), digest.resize(digest_size(algo)));
    return digest;
}

class FastHash final : public Hash {
   public:
    explicit FastHash(HashAlgo algo) : algo_(algo), mix_(mix_for(Purpose::digest, algo)) {}

    void update(ByteView bytes) override { mix_.update(bytes); }
    Digest digest() const override { return stretched(mix_, algo_); }
    std::unique_ptr<Hash> clone() const override { return std::make_unique<FastHash>(*this); }
    void reset() override { mix_ = mix_for(Purpose::digest, algo_); }

   private:
    HashAlgo algo_;
    FastMix mix_;
};

class FastProvider final : public Provider {
   public:
    std::unique_ptr<Hash> new_hash(HashAlgo algo) const override { return std::make_unique<FastHash>(algo); }

    Digest digest(HashAlgo algo, ByteView message) const override {
        FastMix mix = mix_for(Purpose::digest, algo);
        mix.update(message);
        return stretched(mix, algo);
    }

    Digest hmac(HashAlgo algo, ByteView key, ByteView message) const override {
        FastMix mix = mix_for(Purpose::hmac, algo);
        mix.absorb(FastMix::of(key));
        mix.update(message);
        return stretched(mix, algo);
    }

    Result<Bytes> sign(SignAlgo algo, HashAlgo hash, const PrivateKey& key,
                       const SignInput& input) const override {
        if (!key.valid()) return fail(Errc::bad_key, "private key");
        const uint64_t value = TRY(signature_value(algo, hash, key.public_key(), input));
        Bytes signature(signature_size(algo));
        FastMix::stretch(value, signature);
        return signature;
    }

    Result<> verify(SignAlgo algo, HashAlgo hash, const PublicKey& key, const SignInput& input,
                    ByteView signature) const override {
        const uint64_t value = TRY(signature_value(algo, hash, key, input));
        if (signature.size() != signature_size(algo)) return fail(Errc::bad_signature, "signature");
        if (!FastMix::stretches_to(value, signature)) return fail(Errc::bad_signature, "signature");
        return {};
    }

   private:
    // As with the real algorithms, RSA and ECDSA sign the digest, so that a message and its digest have the
    // same signature, and EdDSA signs the message without regard to `hash`.
    Result<uint64_t> signature_value(SignAlgo algo, HashAlgo hash, const PublicKey& key,
                                     const SignInput& input) const {
        if (!key.fits(algo)) return fail(Errc::bad_key, "key", Error::npos, "does not fit the algorithm");
        FastMix mix = mix_for(Purpose::signature, is_eddsa(algo) ? HashAlgo::sha256 : hash);
        mix.absorb(static_cast<uint64_t>(algo));
        mix.absorb(key.impl().fingerprint);
        if (is_eddsa(algo)) {
            if (input.kind == SignInput::Kind::digest) {
                return fail(Errc::unsupported, "signature", Error::npos, "EdDSA does not sign a digest");
            }
            if (algo == SignAlgo::ed448) mix.absorb(FastMix::of(input.context));
            mix.update(input.bytes);
        } else if (input.kind == SignInput::Kind::message) {
            mix.update(digest(hash, input.bytes).view());
        } else {
            if (input.bytes.size() != digest_size(hash)) {
                return fail(Errc::out_of_range, "digest", Error::npos, "size is not that of the hash");
            }
            mix.update(input.bytes);
        }
        return mix.value();
    }
};

}  // namespace

const Provider& fast_provider() {
    static const FastProvider kProvider;
    return kProvider;
}

}  // namespace assay::crypto
