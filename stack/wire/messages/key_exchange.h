// KEY_EXCHANGE and KEY_EXCHANGE_RSP (DSP0274, KEY_EXCHANGE request and KEY_EXCHANGE_RSP response messages).
#pragma once

#include "stack/wire/codes.h"
#include "stack/wire/messages/challenge.h"
#include "stack/wire/visitor.h"

namespace assay::wire {

// SessionPolicy.
namespace session_policy {
inline constexpr uint8_t termination = 0x01, event_all = 0x02;  // 1.2+, 1.3+
}
// MutAuthRequested; at most one bit.
namespace mut_auth {
inline constexpr uint8_t plain = 0x01, encapsulated = 0x02, implicit_get_digests = 0x04;
}
// SlotIDParam that names the requester's provisioned raw public key.
inline constexpr uint8_t kMutAuthRawKey = 0x0f;

// Fresh bytes of either side. A nonce in all but name.
using RandomData = Nonce;

struct KeyExchange {
    static constexpr Code kCode = code::key_exchange;
    uint8_t spdm_version = 0;
    uint8_t measurement_summary_hash_type = 0;  // Param1
    uint8_t slot_id = 0;                        // Param2: 0..7, or kSlotRawKey
    uint16_t req_session_id = 0;
    uint8_t session_policy = 0;  // 1.2+, reserved before
    uint8_t reserved = 0;
    RandomData random_data{};
    Bytes exchange_data;  // of the context's exchange_size
    Bytes opaque_data;
    void describe(Visitor& v);
};

struct KeyExchangeResponse {
    static constexpr Code kCode = code::key_exchange_rsp;
    uint8_t spdm_version = 0;
    uint8_t heartbeat_period = 0;  // Param1, seconds
    uint8_t param2 = 0;
    uint16_t rsp_session_id = 0;
    uint8_t mut_auth_requested = 0;
    uint8_t slot_id_param = 0;  // bits 3:0: the requester's slot
    RandomData random_data{};
    Bytes exchange_data;
    Bytes measurement_summary_hash;  // when the request asked for one
    Bytes opaque_data;
    Bytes signature;
    Bytes responder_verify_data;  // unless both sides have HANDSHAKE_IN_THE_CLEAR_CAP
    void describe(Visitor& v);
};

// SessionPolicy, which was reserved at 1.1. `name` is what the reserved field is called.
Field session_policy_field(Version version, std::string_view reserved_name);

}  // namespace assay::wire
