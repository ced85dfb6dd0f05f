// CHUNK_SEND, CHUNK_SEND_ACK, CHUNK_GET and CHUNK_RESPONSE (DSP0274, CHUNK_SEND request message and the three
// that follow it). ChunkSeqNo has 16 bits up to 1.3 and 32 at 1.4.
#pragma once

#include "stack/wire/codes.h"
#include "stack/wire/visitor.h"

namespace assay::wire {

inline constexpr uint8_t kLastChunk = 0x01;           // Param1 of CHUNK_SEND and CHUNK_RESPONSE
inline constexpr uint8_t kEarlyErrorDetected = 0x01;  // Param1 of CHUNK_SEND_ACK

// What CHUNK_SEND and CHUNK_RESPONSE share. Whether the chunks fit together (order, handle, sizes) is checked
// by the code that reassembles them.
struct Chunk {
    uint8_t param1 = 0;  // bit 0 LastChunk
    uint8_t handle = 0;  // Param2
    uint32_t chunk_seq_no = 0;
    uint16_t reserved = 0;            // up to 1.3
    uint32_t large_message_size = 0;  // in chunk 0 only
    Bytes spdm_chunk;
};

struct ChunkSend : Chunk {
    static constexpr Code kCode = code::chunk_send;
    uint8_t spdm_version = 0;
    void describe(Visitor& v);
};

struct ChunkSendAck {
    static constexpr Code kCode = code::chunk_send_ack;
    uint8_t spdm_version = 0;
    uint8_t param1 = 0;  // bit 0 EarlyErrorDetected
    uint8_t handle = 0;  // Param2
    uint32_t chunk_seq_no = 0;
    Bytes response_to_large_request;  // after the last chunk or an early error; else empty
    void describe(Visitor& v);
};

struct ChunkGet {
    static constexpr Code kCode = code::chunk_get;
    uint8_t spdm_version = 0;
    uint8_t param1 = 0;
    uint8_t handle = 0;  // Param2
    uint32_t chunk_seq_no = 0;
    void describe(Visitor& v);
};

struct ChunkResponse : Chunk {
    static constexpr Code kCode = code::chunk_response;
    uint8_t spdm_version = 0;
    void describe(Visitor& v);
};

}  // namespace assay::wire
