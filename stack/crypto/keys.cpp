#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>

#include "stack/crypto/openssl_raii.h"
#include "stack/crypto/provider.h"

namespace assay::crypto {

namespace {

const char* curve_of(SignAlgo algo) {
    switch (algo) {
        case SignAlgo::ecdsa_p256: return "P-256";
        case SignAlgo::ecdsa_p384: return "P-384";
        case SignAlgo::ecdsa_p521: return "P-521";
        default: return nullptr;
    }
}

PrivateKey wrap(ossl::Pkey key) {
    auto shared = std::make_shared<PublicKey::Impl>();
    shared->spki = ossl::spki_of(*key);
    EVP_PKEY_up_ref(key.get());
    shared->key.reset(key.get());
    auto impl = std::make_shared<PrivateKey::Impl>();
    impl->key = std::move(key);
    impl->public_key = PublicKey(std::move(shared));
    return PrivateKey(std::move(impl));
}

// `size` bytes that are a function of `seed`.
Bytes expand(ByteView seed, size_t size) {
    Bytes out;
    for (uint8_t block = 0; out.size() < size; ++block) {
        append(out, openssl_provider().digest(HashAlgo::sha512, concat({{{block}}, seed})).view());
    }
    out.resize(size);
    return out;
}

}  // namespace

namespace ossl {

Bytes spki_of(const EVP_PKEY& key) {
    uint8_t* out = nullptr;
    int size = i2d_PUBKEY(&key, &out);
    Bytes spki(out, out + (size < 0 ? 0 : size));
    OPENSSL_free(out);
    return spki;
}

Result<Pkey> ec_from_scalar(const char* curve, const BIGNUM& scalar) {
    using Build = std::unique_ptr<OSSL_PARAM_BLD, Deleter<OSSL_PARAM_BLD_free>>;
    using Params = std::unique_ptr<OSSL_PARAM, Deleter<OSSL_PARAM_free>>;
    Group group(EC_GROUP_new_by_curve_name(EC_curve_nist2nid(curve)));
    Point point(EC_POINT_new(group.get()));
    BnCtx bn(BN_CTX_new());
    uint8_t encoded[1 + 2 * 66];
    bool ok = EC_POINT_mul(group.get(), point.get(), &scalar, nullptr, nullptr, bn.get()) > 0;
    size_t size = EC_POINT_point2oct(group.get(), point.get(), POINT_CONVERSION_UNCOMPRESSED, encoded,
                                     sizeof encoded, bn.get());
    Build build(OSSL_PARAM_BLD_new());
    ok = ok && size != 0 &&
         OSSL_PARAM_BLD_push_utf8_string(build.get(), OSSL_PKEY_PARAM_GROUP_NAME, curve, 0) > 0 &&
         OSSL_PARAM_BLD_push_octet_string(build.get(), OSSL_PKEY_PARAM_PUB_KEY, encoded, size) > 0 &&
         OSSL_PARAM_BLD_push_BN(build.get(), OSSL_PKEY_PARAM_PRIV_KEY, &scalar) > 0;
    Params params(ok ? OSSL_PARAM_BLD_to_param(build.get()) : nullptr);
    PkeyCtx ctx(EVP_PKEY_CTX_new_from_name(nullptr, "EC", nullptr));
    EVP_PKEY* key = nullptr;
    if (!params || EVP_PKEY_fromdata_init(ctx.get()) <= 0 ||
        EVP_PKEY_fromdata(ctx.get(), &key, EVP_PKEY_KEYPAIR, params.get()) <= 0) {
        return std::unexpected(last_error(Errc::bad_key, "PrivateKey"));
    }
    return Pkey(key);
}

}  // namespace ossl

Result<PublicKey> PublicKey::from_spki(ByteView der) {
    const uint8_t* at = der.data();
    ossl::Pkey key(d2i_PUBKEY(nullptr, &at, static_cast<long>(der.size())));
    if (!key || at != der.data() + der.size()) {
        return std::unexpected(ossl::last_error(Errc::bad_key, "SubjectPublicKeyInfo"));
    }
    auto impl = std::make_shared<Impl>();
    impl->key = std::move(key);
    impl->spki = to_bytes(der);
    return PublicKey(std::move(impl));
}

ByteView PublicKey::spki() const { return impl_->spki; }

bool PublicKey::fits(SignAlgo algo) const {
    if (!impl_) return false;
    const EVP_PKEY* key = impl_->key.get();
    if (const char* curve = curve_of(algo)) {
        char name[32] = {};
        size_t size = 0;
        if (!EVP_PKEY_is_a(key, "EC")) return false;
        if (EVP_PKEY_get_group_name(key, name, sizeof name, &size) <= 0) return false;
        return OBJ_sn2nid(name) == EC_curve_nist2nid(curve);
    }
    if (algo == SignAlgo::ed25519) return EVP_PKEY_is_a(key, "ED25519") != 0;
    if (algo == SignAlgo::ed448) return EVP_PKEY_is_a(key, "ED448") != 0;
    return EVP_PKEY_is_a(key, "RSA") && EVP_PKEY_get_bits(key) == static_cast<int>(8 * signature_size(algo));
}

Result<PrivateKey> PrivateKey::generate(SignAlgo algo) {
    EVP_PKEY* key = nullptr;
    if (const char* curve = curve_of(algo)) {
        key = EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", curve);
    } else if (algo == SignAlgo::ed25519 || algo == SignAlgo::ed448) {
        key = EVP_PKEY_Q_keygen(nullptr, nullptr, algo == SignAlgo::ed25519 ? "ED25519" : "ED448");
    } else {
        key = EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", 8 * signature_size(algo));
    }
    if (key == nullptr) return std::unexpected(ossl::last_error(Errc::internal, "PrivateKey"));
    return wrap(ossl::Pkey(key));
}

Result<PrivateKey> PrivateKey::derive(SignAlgo algo, ByteView seed) {
    if (const char* curve = curve_of(algo)) {
        ossl::Group group(EC_GROUP_new_by_curve_name(EC_curve_nist2nid(curve)));
        ossl::BnCtx bn(BN_CTX_new());
        ossl::Bn order(BN_dup(EC_GROUP_get0_order(group.get())));
        // 128 bits more than the order keep the bias of the reduction negligible (FIPS 186-5, A.2.1).
        Bytes wide = expand(seed, signature_size(algo) / 2 + 16);
        ossl::Bn scalar(BN_bin2bn(wide.data(), static_cast<int>(wide.size()), nullptr));
        BN_sub_word(order.get(), 1);
        BN_nnmod(scalar.get(), scalar.get(), order.get(), bn.get());
        BN_add_word(scalar.get(), 1);
        wipe(wide);
        return wrap(TRY(ossl::ec_from_scalar(curve, *scalar)));
    }
    bool ed25519 = algo == SignAlgo::ed25519;
    if (!ed25519 && algo != SignAlgo::ed448) {
        return fail(Errc::unsupported, "PrivateKey", Error::npos, "an RSA key is not a function of a seed");
    }
    Bytes raw = expand(seed, ed25519 ? 32 : 57);
    ossl::Pkey key(EVP_PKEY_new_raw_private_key_ex(nullptr, ed25519 ? "ED25519" : "ED448", nullptr, raw.data(),
                                                   raw.size()));
    wipe(raw);
    if (!key) return std::unexpected(ossl::last_error(Errc::bad_key, "PrivateKey"));
    return wrap(std::move(key));
}

Result<PrivateKey> PrivateKey::from_pem(std::string_view pem) {
    ossl::BioPtr bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
    // An empty pass phrase callback keeps OpenSSL from asking on the terminal.
    auto no_passphrase = [](char*, int, int, void*) { return -1; };
    ossl::Pkey key(PEM_read_bio_PrivateKey(bio.get(), nullptr, no_passphrase, nullptr));
    if (!key) return std::unexpected(ossl::last_error(Errc::bad_key, "PEM"));
    return wrap(std::move(key));
}

const PublicKey& PrivateKey::public_key() const { return impl_->public_key; }

}  // namespace assay::crypto
