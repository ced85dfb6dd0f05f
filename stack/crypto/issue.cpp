// Making certificates.
#include <openssl/x509v3.h>

#include "stack/crypto/openssl_raii.h"
#include "stack/crypto/x509.h"

namespace assay::crypto {

namespace {

ossl::Name common_name(const std::string& text) {
    ossl::Name name(X509_NAME_new());
    X509_NAME_add_entry_by_txt(name.get(), "CN", MBSTRING_UTF8, reinterpret_cast<const uint8_t*>(text.data()),
                               static_cast<int>(text.size()), -1, 0);
    return name;
}

bool add_extension(X509& x509, int nid, const std::string& value) {
    X509V3_CTX ctx;
    X509V3_set_ctx_nodb(&ctx);
    ossl::Extension extension(X509V3_EXT_conf_nid(nullptr, &ctx, nid, value.c_str()));
    return extension && X509_add_ext(&x509, extension.get(), -1) > 0;
}

std::string constraints_text(const CertificateSpec& spec) {
    std::string text = *spec.ca ? "critical,CA:TRUE" : "critical,CA:FALSE";
    if (spec.path_length) text += ",pathlen:" + std::to_string(*spec.path_length);
    return text;
}

std::string key_usage_text(const CertificateSpec& spec) {
    std::string text = "critical";
    if (spec.digital_signature) text += ",digitalSignature";
    if (spec.key_cert_sign) text += ",keyCertSign";
    return text;
}

// The SPDM extension holding one identifier: SEQUENCE { SEQUENCE { OBJECT IDENTIFIER } }.
bool add_hardware_identity(X509& x509) {
    ossl::Object identity(OBJ_txt2obj(std::string(kOidHardwareIdentity).c_str(), 1));
    ossl::Object spdm(OBJ_txt2obj(std::string(kOidSpdmExtension).c_str(), 1));
    uint8_t* out = nullptr;
    int size = i2d_ASN1_OBJECT(identity.get(), &out);
    Bytes oid(out, out + (size < 0 ? 0 : size));
    OPENSSL_free(out);
    auto length = [](size_t bytes) { return static_cast<uint8_t>(bytes); };
    Bytes content = concat({{{0x30, length(oid.size() + 2), 0x30, length(oid.size())}}, oid});
    ossl::Octets octets(ASN1_OCTET_STRING_new());
    ASN1_OCTET_STRING_set(octets.get(), content.data(), static_cast<int>(content.size()));
    ossl::Extension extension(X509_EXTENSION_create_by_OBJ(nullptr, spdm.get(), 0, octets.get()));
    return extension && X509_add_ext(&x509, extension.get(), -1) > 0;
}

bool add_extensions(X509& x509, const CertificateSpec& spec) {
    bool ok = true;
    if (spec.ca) ok = ok && add_extension(x509, NID_basic_constraints, constraints_text(spec));
    if (spec.digital_signature || spec.key_cert_sign) {
        ok = ok && add_extension(x509, NID_key_usage, key_usage_text(spec));
    }
    std::string eku;
    for (const std::string& oid : spec.eku) eku += (eku.empty() ? "" : ",") + oid;
    if (!eku.empty()) ok = ok && add_extension(x509, NID_ext_key_usage, eku);
    if (spec.hardware_identity) ok = ok && add_hardware_identity(x509);
    return ok;
}

}  // namespace

Result<Certificate> make_certificate(const CertificateSpec& spec, const PublicKey& subject_key,
                                     const PrivateKey& issuer_key, HashAlgo hash) {
    ossl::X509Ptr x509(X509_new());
    EVP_PKEY* signer = issuer_key.impl().key.get();
    bool eddsa = EVP_PKEY_is_a(signer, "ED25519") || EVP_PKEY_is_a(signer, "ED448");
    bool ok = X509_set_version(x509.get(), spec.version - 1) > 0 &&
              ASN1_INTEGER_set_uint64(X509_get_serialNumber(x509.get()), spec.serial) > 0 &&
              X509_set_subject_name(x509.get(), common_name(spec.subject).get()) > 0 &&
              X509_set_issuer_name(x509.get(), common_name(spec.issuer).get()) > 0 &&
              ASN1_TIME_set(X509_getm_notBefore(x509.get()), spec.not_before.time_since_epoch().count()) != nullptr &&
              ASN1_TIME_set(X509_getm_notAfter(x509.get()), spec.not_after.time_since_epoch().count()) != nullptr &&
              X509_set_pubkey(x509.get(), subject_key.impl().key.get()) > 0;
    if (spec.version == 3) ok = ok && add_extensions(*x509, spec);
    ok = ok && X509_sign(x509.get(), signer, eddsa ? nullptr : ossl::md(hash)) > 0;
    if (!ok) return std::unexpected(ossl::last_error(Errc::internal, "Certificate"));
    uint8_t* out = nullptr;
    int size = i2d_X509(x509.get(), &out);
    Bytes der(out, out + (size < 0 ? 0 : size));
    OPENSSL_free(out);
    return Certificate::parse(der);
}

}  // namespace assay::crypto
