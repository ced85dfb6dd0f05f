// OCSP (RFC 6960): parses responses and makes requests. Whether to trust a response is for the caller to
// decide.
#pragma once

#include "stack/crypto/x509.h"

namespace assay::crypto {

// What a response says about one certificate: its SingleResponse.
struct OcspSingleResponse {
    enum class Status : uint8_t { good, revoked, unknown };
    // CRLReason (RFC 5280, 5.3.1).
    static constexpr int kCertificateHold = 6;

    Status status = Status::unknown;
    std::optional<int> reason;  // of a revocation
    UnixTime this_update{};
    std::optional<UnixTime> next_update;
    std::vector<std::string> critical;  // dotted object identifiers of its critical extensions
};

// One response. Cheap to copy, immutable.
class OcspResponse {
   public:
    struct Impl;
    // Reads one OCSPResponse that fills `der` exactly; a successful one must have a basic response inside
    // that can be read throughout, and no extension twice. Errors: Errc::bad_cert.
    static Result<OcspResponse> parse(ByteView der);

    ByteView der() const;
    // OCSPResponseStatus: 0 is successful. What follows is empty for any other.
    int status() const;
    UnixTime produced_at() const;
    std::optional<Bytes> nonce() const;  // without the OCTET STRING around it
    // Dotted object identifiers of the critical extensions of the whole response but for the nonce. Those of
    // a single response are in it.
    std::vector<std::string> unknown_critical_extensions() const;
    // What it says of `subject`, issued by `issuer`: nothing, or once, or several times.
    std::vector<OcspSingleResponse> about(const Certificate& subject, const Certificate& issuer) const;
    // Who signed it by its responderID: `issuer`, or a certificate inside. nullopt: neither.
    std::optional<Certificate> signer(const Certificate& issuer) const;
    // Whether the signature verifies under `key`, over a digest stronger than SHA-1.
    bool signed_by(const PublicKey& key) const;

   private:
    explicit OcspResponse(std::shared_ptr<const Impl> impl) : impl_(std::move(impl)) {}
    std::shared_ptr<const Impl> impl_;
};

// An OCSPRequest (RFC 6960, 4.1.1) on one certificate, named by SHA-1 as every responder understands (RFC
// 5019, 2.1.1), with a nonce of 1 to 32 bytes (RFC 8954, 2.1); not signed. DER. Errors: Errc::out_of_range
// for another nonce, Errc::internal.
Result<Bytes> make_ocsp_request(const Certificate& subject, const Certificate& issuer, ByteView nonce);

}  // namespace assay::crypto
