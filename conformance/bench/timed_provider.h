// OpenSSL with a watch: how long a run spends in cryptography, and how often it asks for what.
#pragma once

#include <algorithm>
#include <chrono>
#include <vector>

#include "stack/crypto/provider.h"

namespace assay::bench {

using SteadyClock = std::chrono::steady_clock;
using Seconds = std::chrono::duration<double>;

// Time that was spent in cryptography, and how often each kind of operation was asked for.
struct Spent {
    Seconds time{0};
    size_t signatures = 0, verifications = 0, digests = 0;
};

class Timed {
   public:
    explicit Timed(Spent& spent) : spent_(spent) {}
    ~Timed() { spent_.time += SteadyClock::now() - begun_; }
    Timed(const Timed&) = delete;
    Timed& operator=(const Timed&) = delete;

   private:
    Spent& spent_;
    SteadyClock::time_point begun_ = SteadyClock::now();
};

class TimedHash final : public crypto::Hash {
   public:
    TimedHash(std::unique_ptr<crypto::Hash> hash, Spent& spent) : hash_(std::move(hash)), spent_(spent) {}
    void update(ByteView bytes) override {
        Timed timed(spent_);
        hash_->update(bytes);
    }
    crypto::Digest digest() const override {
        Timed timed(spent_);
        return hash_->digest();
    }
    std::unique_ptr<crypto::Hash> clone() const override {
        return std::make_unique<TimedHash>(hash_->clone(), spent_);
    }
    void reset() override {
        Timed timed(spent_);
        hash_->reset();
    }

   private:
    std::unique_ptr<crypto::Hash> hash_;
    Spent& spent_;
};

class TimedAead final : public crypto::Aead {
   public:
    TimedAead(std::unique_ptr<crypto::Aead> aead, Spent& spent) : aead_(std::move(aead)), spent_(spent) {}
    Result<> seal(ByteView iv, ByteView aad, std::span<const ByteView> parts,
                  std::span<uint8_t> out) override {
        Timed timed(spent_);
        return aead_->seal(iv, aad, parts, out);
    }
    Result<> open(ByteView iv, ByteView aad, ByteView sealed, std::span<uint8_t> out) override {
        Timed timed(spent_);
        return aead_->open(iv, aad, sealed, out);
    }
    Result<> seal_apart(ByteView iv, ByteView aad, ByteView plaintext, std::span<uint8_t> ciphertext,
                        std::span<uint8_t> tag) override {
        Timed timed(spent_);
        return aead_->seal_apart(iv, aad, plaintext, ciphertext, tag);
    }
    Result<> open_apart(ByteView iv, ByteView aad, ByteView ciphertext, ByteView tag,
                        std::span<uint8_t> plaintext) override {
        Timed timed(spent_);
        return aead_->open_apart(iv, aad, ciphertext, tag, plaintext);
    }
    Result<> crypt(ByteView iv, ByteView in, std::span<uint8_t> out) override {
        Timed timed(spent_);
        return aead_->crypt(iv, in, out);
    }

   private:
    std::unique_ptr<crypto::Aead> aead_;
    Spent& spent_;
};

class TimedDhe final : public crypto::Dhe {
   public:
    TimedDhe(std::unique_ptr<crypto::Dhe> dhe, Spent& spent) : dhe_(std::move(dhe)), spent_(spent) {}
    ByteView public_value() const override { return dhe_->public_value(); }
    Result<SecretBytes> agree(ByteView peer_public_value) const override {
        Timed timed(spent_);
        return dhe_->agree(peer_public_value);
    }

   private:
    std::unique_ptr<crypto::Dhe> dhe_;
    Spent& spent_;
};

// OpenSSL with a watch.
class TimedProvider final : public crypto::Provider {
   public:
    explicit TimedProvider(Spent& spent) : spent_(spent) {}
    std::unique_ptr<crypto::Hash> new_hash(crypto::HashAlgo algo) const override {
        Timed timed(spent_);
        return std::make_unique<TimedHash>(real_.new_hash(algo), spent_);
    }
    crypto::Digest digest(crypto::HashAlgo algo, ByteView message) const override {
        Timed timed(spent_);
        ++spent_.digests;
        return real_.digest(algo, message);
    }
    crypto::Digest hmac(crypto::HashAlgo algo, ByteView key, ByteView message) const override {
        Timed timed(spent_);
        return real_.hmac(algo, key, message);
    }
    Result<Bytes> sign(crypto::SignAlgo algo, crypto::HashAlgo hash, const crypto::PrivateKey& key,
                       const crypto::SignInput& input) const override {
        Timed timed(spent_);
        ++spent_.signatures;
        return real_.sign(algo, hash, key, input);
    }
    Result<> verify(crypto::SignAlgo algo, crypto::HashAlgo hash, const crypto::PublicKey& key,
                    const crypto::SignInput& input, ByteView signature) const override {
        Timed timed(spent_);
        ++spent_.verifications;
        return real_.verify(algo, hash, key, input, signature);
    }
    Result<std::unique_ptr<crypto::Aead>> new_aead(crypto::AeadAlgo algo, ByteView key) const override {
        Timed timed(spent_);
        return std::make_unique<TimedAead>(TRY(real_.new_aead(algo, key)), spent_);
    }
    Result<std::unique_ptr<crypto::Dhe>> new_dhe(crypto::DheGroup group, Random& random) const override {
        Timed timed(spent_);
        return std::make_unique<TimedDhe>(TRY(real_.new_dhe(group, random)), spent_);
    }

   private:
    const crypto::Provider& real_ = crypto::openssl_provider();
    Spent& spent_;
};

inline double median(std::vector<double> values) {
    std::ranges::sort(values);
    return values[values.size() / 2];
}

}  // namespace assay::bench
