#include "stack/crypto/aead.h"
#include "stack/crypto/fast_mix.h"
#include "stack/crypto/key_impl.h"
#include "stack/crypto/provider.h"

namespace assay::crypto {

namespace {

// What a mix is made for, so that a digest is never an HMAC or a signature over the same bytes.
enum class Purpose : uint64_t { digest = 1, hmac = 2, signature = 3, aead = 4, shared_secret = 5 };

template <class Algo>
FastMix mix_for(Purpose purpose, Algo algo) {
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

class FastAead final : public Aead {
   public:
    FastAead(AeadAlgo algo, ByteView key) : keyed_(mix_for(Purpose::aead, algo)) {
        keyed_.absorb(FastMix::of(key));
    }

    Result<> seal(ByteView iv, ByteView aad, std::span<const ByteView> parts,
                  std::span<uint8_t> out) override {
        const size_t size = TRY(check_seal(iv, aad, parts, out));
        uint8_t* at = out.data();
        for (const ByteView part : parts) at = std::ranges::copy(part, at).out;
        const FastMix mix = mix_of(iv);
        const std::span<uint8_t> text = out.first(size);
        FastMix::mask(mix.value(), text);
        FastMix::stretch(tag(mix, aad, text), out.subspan(size));
        return {};
    }

    Result<> open(ByteView iv, ByteView aad, ByteView sealed, std::span<uint8_t> out) override {
        const ByteView ciphertext = TRY(check_open(iv, aad, sealed, out));
        const FastMix mix = mix_of(iv);
        if (!FastMix::stretches_to(tag(mix, aad, ciphertext), sealed.subspan(ciphertext.size()))) {
            wipe(out);
            return fail(Errc::bad_signature, "AEAD tag", ciphertext.size(), "does not verify");
        }
        std::ranges::copy(ciphertext, out.begin());
        FastMix::mask(mix.value(), out);
        return {};
    }

    Result<> seal_apart(ByteView iv, ByteView aad, ByteView plaintext, std::span<uint8_t> ciphertext,
                        std::span<uint8_t> sent_tag) override {
        TRY(check_apart(iv, aad, plaintext, ciphertext, sent_tag.size()));
        const FastMix mix = mix_of(iv);
        if (plaintext.data() != ciphertext.data()) std::ranges::copy(plaintext, ciphertext.begin());
        FastMix::mask(mix.value(), ciphertext);
        FastMix::stretch(tag(mix, aad, ciphertext), sent_tag);
        return {};
    }

    Result<> open_apart(ByteView iv, ByteView aad, ByteView ciphertext, ByteView sent_tag,
                        std::span<uint8_t> plaintext) override {
        TRY(check_apart(iv, aad, ciphertext, plaintext, sent_tag.size()));
        const FastMix mix = mix_of(iv);
        if (!FastMix::stretches_to(tag(mix, aad, ciphertext), sent_tag)) {
            wipe(plaintext);
            return fail(Errc::bad_signature, "AEAD tag", ciphertext.size(), "does not verify");
        }
        if (plaintext.data() != ciphertext.data()) std::ranges::copy(ciphertext, plaintext.begin());
        FastMix::mask(mix.value(), plaintext);
        return {};
    }

    Result<> crypt(ByteView iv, ByteView in, std::span<uint8_t> out) override {
        TRY(check_apart(iv, {}, in, out, kAeadTagSize));
        if (in.data() != out.data()) std::ranges::copy(in, out.begin());
        FastMix::mask(mix_of(iv).value(), out);
        return {};
    }

   private:
    FastMix mix_of(ByteView iv) const {
        FastMix mix = keyed_;
        mix.absorb(FastMix::of(iv));
        return mix;
    }

    static uint64_t tag(FastMix mix, ByteView aad, ByteView ciphertext) {
        mix.absorb(aad.size());  // where the one ends and the other begins
        mix.update(aad);
        mix.update(ciphertext);
        return mix.value();
    }

    FastMix keyed_;
};

// Diffie-Hellman modulo a Mersenne prime of 61 bits, on the wire stretched to the group's size, so that what
// is no public value has about the chances that it has with a curve.
class FastDhe final : public Dhe {
   public:
    FastDhe(DheGroup group, Random& random) : group_(group), public_value_(exchange_size(group)) {
        // Below the half of the generator's order: the public value is neither 1 nor p - 1.
        private_ = 1 + random.below((kPrime - 1) / 2 - 1);
        FastMix::stretch(power(kGenerator, private_), public_value_);
    }

    ByteView public_value() const override { return public_value_; }

    Result<SecretBytes> agree(ByteView peer_public_value) const override {
        if (peer_public_value.size() != exchange_size(group_)) return refuse("not of the group's size");
        const std::optional<uint64_t> peer = FastMix::stretched_from(peer_public_value);
        if (!peer) return refuse("not a public value");
        if (*peer < 2 || *peer > kPrime - 2) return refuse("not in 2 .. p - 2");
        FastMix mix = mix_for(Purpose::shared_secret, group_);
        mix.absorb(power(*peer, private_));
        SecretBytes shared(shared_size(group_));
        FastMix::stretch(mix.value(), shared.span());
        return shared;
    }

   private:
    static constexpr uint64_t kPrime = (uint64_t{1} << 61) - 1;
    static constexpr uint64_t kGenerator = 37;  // the smallest primitive root

    static std::unexpected<Error> refuse(const char* why) {
        return fail(Errc::bad_key, "ExchangeData", 0, why);
    }

    // 2^61 is 1 here, so the upper bits of a product are added to the lower ones.
    static uint64_t product(uint64_t a, uint64_t b) {
        const unsigned __int128 wide = static_cast<unsigned __int128>(a) * b;
        const uint64_t sum = (static_cast<uint64_t>(wide) & kPrime) + static_cast<uint64_t>(wide >> 61);
        return sum < kPrime ? sum : sum - kPrime;
    }

    static uint64_t power(uint64_t base, uint64_t exponent) {
        uint64_t result = 1;
        for (; exponent != 0; exponent >>= 1, base = product(base, base)) {
            if ((exponent & 1) != 0) result = product(result, base);
        }
        return result;
    }

    DheGroup group_;
    uint64_t private_ = 0;
    Bytes public_value_;
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

    Result<std::unique_ptr<Aead>> new_aead(AeadAlgo algo, ByteView key) const override {
        if (key.size() != key_size(algo)) return fail(Errc::bad_key, "AEAD key");
        return std::make_unique<FastAead>(algo, key);
    }

    Result<std::unique_ptr<Dhe>> new_dhe(DheGroup group, Random& random) const override {
        return std::make_unique<FastDhe>(group, random);
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
