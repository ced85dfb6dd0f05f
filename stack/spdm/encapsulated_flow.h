// The responder's encapsulated requests (DSP0274): what one flow is for, and its progress.
#pragma once

#include <memory>
#include <optional>

#include "stack/crypto/provider.h"

namespace assay::spdm {

// A requester's certificate chain that was verified.
struct PeerChain {
    uint8_t slot = 0;
    Bytes bytes;  // the chain structure
    crypto::PublicKey key;
};

struct EncapsulatedFlow {
    enum class Purpose : uint8_t {
        authenticate,  // GET_DIGESTS, GET_CERTIFICATE, CHALLENGE: basic mutual authentication
        session,       // GET_DIGESTS, GET_CERTIFICATE: mutual authentication of a session
        key_update,    // KEY_UPDATE, twice
    };
    Purpose purpose = Purpose::session;
    std::optional<uint32_t> session;  // whose flow it is
    std::optional<uint32_t> place;    // the session that its messages go through
    uint8_t slot = 0;                 // of the requester

    uint8_t request_id = 0;  // of `request`
    Bytes request;           // that waits for its response; empty when there is none
    bool out = false;        // whether it was handed over
    Bytes digest;            // of the slot's chain, as DIGESTS said
    Bytes chain;             // so far
    size_t portions = 0;
    // M1/M2 of the requester's CHALLENGE_AUTH.
    std::unique_ptr<crypto::Hash> m1;
};

}  // namespace assay::spdm
