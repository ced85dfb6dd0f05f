// OCSP responses (RFC 6960), each field of which can be given a wrong value.
#pragma once

#include "stack/evidence/certificate.h"

namespace assay::evidence {

enum class Standing : uint8_t { good, revoked, hold, unknown };

struct OcspForm {
    CertificateForm subject;  // the certificate in question
    CertificateForm issuer;   // and its issuer, as the CertID has them
    bool sha384_id = false;   // CertID by SHA-384 instead of SHA-1
    Standing standing = Standing::good;
    std::optional<uint8_t> reason{};  // of a revocation, instead of keyCompromise or certificateHold

    uint8_t response_status = 0;           // successful; others have no body
    KeyName signer;                        // the issuer's key, or a delegate's
    std::optional<Name> responder_name{};  // the responder is named so, and not by its key
    crypto::HashAlgo hash = crypto::HashAlgo::sha384;
    std::optional<CertificateForm> delegate;  // whose certificate is in the response
    crypto::UnixTime produced{}, this_update{};
    std::optional<crypto::UnixTime> next_update;
    std::optional<Bytes> nonce;
    std::vector<Extension> more,
        more_of_single;     // extensions of the response after the nonce, and of its SingleResponse
    bool pss_sha1 = false;  // an RSA signer signs by RSASSA-PSS with its defaults, which are SHA-1
    std::function<void(Bytes&)> edit_after;
};

// The issuer says that a certificate is good, from an hour before `time` to a day after.
OcspForm genuine(const CertificateForm& subject, const CertificateForm& issuer, crypto::UnixTime time);
// Certificate of a delegated responder: one that the issuer lets sign for it.
CertificateForm delegate_of(const CertificateForm& issuer);

Bytes make(const OcspForm& form);

}  // namespace assay::evidence
