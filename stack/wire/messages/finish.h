// FINISH and FINISH_RSP (DSP0274, FINISH request and FINISH_RSP response messages).
#pragma once

#include "stack/wire/codes.h"
#include "stack/wire/messages/challenge.h"
#include "stack/wire/visitor.h"

namespace assay::wire {

inline constexpr uint8_t kSignatureIncluded = 0x01;  // Param1 of FINISH

struct Finish {
    static constexpr Code kCode = code::finish;
    uint8_t spdm_version = 0;
    uint8_t param1 = 0;   // bit 0: a signature is included
    uint8_t slot_id = 0;  // Param2: 0..7, or kSlotRawKey, when signed
    Bytes opaque_data;    // 1.4
    Bytes signature;      // of the requester, with kSignatureIncluded
    Bytes requester_verify_data;
    void describe(Visitor& v);
};

struct FinishResponse {
    static constexpr Code kCode = code::finish_rsp;
    uint8_t spdm_version = 0;
    uint8_t param1 = 0;
    uint8_t param2 = 0;
    Bytes opaque_data;            // 1.4
    Bytes responder_verify_data;  // only when both sides have HANDSHAKE_IN_THE_CLEAR_CAP
    void describe(Visitor& v);
};

}  // namespace assay::wire
