// What a requester knows of its sessions, and of the responder's turns to ask.
#pragma once

#include <map>
#include <memory>
#include <optional>

#include "stack/spdm/session.h"
#include "stack/wire/messages/challenge.h"
#include "stack/wire/messages/measurements.h"

namespace assay::spdm {

// Measurement blocks by their index.
using Measured = std::map<uint8_t, wire::MeasurementBlock>;

// What KEY_EXCHANGE asks for.
struct KeyExchangeRequest {
    uint8_t slot = 0;  // of the responder, whose key signs
    uint8_t measurement_summary_hash_type = wire::summary::none;
    uint8_t session_policy = 0;  // 1.2+
    // ReqSessionID, for harnesses that want it to be that of another session.
    std::optional<uint16_t> req_session_id{};
};

// What PSK_EXCHANGE asks for.
struct PskExchangeRequest {
    uint8_t measurement_summary_hash_type = wire::summary::none;
    uint8_t session_policy = 0;  // 1.2+
    std::optional<uint16_t> req_session_id{};
};

// A session at the requester.
struct RequesterSession {
    Session channel;
    uint8_t heartbeat_period = 0;    // seconds; 0: there are no heartbeats
    uint8_t mut_auth_requested = 0;  // of KEY_EXCHANGE_RSP
    std::optional<uint8_t> slot{};   // of ours, that mutual authentication settled on
    bool mutual = false;             // the responder took a FINISH with our signature
    Bytes measurement_summary_hash{};
    Bytes encapsulated_digests{};  // our DIGESTS, where it belongs to TH (1.3+, multi-key)
    Measured in_transcript{};      // since L1/L2 of the session began
    // UpdateAllKeys was sent: the next record shows whether the responder uses its new key.
    bool response_key_prepared = false;
    uint16_t secured_version = 0;  // of DSP0277, as the responder selected it
};

// What a flow of encapsulated requests waits for: the requester has to poll, or to deliver an answer.
enum class Turn : uint8_t { none, poll, deliver };

// A flow of encapsulated requests.
struct EncapsulatedTurn {
    std::optional<uint32_t> session{};  // whose handshake it belongs to
    std::optional<uint32_t> place{};    // the session that its messages go through
    uint8_t request_id = 0;             // of the request that `answer` answers
    Bytes answer{};                     // to be delivered; empty before the first request
    unsigned steps = 0;                 // requests so far
    std::optional<uint8_t> slot{};      // of ours, that was asked for
    // M1/M2 of our CHALLENGE_AUTH; null where no CHALLENGE is expected.
    std::unique_ptr<crypto::Hash> m1{};
    bool challenged = false;  // a CHALLENGE was answered
};

}  // namespace assay::spdm
