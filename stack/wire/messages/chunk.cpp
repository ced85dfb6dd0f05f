#include "stack/wire/messages/chunk.h"

namespace assay::wire {

namespace {

constexpr Bits kChunkAttributes[] = {{0, 1, "LastChunk"}};
constexpr Bits kAckAttributes[] = {{0, 1, "EarlyErrorDetected"}};

void describe_seq_no(Visitor& v, uint32_t& chunk_seq_no) {
    if (v.at_least(Version::v1_4)) return v.u32({.name = "ChunkSeqNo"}, chunk_seq_no);
    if (!v.decoding() && chunk_seq_no > 0xffff)
        v.refuse(Errc::out_of_range, "ChunkSeqNo", "more than 16 bits");
    auto narrow = static_cast<uint16_t>(chunk_seq_no);
    v.u16({.name = "ChunkSeqNo"}, narrow);
    if (v.decoding()) chunk_seq_no = narrow;
}

void describe_chunk(Visitor& v, Chunk& chunk) {
    describe_seq_no(v, chunk.chunk_seq_no);
    if (!v.at_least(Version::v1_4)) v.u16(reserved_field(), chunk.reserved);
    v.length({.name = "ChunkSize", .counts = "SPDMchunk"}, 4, chunk.spdm_chunk);
    if (chunk.chunk_seq_no == 0) v.u32({.name = "LargeMessageSize"}, chunk.large_message_size);
    v.blob({.name = "SPDMchunk"}, chunk.spdm_chunk);
}

}  // namespace

void ChunkSend::describe(Visitor& v) {
    v.header(kCode, spdm_version, flags("Param1", kChunkAttributes), param1, {.name = "Handle"}, handle);
    describe_chunk(v, *this);
}

void ChunkSendAck::describe(Visitor& v) {
    v.header(kCode, spdm_version, flags("Param1", kAckAttributes), param1, {.name = "Handle"}, handle);
    describe_seq_no(v, chunk_seq_no);
    v.nested_rest({.name = "ResponseToLargeRequest"}, response_to_large_request, Nested::message);
}

void ChunkGet::describe(Visitor& v) {
    v.header(kCode, spdm_version, reserved_field("Param1"), param1, {.name = "Handle"}, handle);
    describe_seq_no(v, chunk_seq_no);
}

void ChunkResponse::describe(Visitor& v) {
    v.header(kCode, spdm_version, flags("Param1", kChunkAttributes), param1, {.name = "Handle"}, handle);
    describe_chunk(v, *this);
}

}  // namespace assay::wire
