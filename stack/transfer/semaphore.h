// Encrypted semaphores: a value in unprotected memory that one end writes and the other reads whenever it
// likes.
#pragma once

#include <vector>

#include "stack/transfer/channel.h"

namespace assay::transfer {

// encrypted value u32, notifier u32, zeros 8, tag 16. The notifier is odd while the rest is being written,
// and 2 more with each value. The memory is aligned to 4 bytes; both ends may be at it at once.
inline constexpr size_t kSemaphoreSize = 32;
inline constexpr size_t kSemaphoreEntries = 32;  // IVs that a reader knows at a time
inline constexpr size_t kSemaphoreTries = 64;    // in a row that may fail

// Who writes.
class SemaphoreWriter {
   public:
    explicit SemaphoreWriter(Channel channel) : channel_(std::move(channel)) {}
    // Refuses by semaphore_size, and as Channel::seal.
    Checked<> write(uint32_t value, std::span<uint8_t> memory);
    Channel& channel() { return channel_; }

   private:
    Channel channel_;
    uint32_t notifier_ = 0;
};

// Who reads.
class SemaphoreReader {
   public:
    explicit SemaphoreReader(Channel channel, size_t entries = kSemaphoreEntries)
        : channel_(std::move(channel)), table_(entries) {}

    // The other end will write once more: its IV is noted, in place of the one `entries` values before.
    Checked<> expect();
    // The value last written, 0 before the first. Refuses by semaphore_size; by semaphore_writing or
    // semaphore_torn, after which it may be tried again; by semaphore_retries when that was done too often.
    Checked<uint32_t> read(std::span<uint8_t> memory);
    Channel& channel() { return channel_; }

   private:
    const Checker& checker() const { return channel_.ring().checker(); }
    Checked<uint32_t> attempt(ByteView taken);

    Channel channel_;
    std::vector<Slots> table_;  // by notifier / 2 modulo its size
    uint32_t expected_ = 0;
    uint32_t notifier_ = 0;  // of the value that was read
    uint32_t value_ = 0;
    size_t failures_ = 0;
};

}  // namespace assay::transfer
