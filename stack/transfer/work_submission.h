// Signed work: methods in the clear, and a MAC under a nonce that both ends count.
#pragma once

#include <array>
#include <memory>
#include <span>
#include <vector>

#include "stack/transfer/channel.h"

namespace assay::transfer {

// One method of an engine: where it goes, and what.
struct Method {
    uint32_t address = 0;
    uint32_t data = 0;
    bool operator==(const Method&) const = default;
};

inline constexpr size_t kMethodSize = 8;         // bytes: address, data, little-endian
inline constexpr size_t kMaxSignedMethods = 10;  // 80 bytes, what a driver signs at once
inline constexpr size_t kMaxMethods = 64;        // 512 bytes, what the engine takes
inline constexpr size_t kMacSize = 32;

using WorkNonce = std::array<uint8_t, 32>;

// A queue of submissions, one end of it: count u32, methods, HMAC-SHA256 of the methods and the nonce. The
// nonce does not travel: bytes 0-23 are a counter of submissions, counted before it is used, bytes 24-31 the
// channel counter. Without protection there is neither MAC nor nonce.
class WorkQueue {
   public:
    // Takes the HMAC key's next channel counter. Refuses by channel_exhausted and key_closed.
    static Checked<WorkQueue> make(std::shared_ptr<KeyRing> ring, Protection protection);

    // Refuses by work_size, work_nonce, key_closed.
    Checked<Bytes> sign(std::span<const Method> methods);
    // The methods of the submission that is next. Refuses by work_form, work_size, work_nonce, work_mac,
    // key_closed.
    Checked<std::vector<Method>> accept(ByteView submission);

    // The nonce of the next submission.
    WorkNonce next_nonce() const;
    void set_counted(const std::array<uint64_t, 3>& counter) { counter_ = counter; }

   private:
    WorkQueue(std::shared_ptr<KeyRing> ring, Protection protection, uint64_t channel)
        : ring_(std::move(ring)), protection_(protection), channel_(channel) {}
    Checked<> check_key() const;
    crypto::Digest mac(ByteView methods) const;
    bool verifies(ByteView methods, ByteView sent) const;
    void advance();

    std::shared_ptr<KeyRing> ring_;
    Protection protection_;
    uint64_t channel_;
    std::array<uint64_t, 3> counter_{};  // least significant first
};

}  // namespace assay::transfer
