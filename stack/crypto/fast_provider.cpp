#include <bit>

#include "stack/crypto/provider.h"

namespace assay::crypto {

namespace {

// A 64-bit state that takes bytes one after the other, so that how the input is cut does not matter.
class Mixer {
   public:
    explicit Mixer(uint64_t domain) : state_(0x243f6a8885a308d3U ^ (domain * 0x9e3779b97f4a7c15U)) {}

    void bytes(ByteView input) {
        for (uint8_t byte : input) {
            lane_ |= uint64_t{byte} << (8 * (count_ & 7));
            if ((++count_ & 7) == 0) flush();
        }
    }
    // A byte string with its length, so that two strings in a row cannot be cut another way.
    void framed(ByteView input) {
        uint64_t size = input.size();
        uint8_t raw[8];
        for (size_t i = 0; i < 8; ++i) raw[i] = static_cast<uint8_t>(size >> (8 * i));
        bytes(raw);
        bytes(input);
    }
    void stretch(std::span<uint8_t> out) const {
        uint64_t seed = scramble(state_ ^ scramble(lane_ + count_));
        for (size_t i = 0; i < out.size(); ++i) {
            if (i % 8 == 0) seed = scramble(seed + 0x9e3779b97f4a7c15U);
            out[i] = static_cast<uint8_t>(seed >> (8 * (i % 8)));
        }
    }

   private:
    static uint64_t scramble(uint64_t value) {
        value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9U;
        value = (value ^ (value >> 27)) * 0x94d049bb133111ebU;
        return value ^ (value >> 31);
    }
    void flush() {
        state_ = std::rotl((state_ ^ lane_) * 0xff51afd7ed558ccdU, 29) + count_;
        lane_ = 0;
    }

    uint64_t state_;
    uint64_t lane_ = 0;
    uint64_t count_ = 0;
};

class FastHash final : public Hash {
   public:
    explicit FastHash(HashAlgo algo) : algo_(algo), mixer_(static_cast<uint64_t>(algo) + 1) {}

    void update(ByteView bytes) override { mixer_.bytes(bytes); }
    Digest digest() const override {
        Digest out;
        mixer_.stretch(out.resize(digest_size(algo_)));
        return out;
    }
    std::unique_ptr<Hash> clone() const override { return std::make_unique<FastHash>(*this); }
    void reset() override { mixer_ = Mixer(static_cast<uint64_t>(algo_) + 1); }

   private:
    HashAlgo algo_;
    Mixer mixer_;
};

Bytes tag(SignAlgo algo, HashAlgo hash, const PublicKey& key, const SignInput& input) {
    Mixer mixer(0x100 + static_cast<uint64_t>(algo) * 16 + static_cast<uint64_t>(hash));
    mixer.framed(key.spki());
    mixer.framed(input.context);
    mixer.framed(input.bytes);
    mixer.bytes({{static_cast<uint8_t>(input.kind)}});
    Bytes signature(signature_size(algo));
    mixer.stretch(signature);
    return signature;
}

class FastProvider final : public Provider {
   public:
    std::unique_ptr<Hash> new_hash(HashAlgo algo) const override { return std::make_unique<FastHash>(algo); }
    Digest digest(HashAlgo algo, ByteView message) const override {
        FastHash hash(algo);
        hash.update(message);
        return hash.digest();
    }
    Digest hmac(HashAlgo algo, ByteView key, ByteView message) const override {
        Mixer mixer(0x200 + static_cast<uint64_t>(algo));
        mixer.framed(key);
        mixer.framed(message);
        Digest out;
        mixer.stretch(out.resize(digest_size(algo)));
        return out;
    }
    Result<Bytes> sign(SignAlgo algo, HashAlgo hash, const PrivateKey& key, const SignInput& input) const override {
        if (!key.valid() || !key.public_key().fits(algo)) return fail(Errc::bad_key, "PrivateKey");
        return tag(algo, hash, key.public_key(), input);
    }
    Result<> verify(SignAlgo algo, HashAlgo hash, const PublicKey& key, const SignInput& input,
                    ByteView signature) const override {
        if (!key.valid() || !key.fits(algo)) return fail(Errc::bad_key, "PublicKey");
        if (!equal(tag(algo, hash, key, input), signature)) {
            return fail(Errc::bad_signature, "Signature", Error::npos, "does not verify");
        }
        return {};
    }
};

}  // namespace

const Provider& fast_provider() {
    static const FastProvider provider;
    return provider;
}

}  // namespace assay::crypto
