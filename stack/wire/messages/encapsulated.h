// GET_ENCAPSULATED_REQUEST, ENCAPSULATED_REQUEST, DELIVER_ENCAPSULATED_RESPONSE and
// ENCAPSULATED_RESPONSE_ACK (DSP0274, GET_ENCAPSULATED_REQUEST request message and the three that follow it).
// What they carry is a whole message; its end is the end of the bytes.
#pragma once

#include "stack/wire/codes.h"
#include "stack/wire/visitor.h"

namespace assay::wire {

// Param2 of ENCAPSULATED_RESPONSE_ACK: what follows.
enum class AckPayload : uint8_t { absent = 0, present = 1, req_slot_number = 2 };

struct GetEncapsulatedRequest {
    static constexpr Code kCode = code::get_encapsulated_request;
    uint8_t spdm_version = 0;
    uint8_t param1 = 0;
    uint8_t param2 = 0;
    void describe(Visitor& v);
};

struct EncapsulatedRequest {
    static constexpr Code kCode = code::encapsulated_request;
    uint8_t spdm_version = 0;
    uint8_t request_id = 0;  // Param1
    uint8_t param2 = 0;
    Bytes encapsulated_request;
    void describe(Visitor& v);
};

struct DeliverEncapsulatedResponse {
    static constexpr Code kCode = code::deliver_encapsulated_response;
    uint8_t spdm_version = 0;
    uint8_t request_id = 0;  // Param1
    uint8_t param2 = 0;
    Bytes encapsulated_response;
    void describe(Visitor& v);
};

struct EncapsulatedResponseAck {
    static constexpr Code kCode = code::encapsulated_response_ack;
    uint8_t spdm_version = 0;
    uint8_t request_id = 0;      // Param1: of the next encapsulated request
    uint8_t payload_type = 0;    // Param2: AckPayload
    uint8_t ack_request_id = 0;  // 1.2+: of the response that was delivered
    std::array<uint8_t, 3> reserved{};
    Bytes encapsulated_request;   // AckPayload::present
    uint8_t req_slot_number = 0;  // AckPayload::req_slot_number
    void describe(Visitor& v);
};

}  // namespace assay::wire
