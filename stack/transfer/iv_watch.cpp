#include "stack/transfer/iv_watch.h"

#include <algorithm>
#include <array>
#include <unordered_set>

#include "stack/crypto/algorithms.h"

namespace assay::transfer {

namespace {

using crypto::Aead;

uint32_t low_word(ByteView iv) {
    return iv[0] | uint32_t{iv[1]} << 8 | uint32_t{iv[2]} << 16 | uint32_t{iv[3]} << 24;
}

uint64_t digest_of(const crypto::Provider& provider, ByteView key) {
    const crypto::Digest digest = provider.digest(crypto::HashAlgo::sha256, key);
    uint64_t value = 0;
    for (size_t i = 0; i < 8; ++i) value |= uint64_t{digest.view()[i]} << (8 * i);
    return value;
}

}  // namespace

// The IVs of a stream are consecutive once its mask, which is constant, is taken off. The mask's first word
// is not known here: the exclusive or with it keeps different counters different, so what was used is a set
// of ranges that are aligned powers of two, which merge as the counter goes on.
struct IvWatch::Record {
    struct Range {
        uint32_t base;
        uint32_t size;  // a power of two; base is a multiple of it
    };
    struct Used {
        std::array<uint8_t, 8> channel;
        std::vector<Range> ranges;
    };
    std::vector<Used> streams;

    // False when it was there before.
    bool add(ByteView iv) {
        std::array<uint8_t, 8> channel{};
        std::ranges::copy(iv.subspan(4), channel.begin());
        auto found = std::ranges::find(streams, channel, &Used::channel);
        if (found == streams.end()) {
            streams.push_back({channel, {}});
            found = streams.end() - 1;
        }
        return add(found->ranges, {low_word(iv), 1});
    }

    static bool add(std::vector<Range>& ranges, Range one) {
        const bool known = std::ranges::any_of(
            ranges, [&](const Range& range) { return (one.base & ~(range.size - 1)) == range.base; });
        if (known) return false;
        while (one.size != uint32_t{1} << 31) {
            auto buddy = std::ranges::find_if(ranges, [&](const Range& range) {
                return range.size == one.size && range.base == (one.base ^ one.size);
            });
            if (buddy == ranges.end()) break;
            one = {one.base & ~one.size, 2 * one.size};
            ranges.erase(buddy);
        }
        ranges.push_back(one);
        return true;
    }
};

struct IvWatch::Log {
    std::vector<std::pair<uint64_t, std::weak_ptr<Record>>> live;  // by the digest of the key
    std::unordered_set<uint64_t> gone;
    std::optional<std::string> repeated;
    uint64_t sealed = 0;

    std::shared_ptr<Record> record(uint64_t key) {
        std::erase_if(live, [&](const auto& entry) {
            if (!entry.second.expired()) return false;
            gone.insert(entry.first);
            return true;
        });
        for (const auto& [digest, record] : live) {
            if (digest == key) return record.lock();
        }
        if (gone.contains(key) && !repeated) repeated = "a key that was given up seals again";
        auto fresh = std::make_shared<Record>();
        live.emplace_back(key, fresh);
        return fresh;
    }
};

namespace {

class WatchedAead final : public Aead {
   public:
    WatchedAead(std::unique_ptr<Aead> aead, uint64_t key, std::shared_ptr<IvWatch::Log> log)
        : aead_(std::move(aead)), key_(key), log_(std::move(log)) {}

    Result<> seal(ByteView iv, ByteView aad, std::span<const ByteView> parts,
                  std::span<uint8_t> out) override {
        note(iv);
        return aead_->seal(iv, aad, parts, out);
    }
    Result<> open(ByteView iv, ByteView aad, ByteView sealed, std::span<uint8_t> out) override {
        return aead_->open(iv, aad, sealed, out);
    }
    Result<> seal_apart(ByteView iv, ByteView aad, ByteView plaintext, std::span<uint8_t> ciphertext,
                        std::span<uint8_t> tag) override {
        note(iv);
        return aead_->seal_apart(iv, aad, plaintext, ciphertext, tag);
    }
    Result<> open_apart(ByteView iv, ByteView aad, ByteView ciphertext, ByteView tag,
                        std::span<uint8_t> plaintext) override {
        return aead_->open_apart(iv, aad, ciphertext, tag, plaintext);
    }
    Result<> crypt(ByteView iv, ByteView in, std::span<uint8_t> out) override {
        return aead_->crypt(iv, in, out);
    }

   private:
    void note(ByteView iv) {
        if (iv.size() != crypto::kAeadIvSize) return;
        ++log_->sealed;
        // The first message shows that this cipher seals; that of the other end only opens.
        if (record_ == nullptr) record_ = log_->record(key_);
        if (!record_->add(iv) && !log_->repeated) log_->repeated = "IV " + to_hex(iv) + " serves twice";
    }

    std::unique_ptr<Aead> aead_;
    uint64_t key_;
    std::shared_ptr<IvWatch::Log> log_;
    std::shared_ptr<IvWatch::Record> record_;
};

}  // namespace

IvWatch::IvWatch(const crypto::Provider& provider) : provider_(provider), log_(std::make_shared<Log>()) {}
IvWatch::~IvWatch() = default;

const std::optional<std::string>& IvWatch::repeated() const { return log_->repeated; }
uint64_t IvWatch::sealed() const { return log_->sealed; }

size_t IvWatch::remembered() const {
    size_t bytes = log_->gone.size() * 2 * sizeof(uint64_t);
    for (const auto& [key, weak] : log_->live) {
        auto record = weak.lock();
        if (record == nullptr) continue;
        for (const Record::Used& used : record->streams) {
            bytes += sizeof used + used.ranges.size() * sizeof(Record::Range);
        }
    }
    return bytes;
}

std::unique_ptr<crypto::Hash> IvWatch::new_hash(crypto::HashAlgo algo) const {
    return provider_.new_hash(algo);
}
crypto::Digest IvWatch::digest(crypto::HashAlgo algo, ByteView message) const {
    return provider_.digest(algo, message);
}
crypto::Digest IvWatch::hmac(crypto::HashAlgo algo, ByteView key, ByteView message) const {
    return provider_.hmac(algo, key, message);
}
Result<Bytes> IvWatch::sign(crypto::SignAlgo algo, crypto::HashAlgo hash, const crypto::PrivateKey& key,
                            const crypto::SignInput& input) const {
    return provider_.sign(algo, hash, key, input);
}
Result<> IvWatch::verify(crypto::SignAlgo algo, crypto::HashAlgo hash, const crypto::PublicKey& key,
                         const crypto::SignInput& input, ByteView signature) const {
    return provider_.verify(algo, hash, key, input, signature);
}
Result<std::unique_ptr<crypto::Aead>> IvWatch::new_aead(crypto::AeadAlgo algo, ByteView key) const {
    return std::make_unique<WatchedAead>(TRY(provider_.new_aead(algo, key)), digest_of(provider_, key), log_);
}
Result<std::unique_ptr<crypto::Dhe>> IvWatch::new_dhe(crypto::DheGroup group, Random& random) const {
    return provider_.new_dhe(group, random);
}

}  // namespace assay::transfer
