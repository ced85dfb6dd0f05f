// Words on revocation: OCSP responses that came with the evidence, held against the chains that need one.
#pragma once

#include "stack/attest/chain.h"
#include "stack/crypto/ocsp.h"

namespace assay::attest {

// A response and what it is called in the report.
struct OcspFile {
    std::string subject;  // "ocsp-0"
    crypto::OcspResponse response;
};

// How far a responder's clock may be ahead.
inline constexpr std::chrono::seconds kOcspSkew{300};

// Reads the files and makes for each ocsp_form and ocsp_response_status. What does not hold is left out.
std::vector<OcspFile> read_ocsp(Appraisal& appraisal, const std::vector<File>& files);

// Judges every word on a certificate of the chain, whether one is needed or not: ocsp_signer, ocsp_signature,
// ocsp_nonce, ocsp_time, ocsp_next_update, and ocsp_revoked, ocsp_hold and ocsp_unknown. Makes ocsp_present
// where the policy needs one: for all certificates but a pinned root, and but a device's leaf, for which
// there is no responder. A signer is the issuer itself, or whom it certified for OCSP signing. Writes the
// claim "x-nvidia-cert-ocsp-status" for the chain.
void appraise_revocation(Appraisal& appraisal, const std::string& subject, const Chain& leaf_first,
                         Revocable kind, const std::vector<OcspFile>& files, const Context& context);

}  // namespace assay::attest
