// What keeps a session going and ends it: HEARTBEAT, KEY_UPDATE, END_SESSION and their answers (DSP0274,
// HEARTBEAT request message and the five that follow it).
#pragma once

#include "stack/wire/codes.h"
#include "stack/wire/visitor.h"

namespace assay::wire {

// KeyOperation of KEY_UPDATE.
enum class KeyOperation : uint8_t { update_key = 1, update_all_keys = 2, verify_new_key = 3 };

// Param1 of END_SESSION: the negotiated state is cleared.
inline constexpr uint8_t kClearNegotiatedState = 0x01;

struct Heartbeat {
    static constexpr Code kCode = code::heartbeat;
    uint8_t spdm_version = 0;
    uint8_t param1 = 0;
    uint8_t param2 = 0;
    void describe(Visitor& v);
};

struct HeartbeatAck {
    static constexpr Code kCode = code::heartbeat_ack;
    uint8_t spdm_version = 0;
    uint8_t param1 = 0;
    uint8_t param2 = 0;
    void describe(Visitor& v);
};

struct KeyUpdate {
    static constexpr Code kCode = code::key_update;
    uint8_t spdm_version = 0;
    uint8_t key_operation = 0;  // Param1
    uint8_t tag = 0;            // Param2
    void describe(Visitor& v);
};

struct KeyUpdateAck {
    static constexpr Code kCode = code::key_update_ack;
    uint8_t spdm_version = 0;
    uint8_t key_operation = 0;  // Param1, echoed
    uint8_t tag = 0;            // Param2, echoed
    void describe(Visitor& v);
};

struct EndSession {
    static constexpr Code kCode = code::end_session;
    uint8_t spdm_version = 0;
    uint8_t param1 = 0;  // bit 0: NegotiatedStatePreservationIndicator
    uint8_t param2 = 0;
    void describe(Visitor& v);
};

struct EndSessionAck {
    static constexpr Code kCode = code::end_session_ack;
    uint8_t spdm_version = 0;
    uint8_t param1 = 0;
    uint8_t param2 = 0;
    void describe(Visitor& v);
};

}  // namespace assay::wire
