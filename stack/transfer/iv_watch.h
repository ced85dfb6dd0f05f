// Checks that no IV is used twice under a key. It is a crypto provider, so that it sees what is really
// sealed, whatever the code above it reports.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "stack/crypto/provider.h"

namespace assay::transfer {

// What was sealed so far, over every key. The IVs of one channel are consecutive, so that ranges hold them:
// the memory that is used depends on the keys that live and not on the messages. What of a key was seen is
// forgotten with the last of its ciphers that seals; whether such a key is used again is then recognised by a
// 64-bit digest of it.
class IvWatch final : public crypto::Provider {
   public:
    // `provider` computes; it must outlive the watch, and the watch whatever is made by it. Not thread-safe
    // while anything seals in several threads.
    explicit IvWatch(const crypto::Provider& provider);
    ~IvWatch() override;

    // The first repetition, if there was one.
    const std::optional<std::string>& repeated() const;
    uint64_t sealed() const;    // messages
    size_t remembered() const;  // bytes that the watch itself needs, about

    std::unique_ptr<crypto::Hash> new_hash(crypto::HashAlgo algo) const override;
    crypto::Digest digest(crypto::HashAlgo algo, ByteView message) const override;
    crypto::Digest hmac(crypto::HashAlgo algo, ByteView key, ByteView message) const override;
    Result<Bytes> sign(crypto::SignAlgo algo, crypto::HashAlgo hash, const crypto::PrivateKey& key,
                       const crypto::SignInput& input) const override;
    Result<> verify(crypto::SignAlgo algo, crypto::HashAlgo hash, const crypto::PublicKey& key,
                    const crypto::SignInput& input, ByteView signature) const override;
    Result<std::unique_ptr<crypto::Aead>> new_aead(crypto::AeadAlgo algo, ByteView key) const override;
    Result<std::unique_ptr<crypto::Dhe>> new_dhe(crypto::DheGroup group, Random& random) const override;

    struct Record;  // of one key
    struct Log;

   private:
    const crypto::Provider& provider_;
    std::shared_ptr<Log> log_;
};

}  // namespace assay::transfer
