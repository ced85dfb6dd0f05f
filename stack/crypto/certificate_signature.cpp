#include "stack/crypto/certificate_signature.h"

#include <openssl/err.h>

#include <optional>

#include "stack/crypto/certificate_impl.h"
#include "stack/crypto/der.h"

namespace assay::crypto {

namespace {

// At least 112 bits of security, which rules out SHA-1 and what is older.
constexpr int kLeastBits = 112;

// ECDSA over SHA-3, which OpenSSL 3.0 makes in certificates but does not know how to verify there.
std::optional<HashAlgo> ecdsa_over_sha3(const X509* x509) {
    switch (X509_get_signature_nid(x509)) {
        case NID_ecdsa_with_SHA3_256: return HashAlgo::sha3_256;
        case NID_ecdsa_with_SHA3_384: return HashAlgo::sha3_384;
        case NID_ecdsa_with_SHA3_512: return HashAlgo::sha3_512;
        default: return {};
    }
}

// The bytes that were signed: the first element inside the certificate.
ByteView signed_bytes(const Certificate& certificate) {
    Reader outer(certificate.der());
    Result<DerElement> whole = read_der(outer);
    if (!whole) return {};
    Reader inner(whole->content);
    if (!read_der(inner)) return {};
    return whole->content.first(inner.offset());
}

bool verifies_over_sha3(const Certificate& certificate, HashAlgo hash, const PublicKey& key) {
    const X509* x509 = certificate.impl().x509.get();
    const ASN1_BIT_STRING* signature = nullptr;
    const X509_ALGOR* outer = nullptr;
    X509_get0_signature(&signature, &outer, x509);
    // The low bits of the flags count the unused bits of the last byte.
    if (X509_ALGOR_cmp(outer, X509_get0_tbs_sigalg(x509)) != 0 || (signature->flags & 7) != 0) return false;
    if (!EVP_PKEY_is_a(key.impl().pkey.get(), "EC")) return false;
    const Digest digest = openssl_provider().digest(hash, signed_bytes(certificate));
    const ossl::PkeyCtxPtr ctx(EVP_PKEY_CTX_new_from_pkey(nullptr, key.impl().pkey.get(), nullptr));
    return ctx != nullptr && EVP_PKEY_verify_init(ctx.get()) == 1 &&
           EVP_PKEY_verify(ctx.get(), ASN1_STRING_get0_data(signature),
                           static_cast<size_t>(ASN1_STRING_length(signature)), digest.view().data(),
                           digest.size()) == 1;
}

bool verifies(const Certificate& certificate, const PublicKey& key) {
    X509* x509 = certificate.impl().x509.get();
    if (std::optional<HashAlgo> hash = ecdsa_over_sha3(x509))
        return verifies_over_sha3(certificate, *hash, key);
    int bits = 0;
    return X509_get_signature_info(x509, nullptr, nullptr, &bits, nullptr) == 1 && bits >= kLeastBits &&
           X509_verify(x509, key.impl().pkey.get()) == 1;
}

}  // namespace

bool signed_by(const Certificate& certificate, const PublicKey& key) {
    const bool verified = key.valid() && verifies(certificate, key);
    ERR_clear_error();
    return verified;
}

}  // namespace assay::crypto
