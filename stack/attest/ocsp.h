// Revocation: the OCSP responses that came with the evidence or that the verifier asked for, checked for the
// chains that need them.
#pragma once

#include "stack/attest/chain.h"
#include "stack/crypto/ocsp.h"

namespace assay::attest {

// A response and its name in the report.
struct OcspFile {
    std::string subject;  // "ocsp-0"
    crypto::OcspResponse response;
    std::optional<Bytes>
        asked{};  // the nonce of the verifier's own request; empty: it came with the evidence
};

// How far a responder's clock may be ahead.
inline constexpr std::chrono::seconds kOcspSkew{300};

// Reads the files and then the answers, and makes for each ocsp_form and ocsp_response_status. What does not
// hold is left out.
std::vector<OcspFile> read_ocsp(Appraisal& appraisal, const std::vector<File>& files,
                                const std::vector<OcspAnswer>& answers);

// A certificate that its issuer could revoke.
struct IssuedCertificate {
    size_t index = 0;  // in the chain
    crypto::Certificate certificate, issuer;
    bool needed = false;  // the policy needs a response about it (ocsp_present)
};

// Those of a chain whose issuer is known: all but pinned roots. A response is needed where the policy says so
// of the kind of chain, but not of a device's leaf, for which there is no responder.
std::vector<IssuedCertificate> issued_certificates(Appraisal& appraisal, const Chain& leaf_first,
                                                   Revocable kind, const Context& context);

// Checks every response about a certificate of the chain, whether one is needed or not: ocsp_signer,
// ocsp_signature, ocsp_critical, ocsp_nonce, ocsp_time, ocsp_next_update, ocsp_age, and ocsp_revoked,
// ocsp_hold and ocsp_unknown. Makes ocsp_present where the policy needs one. A signer is the issuer itself,
// or whom it certified for OCSP signing. Writes the claim "x-nvidia-cert-ocsp-status" for the chain.
void appraise_revocation(Appraisal& appraisal, const std::string& subject, const Chain& leaf_first,
                         Revocable kind, const std::vector<OcspFile>& files, const Context& context);

}  // namespace assay::attest
