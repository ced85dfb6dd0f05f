// What the session targets negotiate, from two bytes of an input.
#pragma once

#include "conformance/lab/lab.h"

namespace assay::fuzz {

struct Negotiation {
    wire::Version version = wire::Version::v1_2;
    lab::Offer offer;
};

// `how`: version in bits 1:0, then MUT_AUTH_CAP, HANDSHAKE_IN_THE_CLEAR_CAP, no ENCRYPT_CAP, no ENCAP_CAP,
// more than one hash. `algorithms`: Diffie-Hellman group in bits 2:0, AEAD in bits 4:3.
Negotiation negotiation(uint8_t how, uint8_t algorithms);

}  // namespace assay::fuzz
