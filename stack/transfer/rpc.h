// Elements of the RPC queues between a driver and GSP.
#pragma once

#include <optional>

#include "stack/transfer/channel.h"

namespace assay::transfer {

// A message fills whole elements of the queue: tag 16, associated data 16 (the sequence number and zeros),
// checksum u32, seqNum u32, elemCount u32, ciphertext. Sealed are the message's length, u32, the message, and
// zeros up to the end of the last element.
inline constexpr size_t kRpcElementSize = 4096;
inline constexpr size_t kRpcMaxElements = 16;
inline constexpr size_t kRpcAadAt = 16, kRpcChecksumAt = 32, kRpcSequenceAt = 36, kRpcCountAt = 40;
inline constexpr size_t kRpcHeaderSize = 44;
inline constexpr size_t kRpcMaxMessage = kRpcElementSize * kRpcMaxElements - kRpcHeaderSize - 4;
// How far behind the next element one may be and still is passed over instead of refused.
inline constexpr uint32_t kRpcToleratedOld = 64;

// The exclusive or of all 32-bit words; of a good element it is zero.
uint32_t rpc_checksum(ByteView element);

// One end of one queue.
class RpcQueue {
   public:
    explicit RpcQueue(Channel channel) : channel_(std::move(channel)) {}

    // Refuses by rpc_size, rpc_iv, and as Channel::seal.
    Checked<Bytes> seal(ByteView message);
    // The message; nothing for an element that came before. What can be seen outside of the ciphertext is
    // looked at first. Refuses by rpc_size, rpc_count, rpc_checksum, rpc_sequence, then rpc_iv, rpc_tag,
    // rpc_length.
    Checked<std::optional<Bytes>> open(ByteView element);

    uint32_t next_sequence() const { return sequence_; }
    Channel& channel() { return channel_; }

   private:
    const Checker& checker() const { return channel_.ring().checker(); }
    Checked<bool> is_next(ByteView element) const;

    Channel channel_;
    uint32_t sequence_ = 0;
    Bytes last_;  // kept only for a planted defect
};

}  // namespace assay::transfer
