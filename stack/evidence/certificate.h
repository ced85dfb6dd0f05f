// Certificates as their fields, each of which can be given a wrong value before or after signing.
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "stack/crypto/x509.h"
#include "stack/evidence/keys.h"

namespace assay::evidence {

// Distinguished names in the order of the DER: {"CN", "NVIDIA Device Identity CA"}. Known types: CN, O, OU,
// C, L, ST, serialNumber.
using Name = std::vector<std::pair<std::string, std::string>>;
Bytes encode(const Name& name);

struct Extension {
    std::string oid;
    bool critical = false;
    Bytes value;  // DER, without the OCTET STRING around it
};

Bytes encode(const Extension& extension);
// nameConstraints with one directoryName, permitted or excluded; critical.
Extension name_constraint(bool permitted, const Name& name);

// Bits of keyUsage as its first byte has them.
namespace usage {
inline constexpr uint8_t digital_signature = 0x80, key_agreement = 0x08, cert_sign = 0x04, crl_sign = 0x02;
}

struct CertificateForm {
    KeyName key;         // of the subject
    Bytes public_key{};  // SubjectPublicKeyInfo of a key that is kept elsewhere, instead of that one
    KeyName signer;      // of the issuer
    crypto::HashAlgo hash = crypto::HashAlgo::sha384;
    Name subject, issuer;
    Bytes serial = {1};
    int version = 3;
    crypto::UnixTime not_before{}, not_after{};
    std::optional<bool> ca;  // basicConstraints, critical; CA=FALSE is an empty SEQUENCE
    std::optional<uint64_t> path_length;
    uint8_t key_usage = 0;                   // critical; 0 leaves it out
    std::vector<std::string> purposes;       // extendedKeyUsage
    bool key_identifiers = true;             // of subject and issuer
    std::vector<Extension> more;             // after these
    std::function<void(Bytes&)> edit_after;  // on the DER, signature and all
};

// The DER.
Bytes issue(const CertificateForm& form);
// SHA-1 of the subject's public key, as identifiers and OCSP have it: 20 bytes.
Bytes key_identifier(const KeyName& name);

// The extension, or none; for edits.
Extension* find(CertificateForm& form, std::string_view oid);

using Chain = std::vector<CertificateForm>;  // leaf first
// Makes `chain[index]` and what it has issued consistent again after its name or key was changed.
void relink(Chain& chain);
// PEM, leaf first; or the DER one after the other.
Bytes to_pem(const Chain& chain);
Bytes to_der(const Chain& chain);
Bytes pem_of(ByteView der);

// 9999-12-31 23:59:59, which is "never" (RFC 5280, 4.1.2.5).
crypto::UnixTime never();
crypto::UnixTime at(int year, unsigned month, unsigned day);

}  // namespace assay::evidence
