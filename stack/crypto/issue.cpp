// Making certificates, good ones and wrong ones.
#include <openssl/rsa.h>

#include <algorithm>
#include <ctime>

#include "stack/crypto/certificate_impl.h"

namespace assay::crypto {

namespace {

using NamePtr = Owner<X509_NAME, X509_NAME_free>;
using ObjectPtr = Owner<ASN1_OBJECT, ASN1_OBJECT_free>;
using TimePtr = Owner<ASN1_TIME, ASN1_TIME_free>;
using BitStringPtr = Owner<ASN1_BIT_STRING, ASN1_BIT_STRING_free>;
using OctetsPtr = Owner<ASN1_OCTET_STRING, ASN1_OCTET_STRING_free>;
using ExtensionPtr = Owner<X509_EXTENSION, X509_EXTENSION_free>;
using ConstraintsPtr = Owner<BASIC_CONSTRAINTS, BASIC_CONSTRAINTS_free>;
using UsagesPtr = Owner<EXTENDED_KEY_USAGE, EXTENDED_KEY_USAGE_free>;
using AuthorityPtr = Owner<AUTHORITY_KEYID, AUTHORITY_KEYID_free>;

NamePtr common_name(std::string_view text) {
    NamePtr name(X509_NAME_new());
    const auto* bytes = reinterpret_cast<const uint8_t*>(text.data());
    if (name == nullptr || X509_NAME_add_entry_by_NID(name.get(), NID_commonName, MBSTRING_UTF8, bytes,
                                                      static_cast<int>(text.size()), -1, 0) != 1) {
        return nullptr;
    }
    return name;
}

bool set_names(X509* x509, const CertificateSpec& spec) {
    NamePtr subject = common_name(spec.subject);
    NamePtr issuer = common_name(spec.issuer);
    return subject != nullptr && issuer != nullptr && X509_set_subject_name(x509, subject.get()) == 1 &&
           X509_set_issuer_name(x509, issuer.get()) == 1;
}

bool set_validity(X509* x509, const CertificateSpec& spec) {
    TimePtr before(ASN1_TIME_set(nullptr, std::chrono::system_clock::to_time_t(spec.not_before)));
    TimePtr after(ASN1_TIME_set(nullptr, std::chrono::system_clock::to_time_t(spec.not_after)));
    return before != nullptr && after != nullptr && X509_set1_notBefore(x509, before.get()) == 1 &&
           X509_set1_notAfter(x509, after.get()) == 1;
}

bool add(X509* x509, int nid, void* value, bool critical) {
    return X509_add1_ext_i2d(x509, nid, value, critical ? 1 : 0, X509V3_ADD_APPEND) == 1;
}

bool add_basic_constraints(X509* x509, const CertificateSpec& spec) {
    if (!spec.ca) return true;
    ConstraintsPtr constraints(BASIC_CONSTRAINTS_new());
    if (constraints == nullptr) return false;
    constraints->ca = *spec.ca ? 0xff : 0;
    if (spec.path_length) {
        constraints->pathlen = ASN1_INTEGER_new();
        if (constraints->pathlen == nullptr ||
            ASN1_INTEGER_set(constraints->pathlen, *spec.path_length) != 1) {
            return false;
        }
    }
    return add(x509, NID_basic_constraints, constraints.get(), true);
}

bool add_key_usage(X509* x509, const CertificateSpec& spec) {
    if (!spec.digital_signature && !spec.key_cert_sign) return true;
    // Bit numbers of RFC 5280, 4.2.1.3.
    static constexpr int kDigitalSignature = 0;
    static constexpr int kKeyCertSign = 5;
    BitStringPtr usage(ASN1_BIT_STRING_new());
    return usage != nullptr &&
           (!spec.digital_signature || ASN1_BIT_STRING_set_bit(usage.get(), kDigitalSignature, 1) == 1) &&
           (!spec.key_cert_sign || ASN1_BIT_STRING_set_bit(usage.get(), kKeyCertSign, 1) == 1) &&
           add(x509, NID_key_usage, usage.get(), true);
}

bool add_extended_key_usage(X509* x509, const CertificateSpec& spec) {
    if (spec.eku.empty()) return true;
    UsagesPtr usages(EXTENDED_KEY_USAGE_new());
    if (usages == nullptr) return false;
    for (const std::string& dotted : spec.eku) {
        ObjectPtr object(OBJ_txt2obj(dotted.c_str(), 1));
        if (object == nullptr || sk_ASN1_OBJECT_push(usages.get(), object.release()) <= 0) return false;
    }
    return add(x509, NID_ext_key_usage, usages.get(), false);
}

// The leftmost 160 bits of the SHA-256 of the public key (RFC 7093, method 1, over the whole
// SubjectPublicKeyInfo as method 4 allows).
OctetsPtr key_identifier(const PublicKey& key) {
    const Digest digest = openssl_provider().digest(HashAlgo::sha256, key.spki());
    OctetsPtr octets(ASN1_OCTET_STRING_new());
    if (octets == nullptr || ASN1_OCTET_STRING_set(octets.get(), digest.view().data(), 20) != 1)
        return nullptr;
    return octets;
}

bool add_key_identifiers(X509* x509, const PublicKey& subject_key, const PublicKey& issuer_key) {
    OctetsPtr subject = key_identifier(subject_key);
    AuthorityPtr authority(AUTHORITY_KEYID_new());
    if (subject == nullptr || authority == nullptr) return false;
    authority->keyid = key_identifier(issuer_key).release();
    return authority->keyid != nullptr && add(x509, NID_subject_key_identifier, subject.get(), false) &&
           add(x509, NID_authority_key_identifier, authority.get(), false);
}

bool add_extension(X509* x509, const ExtensionSpec& spec) {
    ObjectPtr object(OBJ_txt2obj(spec.oid.c_str(), 1));
    OctetsPtr octets(ASN1_OCTET_STRING_new());
    if (object == nullptr || octets == nullptr ||
        ASN1_OCTET_STRING_set(octets.get(), spec.content.data(), static_cast<int>(spec.content.size())) !=
            1) {
        return false;
    }
    ExtensionPtr extension(
        X509_EXTENSION_create_by_OBJ(nullptr, object.get(), spec.critical ? 1 : 0, octets.get()));
    return extension != nullptr && X509_add_ext(x509, extension.get(), -1) == 1;
}

bool add_extensions(X509* x509, const CertificateSpec& spec) {
    // SEQUENCE { SEQUENCE { OBJECT IDENTIFIER 1.3.6.1.4.1.412.274.2 } }
    static constexpr uint8_t kHardwareIdentity[] = {0x30, 0x0e, 0x30, 0x0c, 0x06, 0x0a, 0x2b, 0x06,
                                                    0x01, 0x04, 0x01, 0x83, 0x1c, 0x82, 0x12, 0x02};
    if (spec.hardware_identity &&
        !add_extension(x509, {std::string(kOidSpdmExtension), to_bytes(kHardwareIdentity)})) {
        return false;
    }
    return std::ranges::all_of(spec.extensions,
                               [&](const ExtensionSpec& one) { return add_extension(x509, one); });
}

const EVP_MD* signing_method(const PrivateKey& issuer_key, HashAlgo hash) {
    const KeyKind kind = issuer_key.public_key().impl().kind;
    return kind == KeyKind::ed25519 || kind == KeyKind::ed448 ? nullptr : ossl::method(hash);
}

bool sign(X509* x509, const CertificateSpec& spec, const PrivateKey& issuer_key, HashAlgo hash) {
    EVP_PKEY* key = issuer_key.impl().pkey.get();
    const EVP_MD* method = signing_method(issuer_key, hash);
    if (!spec.pss) return X509_sign(x509, key, method) > 0;
    const ossl::MdCtxPtr ctx(EVP_MD_CTX_new());
    EVP_PKEY_CTX* parameters = nullptr;  // belongs to ctx
    return ctx != nullptr && EVP_DigestSignInit(ctx.get(), &parameters, method, nullptr, key) == 1 &&
           EVP_PKEY_CTX_set_rsa_padding(parameters, RSA_PKCS1_PSS_PADDING) == 1 &&
           EVP_PKEY_CTX_set_rsa_pss_saltlen(parameters, RSA_PSS_SALTLEN_DIGEST) == 1 &&
           X509_sign_ctx(x509, ctx.get()) > 0;
}

}  // namespace

Result<Certificate> make_certificate(const CertificateSpec& spec, const PublicKey& subject_key,
                                     const PrivateKey& issuer_key, HashAlgo hash) {
    if (!subject_key.valid() || !issuer_key.valid()) return fail(Errc::bad_key, "certificate");
    ossl::X509Ptr x509(X509_new());
    if (x509 == nullptr || X509_set_version(x509.get(), spec.version - 1) != 1 ||
        ASN1_INTEGER_set_uint64(X509_get_serialNumber(x509.get()), spec.serial) != 1 ||
        !set_names(x509.get(), spec) || !set_validity(x509.get(), spec) ||
        X509_set_pubkey(x509.get(), subject_key.impl().pkey.get()) != 1 ||
        !add_basic_constraints(x509.get(), spec) || !add_key_usage(x509.get(), spec) ||
        !add_extended_key_usage(x509.get(), spec) ||
        !add_key_identifiers(x509.get(), subject_key, issuer_key.public_key()) ||
        !add_extensions(x509.get(), spec)) {
        return ossl::fail_openssl(Errc::bad_cert, "certificate");
    }
    if (!sign(x509.get(), spec, issuer_key, hash)) {
        return ossl::fail_openssl(Errc::unsupported, "certificate signature");
    }
    uint8_t* der = nullptr;
    const int size = i2d_X509(x509.get(), &der);
    ossl::MemoryPtr owner(der);
    if (size <= 0) return ossl::fail_openssl(Errc::internal, "certificate");
    return Certificate::parse({der, static_cast<size_t>(size)});
}

}  // namespace assay::crypto
