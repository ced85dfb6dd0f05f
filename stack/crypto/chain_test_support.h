// Chains with one fault each, for the tests of the chain rules. Never included by anything else.
#pragma once

#include <openssl/x509_vfy.h>

#include <boost/test/unit_test.hpp>

#include <functional>

#include "stack/crypto/certificate_impl.h"
#include "stack/crypto/test_support.h"

namespace assay::crypto {

using Chain = std::vector<Certificate>;
using Rules = std::vector<ChainRule>;

inline constexpr UnixTime kNow = std::chrono::sys_days(std::chrono::year(2025) / 6 / 1);
inline constexpr UnixTime kPast = std::chrono::sys_days(std::chrono::year(2021) / 1 / 1);
inline constexpr UnixTime kFuture = std::chrono::sys_days(std::chrono::year(2100) / 1 / 1);

inline const TestPki& good() {
    static const TestPki kMade =
        make_test_pki(SignAlgo::ecdsa_p256, SignAlgo::ed25519, HashAlgo::sha256, "chain").value();
    return kMade;
}

inline Chain good_chain() { return {good().root, good().intermediate, good().leaf}; }

inline ChainPolicy policy() {
    ChainPolicy policy;
    policy.roots = {good().root};
    policy.time = kNow;
    policy.leaf_algo = SignAlgo::ecdsa_p256;
    policy.basic_constraints_required = true;
    policy.alias_cert = true;
    return policy;
}

inline CertificateSpec ca_spec(std::string subject, std::string issuer) {
    CertificateSpec spec;
    spec.subject = std::move(subject);
    spec.issuer = std::move(issuer);
    spec.not_before = kPast;
    spec.not_after = kFuture;
    spec.ca = true;
    spec.digital_signature = false;
    spec.key_cert_sign = true;
    return spec;
}

inline Certificate certificate(const CertificateSpec& spec, const PublicKey& subject,
                               const PrivateKey& issuer) {
    return make_certificate(spec, subject, issuer, HashAlgo::sha256).value();
}

// The good root and intermediate over another leaf.
inline Chain with_leaf(const std::function<void(CertificateSpec&)>& change) {
    CertificateSpec spec;
    change(spec);
    const TestPki pki =
        make_test_pki(SignAlgo::ecdsa_p256, SignAlgo::ed25519, HashAlgo::sha256, "chain", &spec).value();
    return {good().root, good().intermediate, pki.leaf};
}

// The good root and leaf around another intermediate with the same key and name.
inline Chain with_intermediate(const std::function<void(CertificateSpec&)>& change) {
    CertificateSpec spec = ca_spec("chain intermediate", "chain root");
    change(spec);
    return {good().root, certificate(spec, good().intermediate_key.public_key(), good().root_key),
            good().leaf};
}

// `from` with its X.509 changed by hand and signed anew.
inline Certificate resigned(const Certificate& from, const PrivateKey& issuer,
                            const std::function<void(X509*)>& change, const EVP_MD* digest = nullptr) {
    const ossl::X509Ptr x509(X509_dup(from.impl().x509.get()));
    change(x509.get());
    BOOST_REQUIRE(X509_sign(x509.get(), issuer.impl().pkey.get(), digest) > 0);
    uint8_t* der = nullptr;
    const int size = i2d_X509(x509.get(), &der);
    const ossl::MemoryPtr owner(der);
    return Certificate::parse({der, static_cast<size_t>(size)}).value();
}

inline void add_extension(X509* x509, const char* dotted, bool critical, ByteView content) {
    ASN1_OBJECT* object = OBJ_txt2obj(dotted, 1);
    ASN1_OCTET_STRING* octets = ASN1_OCTET_STRING_new();
    ASN1_OCTET_STRING_set(octets, content.data(), static_cast<int>(content.size()));
    X509_EXTENSION* extension = X509_EXTENSION_create_by_OBJ(nullptr, object, critical ? 1 : 0, octets);
    X509_add_ext(x509, extension, -1);
    X509_EXTENSION_free(extension);
    ASN1_OCTET_STRING_free(octets);
    ASN1_OBJECT_free(object);
}

// The good chain with an extension added to the certificate at `place`.
inline Chain with_extension(size_t place, const char* dotted, bool critical, ByteView content) {
    Chain chain = good_chain();
    const PrivateKey& issuer = place == 2 ? good().intermediate_key : good().root_key;
    chain[place] =
        resigned(chain[place], issuer, [&](X509* x509) { add_extension(x509, dotted, critical, content); });
    return chain;
}

// What OpenSSL's own path validation says of the same chain and roots, which it reads itself.
inline bool openssl_accepts(const Chain& chain, const ChainPolicy& policy) {
    using StorePtr = Owner<X509_STORE, X509_STORE_free>;
    using StoreCtxPtr = Owner<X509_STORE_CTX, X509_STORE_CTX_free>;
    const auto read = [](const Certificate& certificate) {
        const uint8_t* at = certificate.der().data();
        return ossl::X509Ptr(d2i_X509(nullptr, &at, static_cast<long>(certificate.der().size())));
    };
    const StorePtr store(X509_STORE_new());
    for (const Certificate& root : policy.roots) X509_STORE_add_cert(store.get(), read(root).get());
    std::vector<ossl::X509Ptr> owners;
    STACK_OF(X509)* others = sk_X509_new_null();
    for (const Certificate& each : chain) sk_X509_push(others, owners.emplace_back(read(each)).get());
    const StoreCtxPtr ctx(X509_STORE_CTX_new());
    X509_STORE_CTX_init(ctx.get(), store.get(), owners.back().get(), others);
    X509_STORE_CTX_set_time(ctx.get(), 0, policy.time.time_since_epoch().count());
    const bool accepted = X509_verify_cert(ctx.get()) == 1;
    sk_X509_free(others);
    return accepted;
}

inline std::string names(const Rules& rules) {
    std::string text;
    for (ChainRule rule : rules) text += std::string(name(rule)) + " ";
    return text;
}

}  // namespace assay::crypto
