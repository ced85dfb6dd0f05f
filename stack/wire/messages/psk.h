// PSK_EXCHANGE, PSK_EXCHANGE_RSP, PSK_FINISH and PSK_FINISH_RSP (DSP0274, PSK_EXCHANGE request message and
// the three that follow it).
#pragma once

#include "stack/wire/codes.h"
#include "stack/wire/messages/challenge.h"
#include "stack/wire/visitor.h"

namespace assay::wire {

struct PskExchange {
    static constexpr Code kCode = code::psk_exchange;
    uint8_t spdm_version = 0;
    uint8_t measurement_summary_hash_type = 0;  // Param1
    uint8_t session_policy = 0;                 // Param2: 1.2+, reserved before
    uint16_t req_session_id = 0;
    Bytes psk_hint;
    Bytes requester_context;
    Bytes opaque_data;
    void describe(Visitor& v);
};

struct PskExchangeResponse {
    static constexpr Code kCode = code::psk_exchange_rsp;
    uint8_t spdm_version = 0;
    uint8_t heartbeat_period = 0;  // Param1, seconds
    uint8_t param2 = 0;
    uint16_t rsp_session_id = 0;
    uint16_t reserved = 0;
    Bytes measurement_summary_hash;  // when the request asked for one
    Bytes responder_context;         // empty with PSK_CAP 01b
    Bytes opaque_data;
    Bytes responder_verify_data;
    void describe(Visitor& v);
};

struct PskFinish {
    static constexpr Code kCode = code::psk_finish;
    uint8_t spdm_version = 0;
    uint8_t param1 = 0;
    uint8_t param2 = 0;
    Bytes opaque_data;  // 1.4
    Bytes requester_verify_data;
    void describe(Visitor& v);
};

struct PskFinishResponse {
    static constexpr Code kCode = code::psk_finish_rsp;
    uint8_t spdm_version = 0;
    uint8_t param1 = 0;
    uint8_t param2 = 0;
    Bytes opaque_data;  // 1.4
    void describe(Visitor& v);
};

}  // namespace assay::wire
