// What a certificate says, each fact on its own, for verifiers whose rules are not those of SPDM's chains.
#pragma once

#include "stack/crypto/x509.h"

namespace assay::crypto {

// What a certificate is signed with.
enum class CertificateAlgo : uint8_t {
    ecdsa_sha256,
    ecdsa_sha384,
    ecdsa_sha512,
    rsassa_sha256,
    rsassa_sha384,
    rsassa_sha512,
    rsapss_sha256,
    rsapss_sha384,
    rsapss_sha512,
};
// nullopt: with another.
std::optional<CertificateAlgo> signed_with(const Certificate& certificate);

// Bit numbers of keyUsage (RFC 5280, 4.2.1.3).
enum class KeyUsage : uint8_t { digital_signature = 0, key_cert_sign = 5 };
// Whether keyUsage has the bit; nullopt when there is no keyUsage. One that cannot be read has no bit.
std::optional<bool> key_usage(const Certificate& certificate, KeyUsage bit);

// Whether `child` names `parent` as its issuer, which alone proves nothing.
bool names_issuer(const Certificate& child, const Certificate& parent);
// Whether `child` names `parent` as its issuer, and bears a signature of its key over a digest stronger than
// SHA-1.
bool issued_by(const Certificate& child, const Certificate& parent);

// basicConstraints: whether it says CA, and how many certificates may stand below.
bool is_authority(const Certificate& certificate);
std::optional<long> path_length(const Certificate& certificate);

// Dotted object identifiers of extendedKeyUsage; nullopt when there is none. One that cannot be read is
// empty.
std::optional<std::vector<std::string>> extended_key_usage(const Certificate& certificate);

// Whether extensions stand where they may (version 3), and those that OpenSSL knows can be read.
bool extensions_readable(const Certificate& certificate);
// 1 to 3, as the standard counts.
int version(const Certificate& certificate);
// Whether there is an extension of this dotted object identifier that is critical.
bool is_critical(const Certificate& certificate, std::string_view oid);
// Dotted object identifiers of the critical extensions that no rule here takes into account (RFC 5280, 4.2).
std::vector<std::string> unknown_critical_extensions(const Certificate& certificate);
// The content of an extension by its dotted object identifier; nullopt when there is none. Of several the
// first.
std::optional<Bytes> extension(const Certificate& certificate, std::string_view oid);

// Whether nameConstraints is there and lists subtrees, no list of them being empty (RFC 5280, 4.2.1.10).
bool constrains_names(const Certificate& authority);
// Whether the names of `below` are permitted by what the nameConstraints of `authority` say (RFC 5280,
// 4.2.1.10).
bool names_permitted(const Certificate& below, const Certificate& authority);

// The last common name of the subject; empty when there is none.
std::string common_name(const Certificate& certificate);
// The serial number in decimal.
std::string serial_number(const Certificate& certificate);

}  // namespace assay::crypto
