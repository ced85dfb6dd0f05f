// X.509 certificates: reading, chains against pinned roots, SPDM's rules for the leaf.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <vector>

#include "stack/crypto/keys.h"
#include "stack/crypto/provider.h"

namespace assay::crypto {

// A point in time, seconds since 1970 UTC.
using UnixTime = std::chrono::sys_seconds;

// One certificate. Cheap to copy, immutable.
class Certificate {
   public:
    struct Impl;
    // Reads one DER certificate that fills `der` exactly. Errors: Errc::bad_cert.
    static Result<Certificate> parse(ByteView der);

    ByteView der() const;
    const PublicKey& public_key() const;
    std::string subject() const;  // one line, RFC 2253
    std::string issuer() const;
    bool self_issued() const;  // subject equals issuer
    UnixTime not_before() const;
    UnixTime not_after() const;
    const Impl& impl() const { return *impl_; }

   private:
    explicit Certificate(std::shared_ptr<const Impl> impl) : impl_(std::move(impl)) {}
    std::shared_ptr<const Impl> impl_;
};

// Splits concatenated DER certificates, as an SPDM certificate chain holds them (root side first, leaf
// last). At most kMaxChain. Errors: Errc::bad_cert, with the offset of the certificate that cannot be read.
inline constexpr size_t kMaxChain = 16;
Result<std::vector<Certificate>> parse_certificates(ByteView der);
// The same from PEM, in the order of the file.
Result<std::vector<Certificate>> parse_pem_certificates(std::string_view pem);

// What can be wrong with a chain. Each rule is checked on its own so that each has a name.
enum class ChainRule : uint8_t {
    order,               // each certificate is issued by the one before it, and its signature verifies
    root,                // the first is a pinned root, or issued by one
    validity,            // each certificate's notBefore <= time <= notAfter
    ca,                  // every certificate but the leaf is a CA (basicConstraints), pathLen respected, keyCertSign
    leaf_key,            // the leaf's public key fits the selected signature algorithm
    leaf_not_ca,         // leaf basicConstraints CA=false if present
    leaf_constraints,    // leaf has basicConstraints (required at SPDM 1.3 and later)
    leaf_key_usage,      // leaf keyUsage has digitalSignature
    leaf_role,           // leaf EKU, if present, does not name the other role only
    leaf_hardware_id,    // the hardware-identity OID is absent from an AliasCert leaf
    leaf_version,        // X.509 v3
};
inline constexpr size_t kChainRuleCount = 11;
std::string_view name(ChainRule rule);

// What a chain is held against.
struct ChainPolicy {
    std::vector<Certificate> roots;             // pinned; none means that `root` is always violated
    UnixTime time{};                            // the time of the check
    SignAlgo leaf_algo = SignAlgo::ecdsa_p384;  // the selected algorithm
    enum class Role : uint8_t { responder, requester } role = Role::responder;  // of the leaf's owner
    bool basic_constraints_required = false;
    bool alias_cert = false;
};

// Every rule the chain violates, in the order of the enumeration; empty when the chain is good. An empty
// chain violates `order` and `root`. DSP0274, certificates and certificate chains; RFC 5280 section 6.
std::vector<ChainRule> chain_violations(const std::vector<Certificate>& chain, const ChainPolicy& policy);

// SPDM's object identifiers (DSP0274, certificate requirements).
inline constexpr std::string_view kOidResponderAuth = "1.3.6.1.4.1.412.274.3";
inline constexpr std::string_view kOidRequesterAuth = "1.3.6.1.4.1.412.274.4";
inline constexpr std::string_view kOidHardwareIdentity = "1.3.6.1.4.1.412.274.2";
inline constexpr std::string_view kOidSpdmExtension = "1.3.6.1.4.1.412.274.6";

// Describes a certificate to be made. The defaults give a good SPDM leaf.
struct CertificateSpec {
    std::string subject = "Assay leaf";  // common name
    std::string issuer = "Assay issuer";
    uint64_t serial = 1;
    UnixTime not_before{};
    UnixTime not_after{};
    int version = 3;
    std::optional<bool> ca = false;      // basicConstraints; nullopt leaves the extension out
    std::optional<int> path_length;      // pathLenConstraint
    bool digital_signature = true;       // keyUsage bits; neither leaves the extension out
    bool key_cert_sign = false;
    std::vector<std::string> eku;        // dotted OIDs of extendedKeyUsage
    bool hardware_identity = false;      // adds the SPDM extension with the hardware-identity OID
};

// Makes a certificate for `subject_key`, signed by `issuer_key`, with the digest `hash` (unused for EdDSA).
Result<Certificate> make_certificate(const CertificateSpec& spec, const PublicKey& subject_key,
                                     const PrivateKey& issuer_key, HashAlgo hash);

}  // namespace assay::crypto
