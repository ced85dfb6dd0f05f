// What an observer makes of large messages: the chunks are put together, and what comes of it is taken like a
// message that came in one piece (DSP0274, large SPDM message transfer mechanism).
#include "conformance/lab/observer.h"
#include "stack/wire/decode.h"
#include "stack/wire/header.h"
#include "stack/wire/messages/error.h"
#include "stack/wire/registry.h"

namespace assay::lab {

using namespace wire;

namespace {

// No device's messages are larger; a transfer that states more is ignored.
constexpr size_t kMaxLarge = size_t{1} << 20;

}  // namespace

bool Observer::Transfer::take(const Chunk& chunk) {
    if (chunk.chunk_seq_no != next || bytes.size() + chunk.spdm_chunk.size() > kMaxLarge) return false;
    ++next;
    append(bytes, chunk.spdm_chunk);
    return true;
}

// Whether the exchange belongs to a transfer, and so says nothing by itself.
bool Observer::chunked(ByteView request, ByteView response) {
    bool error = code_of(response) == code::error;
    if (code_of(request) == code::chunk_send || code_of(request) == code::chunk_get) {
        // A refused chunk changes nothing: it comes again, or another request ends the transfer.
        if (error) return true;
        if (code_of(request) == code::chunk_send) {
            chunk_sent(request, response);
        } else {
            chunk_got(response);
        }
        return true;
    }
    bool large = error && param1(response) == static_cast<uint8_t>(ErrorCode::large_response);
    transfers_.erase(pending_session_);
    if (!large) return false;
    bool poll = code_of(request) == code::respond_if_ready && deferred_;
    transfers_[pending_session_] = {.asked = poll ? *deferred_ : to_bytes(request), .bytes = {}};
    return true;
}

void Observer::chunk_sent(ByteView request, ByteView response) {
    auto sent = decode<ChunkSend>(request, context_);
    auto ack = decode<ChunkSendAck>(response, context_);
    if (!sent || !ack || (ack->param1 & kEarlyErrorDetected) != 0) {
        transfers_.erase(pending_session_);
        return;
    }
    if (sent->chunk_seq_no == 0) transfers_[pending_session_] = {};
    auto transfer = transfers_.find(pending_session_);
    if (transfer == transfers_.end() || !transfer->second.take(*sent)) return;
    if ((sent->param1 & kLastChunk) == 0) return;
    Bytes large = std::move(transfer->second.bytes);
    transfers_.erase(transfer);
    Context context = request_context(large);
    reassembled_.push_back({.request = true, .message = large, .context = context});
    pending_ = to_bytes(exact(large, context));
    reassembled_.push_back(
        {.message = ack->response_to_large_request, .context = expected_response_context()});
    answered(ack->response_to_large_request);
}

void Observer::chunk_got(ByteView response) {
    auto chunk = decode<ChunkResponse>(response, context_);
    auto transfer = transfers_.find(pending_session_);
    if (!chunk || transfer == transfers_.end() || !transfer->second.take(*chunk)) return;
    if ((chunk->param1 & kLastChunk) == 0) return;
    Bytes large = std::move(transfer->second.bytes);
    pending_ = std::move(transfer->second.asked);
    transfers_.erase(transfer);
    reassembled_.push_back({.message = large, .context = expected_response_context()});
    answered(large);
}

}  // namespace assay::lab
