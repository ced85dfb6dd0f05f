// IVs: a counter of messages, a counter of channels, a mask.
#pragma once

#include <array>
#include <cstdint>

#include "stack/crypto/algorithms.h"
#include "stack/transfer/check.h"

namespace assay::transfer {

using Iv = std::array<uint8_t, crypto::kAeadIvSize>;

// The layout of the counters in an IV, both little-endian.
enum class IvLayout : uint8_t {
    channel,  // bytes 0-3 the message counter, 4-11 the channel counter
    gsp,      // bytes 0-7 the message counter, 8-11 zero
};

// The IV of one message before and after its mask.
Iv make_iv(IvLayout layout, uint64_t message, uint64_t channel, const Iv& mask,
           const Checker& checker = Checker());

// The highest message counter there is. No message is sealed behind it.
constexpr uint64_t message_limit(IvLayout layout) {
    return layout == IvLayout::channel ? UINT32_MAX : UINT64_MAX;
}

// When so few messages are left that a channel should get a new channel counter, and the least that an
// administrator may set.
inline constexpr uint64_t kIvRotationRemaining = uint64_t{1} << 31;
inline constexpr uint64_t kIvRotationMinimum = 2342;

// A counter of messages. It counts before its value is used: the first message has 1.
class MessageCounter {
   public:
    explicit MessageCounter(IvLayout layout, uint64_t limit = UINT64_MAX)
        : layout_(layout), limit_(limit < message_limit(layout) ? limit : message_limit(layout)) {}

    uint64_t used() const { return used_; }
    uint64_t remaining() const { return limit_ - (used_ < limit_ ? used_ : limit_); }
    // The value of the message that is `ahead` behind the next one, without counting. Refuses by
    // iv_exhausted.
    Checked<uint64_t> peek(uint64_t ahead, const Checker& checker) const;
    // Counts `messages` on.
    void advance(uint64_t messages) { used_ += messages; }
    void set(uint64_t used) { used_ = used; }

   private:
    IvLayout layout_;
    uint64_t limit_;
    uint64_t used_ = 0;
};

}  // namespace assay::transfer
