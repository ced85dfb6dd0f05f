#include "stack/crypto/certificate_facts.h"

#include <openssl/err.h>

#include "stack/base/ranges.h"
#include "stack/crypto/certificate_impl.h"
#include "stack/crypto/certificate_signature.h"

namespace assay::crypto {

namespace {

std::optional<CertificateAlgo> of_kind(int kind, int digest) {
    using enum CertificateAlgo;
    const auto pick = [digest](CertificateAlgo sha256, CertificateAlgo sha384,
                               CertificateAlgo sha512) -> std::optional<CertificateAlgo> {
        switch (digest) {
            case NID_sha256: return sha256;
            case NID_sha384: return sha384;
            case NID_sha512: return sha512;
            default: return {};
        }
    };
    switch (kind) {
        case NID_X9_62_id_ecPublicKey: return pick(ecdsa_sha256, ecdsa_sha384, ecdsa_sha512);
        case NID_rsaEncryption: return pick(rsassa_sha256, rsassa_sha384, rsassa_sha512);
        case NID_rsassaPss: return pick(rsapss_sha256, rsapss_sha384, rsapss_sha512);
        default: return {};
    }
}

}  // namespace

std::string dotted(const ASN1_OBJECT* object) {
    char text[80];
    const int size = OBJ_obj2txt(text, sizeof text, object, 1);
    if (size <= 0 || static_cast<size_t>(size) >= sizeof text) return {};
    return {text, static_cast<size_t>(size)};
}

std::optional<CertificateAlgo> signed_with(const Certificate& certificate) {
    int digest = NID_undef;
    int kind = NID_undef;
    const int read = X509_get_signature_info(handle(certificate), &digest, &kind, nullptr, nullptr);
    ERR_clear_error();
    if (read != 1) return {};
    return of_kind(kind, digest);
}

// X509_get_key_usage is of no use here: it denies every bit as soon as any other extension is malformed,
// which another rule checks.
std::optional<bool> key_usage(const Certificate& certificate, KeyUsage bit) {
    int found = 0;
    const Owner<ASN1_BIT_STRING, ASN1_BIT_STRING_free> usage(
        static_cast<ASN1_BIT_STRING*>(X509_get_ext_d2i(handle(certificate), NID_key_usage, &found, nullptr)));
    ERR_clear_error();
    if (usage == nullptr) return found == -1 ? std::nullopt : std::optional(false);
    return ASN1_BIT_STRING_get_bit(usage.get(), static_cast<int>(bit)) == 1;
}

bool names_issuer(const Certificate& child, const Certificate& parent) {
    return X509_NAME_cmp(X509_get_issuer_name(handle(child)), X509_get_subject_name(handle(parent))) == 0;
}

bool issued_by(const Certificate& child, const Certificate& parent) {
    return names_issuer(child, parent) && signed_by(child, parent.public_key());
}

bool is_authority(const Certificate& certificate) { return (extension_flags(certificate) & EXFLAG_CA) != 0; }

std::optional<long> path_length(const Certificate& certificate) {
    const long limit = X509_get_pathlen(handle(certificate));
    return limit < 0 ? std::nullopt : std::optional(limit);
}

std::optional<std::vector<std::string>> extended_key_usage(const Certificate& certificate) {
    int found = 0;
    const Owner<EXTENDED_KEY_USAGE, EXTENDED_KEY_USAGE_free> usages(static_cast<EXTENDED_KEY_USAGE*>(
        X509_get_ext_d2i(handle(certificate), NID_ext_key_usage, &found, nullptr)));
    ERR_clear_error();
    if (usages == nullptr && found == -1) return {};
    std::vector<std::string> all;
    for (int i = 0; usages != nullptr && i < sk_ASN1_OBJECT_num(usages.get()); ++i)
        all.push_back(dotted(sk_ASN1_OBJECT_value(usages.get(), i)));
    return all;
}

namespace {

// Extensions that some rule here holds certificates to, or that say nothing to whoever accepts any policy
// and needs none: certificatePolicies, policyMappings and inhibitAnyPolicy (RFC 5280, 6.1.5 (g)).
// OpenSSL's own list has more, for its own path validation: policyConstraints among them.
constexpr std::string_view kUnderstood[] = {"2.5.29.15", "2.5.29.17", "2.5.29.19", "2.5.29.30",
                                            "2.5.29.32", "2.5.29.33", "2.5.29.37", "2.5.29.54"};

}  // namespace

bool extensions_readable(const Certificate& certificate) {
    const X509* x509 = handle(certificate);
    const bool may_stand = X509_get_ext_count(x509) == 0 || X509_get_version(x509) == X509_VERSION_3;
    return may_stand && (extension_flags(certificate) & EXFLAG_INVALID) == 0;
}

int version(const Certificate& certificate) {
    return static_cast<int>(X509_get_version(handle(certificate))) + 1;
}

bool is_critical(const Certificate& certificate, std::string_view oid) {
    X509* x509 = handle(certificate);
    for (int i = 0; i < X509_get_ext_count(x509); ++i) {
        X509_EXTENSION* found = X509_get_ext(x509, i);
        if (X509_EXTENSION_get_critical(found) != 0 && dotted(X509_EXTENSION_get_object(found)) == oid)
            return true;
    }
    return false;
}

std::vector<std::string> unknown_critical_extensions(const Certificate& certificate) {
    std::vector<std::string> unknown;
    X509* x509 = handle(certificate);
    for (int i = 0; i < X509_get_ext_count(x509); ++i) {
        X509_EXTENSION* found = X509_get_ext(x509, i);
        std::string oid = dotted(X509_EXTENSION_get_object(found));
        if (X509_EXTENSION_get_critical(found) != 0 && !contains(kUnderstood, oid))
            unknown.push_back(std::move(oid));
    }
    return unknown;
}

std::optional<Bytes> extension(const Certificate& certificate, std::string_view oid) {
    X509* x509 = handle(certificate);
    for (int i = 0; i < X509_get_ext_count(x509); ++i) {
        X509_EXTENSION* found = X509_get_ext(x509, i);
        if (dotted(X509_EXTENSION_get_object(found)) != oid) continue;
        const ASN1_OCTET_STRING* data = X509_EXTENSION_get_data(found);
        const uint8_t* begin = ASN1_STRING_get0_data(data);
        return Bytes(begin, begin + ASN1_STRING_length(data));
    }
    return {};
}

namespace {

using ConstraintsPtr = Owner<NAME_CONSTRAINTS, NAME_CONSTRAINTS_free>;

// Null when there is none (`found` is -1), or none that can be read.
ConstraintsPtr name_constraints(const Certificate& certificate, int& found) {
    ConstraintsPtr constraints(static_cast<NAME_CONSTRAINTS*>(
        X509_get_ext_d2i(handle(certificate), NID_name_constraints, &found, nullptr)));
    ERR_clear_error();
    return constraints;
}

}  // namespace

bool constrains_names(const Certificate& authority) {
    int found = 0;
    const ConstraintsPtr constraints = name_constraints(authority, found);
    if (constraints == nullptr) return false;
    const auto* permitted = constraints->permittedSubtrees;
    const auto* excluded = constraints->excludedSubtrees;
    const auto is_empty = [](const STACK_OF(GENERAL_SUBTREE) * list) {
        return list != nullptr && sk_GENERAL_SUBTREE_num(list) == 0;
    };
    return (permitted != nullptr || excluded != nullptr) && !is_empty(permitted) && !is_empty(excluded);
}

bool names_permitted(const Certificate& below, const Certificate& authority) {
    int found = 0;
    const ConstraintsPtr constraints = name_constraints(authority, found);
    if (constraints == nullptr) return found == -1;
    const int result = NAME_CONSTRAINTS_check(handle(below), constraints.get());
    ERR_clear_error();
    return result == X509_V_OK;
}

std::string common_name(const Certificate& certificate) {
    const X509_NAME* subject = X509_get_subject_name(handle(certificate));
    int at = -1;
    for (int next = -1; (next = X509_NAME_get_index_by_NID(subject, NID_commonName, next)) >= 0;) at = next;
    if (at < 0) return {};
    uint8_t* text = nullptr;
    const int size = ASN1_STRING_to_UTF8(&text, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at)));
    const ossl::MemoryPtr owner(text);
    ERR_clear_error();
    if (size <= 0) return {};
    return {reinterpret_cast<const char*>(text), static_cast<size_t>(size)};
}

std::string serial_number(const Certificate& certificate) {
    const ossl::BnPtr number(ASN1_INTEGER_to_BN(X509_get0_serialNumber(handle(certificate)), nullptr));
    const Owner<char, ossl::release_memory> text(number == nullptr ? nullptr : BN_bn2dec(number.get()));
    ERR_clear_error();
    return text == nullptr ? std::string() : std::string(text.get());
}

}  // namespace assay::crypto
