// CHALLENGE and CHALLENGE_AUTH (DSP0274, CHALLENGE request and CHALLENGE_AUTH response messages).
#pragma once

#include "stack/wire/codes.h"
#include "stack/wire/visitor.h"

namespace assay::wire {

inline constexpr size_t kNonceSize = 32;
inline constexpr size_t kRequesterContextSize = 8;
inline constexpr size_t kMaxOpaqueData = 1024;
// SlotID in requests that name a provisioned raw public key instead of a slot.
inline constexpr uint8_t kSlotRawKey = 0xff;
inline constexpr uint8_t kBasicMutAuthReq = 0x80;  // CHALLENGE_AUTH Param1

// MeasurementSummaryHashType.
namespace summary {
inline constexpr uint8_t none = 0x00, tcb = 0x01, all = 0xff;
}

using Nonce = std::array<uint8_t, kNonceSize>;
using RequesterContext = std::array<uint8_t, kRequesterContextSize>;

struct Challenge {
    static constexpr Code kCode = code::challenge;
    uint8_t spdm_version = 0;
    uint8_t slot_id = 0;                        // Param1: 0..7, or kSlotRawKey
    uint8_t measurement_summary_hash_type = 0;  // Param2
    Nonce nonce{};
    RequesterContext requester_context{};  // 1.3+
    void describe(Visitor& v);
};

struct ChallengeAuth {
    static constexpr Code kCode = code::challenge_auth;
    uint8_t spdm_version = 0;
    uint8_t slot_id = 0;    // Param1: bits 3:0 SlotID (0xF for the raw key), bit 7 BasicMutAuthReq
    uint8_t slot_mask = 0;  // Param2
    Bytes cert_chain_hash;
    Nonce nonce{};
    Bytes measurement_summary_hash;  // when the request asked for one
    Bytes opaque_data;
    RequesterContext requester_context{};  // 1.3+
    Bytes signature;
    void describe(Visitor& v);
};

// Fields that several messages share.
void describe_opaque(Visitor& v, Bytes& opaque_data);
void describe_opaque_length(Visitor& v, Bytes& opaque_data);  // the two halves of it
void describe_opaque_bytes(Visitor& v, Bytes& opaque_data);
void describe_opaque_1_4(Visitor& v, Bytes& opaque_data);                // nothing before 1.4
void describe_requester_context(Visitor& v, RequesterContext& context);  // nothing before 1.3
void describe_nonce(Visitor& v, Nonce& nonce, std::string_view name = "Nonce");
void describe_summary_hash(Visitor& v, Bytes& hash);  // nothing unless the request asked
Field summary_hash_type_field(std::string_view name);

}  // namespace assay::wire
