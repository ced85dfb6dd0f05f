// One direction of one engine under one key: what its messages are sealed and opened with, in order.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "stack/transfer/executor.h"
#include "stack/transfer/iv.h"
#include "stack/transfer/keys.h"

namespace assay::transfer {

// What a message is protected by.
enum class Protection : uint8_t {
    sealed,     // AES-256-GCM
    encrypted,  // its cipher alone: nothing is authenticated, the tag is zero
    clear,      // nothing
};

struct ChannelConfig {
    IvLayout layout = IvLayout::channel;
    Iv mask{};
    Protection protection = Protection::sealed;
    uint64_t message_limit = UINT64_MAX;  // below that of the layout, for tests and policies
};

// IVs that were taken for messages to come, used once: an explicit IV.
struct Slots {
    uint32_t version = 0;
    uint64_t first = 0;  // message counter
    uint32_t count = 1;
    uint8_t fresh = 0;  // 1 until it is used
};

// One message: `out` has the size of `in` and may be its memory. The tag is written by seal, read by open.
struct Piece {
    ByteView in;
    std::span<uint8_t> out;
    std::span<uint8_t> tag;
};

// Both ends have one; each uses it in one direction. A refusal leaves every counter as it was; where a block
// was refused, its destination is wiped. Not thread-safe; runs spread over an executor.
class Channel {
   public:
    // Takes the key's next channel counter. Refuses by channel_exhausted and key_closed.
    static Checked<Channel> make(std::shared_ptr<KeyRing> ring, const ChannelConfig& config);

    // Takes the IVs of the next messages, which have so many bytes together. Refuses by iv_exhausted,
    // key_threshold and key_closed.
    Checked<Slots> reserve(uint32_t messages, uint64_t bytes);
    // Seals the next messages under the key's current version. Refuses as reserve, and by block_size.
    Checked<Slots> seal(ByteView aad, const Piece& piece);
    Checked<Slots> seal_run(std::span<const Piece> pieces, Executor& executor = inline_executor());
    // Seals with IVs that were taken before. Refuses by iv_not_fresh, key_version, key_closed, block_size.
    Checked<> seal_at(Slots& slots, ByteView aad, std::span<const Piece> pieces,
                      Executor& executor = inline_executor());

    // Opens the next messages under that version of the key, which must be the ones that were sealed next.
    // Refuses by block_tag, block_size, key_version, version_ended, iv_exhausted, key_closed.
    Checked<> open(uint32_t version, ByteView aad, const Piece& piece);
    Checked<> open_run(uint32_t version, std::span<const Piece> pieces,
                       Executor& executor = inline_executor());
    // Opens with IVs that were taken before, in whatever order; they stay fresh when that is refused.
    Checked<> open_at(Slots& slots, ByteView aad, std::span<const Piece> pieces,
                      Executor& executor = inline_executor());
    // Passes over the next message.
    Checked<> skip();

    // Whether the key may rotate: no message is outstanding under the version that would be dropped. Refuses
    // by rotation_in_flight.
    Checked<> may_rotate() const;
    // After the key rotated: how many messages its sender sealed under the version before.
    void rotated(uint64_t sealed);
    // A new channel counter, and messages counted from the start. Refuses by channel_exhausted, key_closed.
    Checked<> rotate_iv();

    // Lets go of everything that was made of the keys.
    void forget() { versions_.clear(); }

    // Messages counted, and left, under the key's current version.
    uint64_t counted() const;
    uint64_t remaining() const;
    void set_counted(uint64_t messages);
    uint64_t channel_counter() const { return channel_; }
    Protection protection() const { return config_.protection; }
    const KeyRing& ring() const { return *ring_; }

   private:
    struct Version {
        uint32_t id;
        uint64_t channel;
        MessageCounter counter;
        std::optional<uint64_t> end{};  // the last message that its sender sealed
        std::vector<std::unique_ptr<crypto::Aead>> lanes{};
    };
    enum class Direction : uint8_t { seal, open };

    Channel(std::shared_ptr<KeyRing> ring, const ChannelConfig& config, uint64_t channel)
        : ring_(std::move(ring)), config_(config), channel_(channel) {}

    const Checker& checker() const { return ring_->checker(); }
    bool has(Defect defect) const { return checker().has(defect); }
    const Version* known(uint32_t id) const;
    Checked<Version*> version(uint32_t id);
    Checked<> check_sizes(std::span<const Piece> pieces) const;
    Checked<> prepare(Version& version, size_t lanes);
    void advance(Version& version, uint64_t messages) const;
    Checked<> run(Direction way, Version& version, uint64_t first, ByteView aad,
                  std::span<const Piece> pieces, Executor& executor);
    bool message(Direction way, crypto::Aead& aead, const Version& version, uint64_t counter, ByteView aad,
                 const Piece& piece) const;
    bool open_message(crypto::Aead& aead, const Version& version, uint64_t counter, ByteView aad,
                      const Piece& piece) const;
    bool opens_out_of_turn(crypto::Aead& aead, const Version& version, uint64_t counter, ByteView aad,
                           const Piece& piece) const;
    Checked<> open_next(uint32_t id, ByteView aad, std::span<const Piece> pieces, Executor& executor);

    std::shared_ptr<KeyRing> ring_;
    ChannelConfig config_;
    uint64_t channel_;
    std::vector<Version> versions_;  // ascending; those that the ring keeps and that were used
    std::vector<uint8_t> good_;      // of a run, a piece each
};

}  // namespace assay::transfer
