// Signatures of certificates and OCSP responses: in one appraisal each is verified once, however many chains
// and responses it is in.
#pragma once

#include <map>

#include "stack/crypto/certificate_facts.h"
#include "stack/crypto/ocsp.h"

namespace assay::attest {

class Signatures {
   public:
    // As crypto::issued_by.
    bool issued_by(const crypto::Certificate& child, const crypto::Certificate& parent);
    // As OcspResponse::signed_by under the signer's key.
    bool signed_by(const crypto::OcspResponse& response, const crypto::Certificate& signer);

    // How many were verified, good or not.
    size_t certificates() const { return issued_.size(); }
    size_t responses() const { return spoken_.size(); }

   private:
    // By SHA-256 of what is signed, with its signature, and of the signer's certificate.
    using Known = std::map<Bytes, bool>;
    Known issued_, spoken_;
};

}  // namespace assay::attest
