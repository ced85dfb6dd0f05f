#include "stack/transfer/rpc.h"

#include <algorithm>

#include "stack/base/reader.h"
#include "stack/base/writer.h"

namespace assay::transfer {

namespace {

using crypto::kAeadTagSize;

constexpr size_t kLengthSize = 4;

uint32_t word_at(ByteView bytes, size_t at) {
    Reader in(bytes.subspan(at));
    return in.u32("word").value_or(0);
}

// The queue's check that stands for a channel's refusal.
Refusal of_queue(Refusal refusal) {
    if (refusal.check == Check::iv_exhausted) refusal.check = Check::rpc_iv;
    if (refusal.check == Check::block_tag) refusal.check = Check::rpc_tag;
    return refusal;
}

}  // namespace

uint32_t rpc_checksum(ByteView element) {
    uint32_t sum = 0;
    for (size_t at = 0; at + 4 <= element.size(); at += 4) sum ^= word_at(element, at);
    return sum;
}

Checked<Bytes> RpcQueue::seal(ByteView message) {
    if (message.size() > kRpcMaxMessage) return std::unexpected(Refusal{Check::rpc_size, {}});
    const size_t used = kRpcHeaderSize + kLengthSize + message.size();
    const size_t count = (used + kRpcElementSize - 1) / kRpcElementSize;
    Writer out;
    out.zeros(kAeadTagSize).u32(sequence_).zeros(kAeadTagSize - 4);
    out.u32(0).u32(sequence_).u32(static_cast<uint32_t>(count));
    out.u32(static_cast<uint32_t>(message.size())).bytes(message);
    out.zeros(count * kRpcElementSize - used);
    Bytes element = std::move(out).take();
    const std::span<uint8_t> all(element);
    const std::span<uint8_t> text = all.subspan(kRpcHeaderSize);
    auto sealed = channel_.seal(all.subspan(kRpcAadAt, 16), {text, text, all.first(kAeadTagSize)});
    if (!sealed) return std::unexpected(of_queue(std::move(sealed).error()));
    const bool partial = checker().has(Defect::rpc_checksum_partial);
    const uint32_t sum = rpc_checksum(partial ? ByteView(element).first(kRpcHeaderSize) : ByteView(element));
    for (size_t i = 0; i < 4; ++i) element[kRpcChecksumAt + i] = static_cast<uint8_t>(sum >> (8 * i));
    ++sequence_;
    return element;
}

Checked<bool> RpcQueue::is_next(ByteView element) const {
    const bool whole = element.size() >= kRpcElementSize && element.size() % kRpcElementSize == 0 &&
                       element.size() <= kRpcElementSize * kRpcMaxElements;
    if (!whole) return std::unexpected(Refusal{Check::rpc_size, {}});
    TRY(checker().demand(Check::rpc_count,
                         word_at(element, kRpcCountAt) == element.size() / kRpcElementSize));
    const bool partial = checker().has(Defect::rpc_checksum_partial);
    TRY(checker().demand(Check::rpc_checksum,
                         rpc_checksum(partial ? element.first(kRpcHeaderSize) : element) == 0));
    const uint32_t behind = sequence_ - word_at(element, kRpcSequenceAt);
    if (behind != 0 && behind <= kRpcToleratedOld) return false;
    TRY(checker().demand(Check::rpc_sequence, behind == 0));
    return true;
}

Checked<std::optional<Bytes>> RpcQueue::open(ByteView element) {
    // The other side may change the element while it is read.
    Bytes taken = to_bytes(element);
    if (!TRY(is_next(taken))) {
        if (checker().has(Defect::rpc_old_delivered)) return last_;
        return std::nullopt;
    }
    const std::span<uint8_t> all(taken);
    const std::span<uint8_t> text = all.subspan(kRpcHeaderSize);
    auto opened = channel_.open(0, all.subspan(kRpcAadAt, 16), {text, text, all.first(kAeadTagSize)});
    if (!opened) return std::unexpected(of_queue(std::move(opened).error()));
    const uint32_t length = word_at(text, 0);
    // Not to be waived: memory is at stake.
    if (length > text.size() - kLengthSize) return std::unexpected(Refusal{Check::rpc_length, {}});
    ++sequence_;
    Bytes message = to_bytes(text.subspan(kLengthSize, length));
    if (checker().has(Defect::rpc_old_delivered)) last_ = message;
    return message;
}

}  // namespace assay::transfer
