// The provisioned slots of one side, as the negotiated algorithms show them: a responder's, and a requester's
// that authenticates itself too.
#pragma once

#include <map>

#include "stack/spdm/device.h"
#include "stack/wire/messages/certificate.h"
#include "stack/wire/messages/digests.h"

namespace assay::spdm {

class Identities {
   public:
    Identities(const std::map<crypto::SignAlgo, Slots>& all, const crypto::Provider& provider)
        : all_(&all), provider_(&provider) {}

    // From here on the slots are those for a signature algorithm; chains are built with the hash and version.
    void select(std::optional<crypto::SignAlgo> sign, crypto::HashAlgo hash, wire::Version version);
    // Nothing is negotiated.
    void clear();

    // Null when the slot is empty or there is no such slot.
    const Identity* find(uint8_t slot) const;
    // The slot's chain structure, empty likewise; its digest.
    ByteView chain(uint8_t slot);
    Bytes chain_digest(uint8_t slot);
    uint8_t mask() const;

    wire::Digests digests();
    // The portion that a GET_CERTIFICATE asks for, in a response of at most `room` bytes (0: any number).
    // Offset and Length have been checked, or are clipped.
    wire::CertificateResponse portion(const wire::GetCertificate& request, uint8_t slot, size_t room);

   private:
    const std::map<crypto::SignAlgo, Slots>* all_;
    const crypto::Provider* provider_;
    const Slots* slots_ = nullptr;
    crypto::HashAlgo hash_ = crypto::HashAlgo::sha256;
    wire::Version version_ = wire::Version::v1_0;
    std::array<Bytes, kSlots> chains_;  // built once
};

}  // namespace assay::spdm
