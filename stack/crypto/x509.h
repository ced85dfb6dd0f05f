// X.509 certificates: reading, chains against pinned roots, SPDM's rules for the leaf.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "stack/crypto/keys.h"
#include "stack/crypto/provider.h"

namespace assay::crypto {

// A point in time, seconds since 1970 UTC.
using UnixTime = std::chrono::sys_seconds;

// One certificate. Cheap to copy, immutable, so it may be shared between threads.
class Certificate {
   public:
    struct Impl;
    // Reads one DER certificate that fills `der` exactly. Errors: Errc::bad_cert.
    static Result<Certificate> parse(ByteView der);

    ByteView der() const;
    // Not valid() when the key is of a kind that PublicKey does not know; such a certificate can be read,
    // but it fits no algorithm and issues nothing.
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

inline constexpr size_t kMaxChain = 16;

// Splits concatenated DER certificates, as an SPDM certificate chain holds them (root side first, leaf
// last): 1 to kMaxChain of them. Errors: Errc::bad_cert, with the offset of the certificate that cannot be
// read or is one too many.
Result<std::vector<Certificate>> parse_certificates(ByteView der);
// The same from PEM, in the order of the file. PEM blocks that are no certificates are passed over.
Result<std::vector<Certificate>> parse_pem_certificates(std::string_view pem);
// One DER certificate as PEM.
std::string to_pem(ByteView der);

// What can be wrong with a chain. Each rule is checked on its own so that each has a name. DSP0274, leaf
// certificate fields; RFC 5280 sections 4.2 and 6.1.
enum class ChainRule : uint8_t {
    order,        // each is issued by the one before it: name, and a signature that verifies and whose
                  // digest is stronger than SHA-1
    root,         // the first is a pinned root byte for byte, or is issued by one
    validity,     // each certificate's notBefore <= time <= notAfter
    ca,           // all but the leaf are CAs (basicConstraints) whose path length and nameConstraints hold,
                  // with keyCertSign in keyUsage, if present, and whose critical extensions are understood
    leaf_key,     // the leaf's public key fits the selected signature algorithm
    leaf_not_ca,  // the leaf's basicConstraints, if present, says CA=FALSE
    leaf_constraints,  // the leaf has basicConstraints (required from SPDM 1.3 on)
    leaf_key_usage,    // the leaf's keyUsage is present and has digitalSignature
    leaf_role,  // the leaf's extendedKeyUsage, if present, can be read and does not name the other role only
    leaf_hardware_id,  // an AliasCert leaf does not bear the hardware identity; an SPDM extension that cannot
                       // be read counts as one that does
    leaf_version,      // X.509 v3, whose extensions can be read and whose critical ones are understood
};
inline constexpr size_t kChainRuleCount = 11;
std::string_view name(ChainRule rule);

// What a chain is checked against.
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

// SPDM's object identifiers (DSP0274, certificate requirements): two extended key usages, what the extension
// may hold, and the extension, SEQUENCE OF SEQUENCE { OBJECT IDENTIFIER, definition OPTIONAL }.
inline constexpr std::string_view kOidResponderAuth = "1.3.6.1.4.1.412.274.3";
inline constexpr std::string_view kOidRequesterAuth = "1.3.6.1.4.1.412.274.4";
inline constexpr std::string_view kOidHardwareIdentity = "1.3.6.1.4.1.412.274.2";
inline constexpr std::string_view kOidSpdmExtension = "1.3.6.1.4.1.412.274.6";

// An extension by its object identifier, dotted, with its content in DER.
struct ExtensionSpec {
    std::string oid;
    Bytes content;
    bool critical = false;
};

// Describes a certificate to be made. The defaults give a good SPDM leaf.
struct CertificateSpec {
    std::string subject = "Assay leaf";  // common name
    std::string issuer = "Assay issuer";
    uint64_t serial = 1;
    UnixTime not_before{};
    UnixTime not_after{};
    int version = 3;
    std::optional<bool> ca = false;  // basicConstraints; nullopt leaves the extension out
    std::optional<int> path_length;  // pathLenConstraint
    bool digital_signature = true;   // keyUsage bits; neither leaves the extension out
    bool key_cert_sign = false;
    std::vector<std::string> eku;           // dotted OIDs of extendedKeyUsage
    bool hardware_identity = false;         // adds the SPDM extension with the hardware-identity OID
    std::vector<ExtensionSpec> extensions;  // further ones
    bool pss = false;                       // an RSA issuer signs with PSS, salt as long as the digest
};

// Makes a certificate for `subject_key`, signed by `issuer_key` with the digest `hash` (unused for EdDSA; RSA
// keys sign with PKCS #1 v1.5 unless `spec` says PSS). It bears what `spec` says, sensible or not, and the
// two key identifiers. A certificate of version 1 bears its extensions all the same. Errors: Errc::bad_key
// for a key that is not valid; Errc::bad_cert for a field that X.509 cannot hold; Errc::unsupported for a
// digest that has no signature identifier with this kind of key.
Result<Certificate> make_certificate(const CertificateSpec& spec, const PublicKey& subject_key,
                                     const PrivateKey& issuer_key, HashAlgo hash);

}  // namespace assay::crypto
