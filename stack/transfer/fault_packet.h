// Fault packets, which GSP leaves sealed in a buffer in unprotected memory.
#pragma once

#include "stack/transfer/channel.h"

namespace assay::transfer {

inline constexpr size_t kFaultPacketSize = 32;
// An entry of the buffer: packet, tag, valid byte, zeros.
inline constexpr size_t kFaultEntrySize = 64;
inline constexpr size_t kFaultTagAt = kFaultPacketSize;
inline constexpr size_t kFaultValidAt = kFaultTagAt + crypto::kAeadTagSize;

// One end of a fault buffer. Entries are read in their order, each under the next IV; the valid byte is the
// associated data.
class FaultBuffer {
   public:
    explicit FaultBuffer(Channel channel) : channel_(std::move(channel)) {}

    // Refuses by fault_size, and as Channel::seal.
    Checked<> write(ByteView packet, std::span<uint8_t> entry);
    // The packet; the entry then is not valid any more. Refuses by fault_size, fault_absent while it is not
    // valid, and as Channel::open.
    Checked<Bytes> read(std::span<uint8_t> entry);
    // Passes over an entry without reading it. Its IV is used up all the same.
    Checked<> skip(std::span<uint8_t> entry);

    Channel& channel() { return channel_; }

   private:
    const Checker& checker() const { return channel_.ring().checker(); }
    Checked<> check_entry(ByteView entry) const;

    Channel channel_;
};

}  // namespace assay::transfer
