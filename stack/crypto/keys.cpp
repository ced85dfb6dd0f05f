#include "stack/crypto/keys.h"

#include <openssl/pem.h>

#include <climits>
#include <optional>

#include "stack/crypto/der.h"
#include "stack/crypto/fast_mix.h"
#include "stack/crypto/kdf.h"
#include "stack/crypto/key_impl.h"
#include "stack/crypto/openssl_key.h"

namespace assay::crypto {

namespace {

std::optional<KeyKind> curve_kind(const EVP_PKEY* pkey) {
    // A curve spelled out by its parameters may hide another generator behind a known curve's numbers.
    int is_explicit = 0;
    if (EVP_PKEY_get_int_param(pkey, OSSL_PKEY_PARAM_EC_DECODED_FROM_EXPLICIT_PARAMS, &is_explicit) == 1 &&
        is_explicit != 0) {
        return {};
    }
    char group[64] = {};
    size_t size = 0;
    if (EVP_PKEY_get_group_name(pkey, group, sizeof group, &size) != 1) return {};
    switch (OBJ_sn2nid(group)) {
        case NID_X9_62_prime256v1: return KeyKind::p256;
        case NID_secp384r1: return KeyKind::p384;
        case NID_secp521r1: return KeyKind::p521;
        default: return {};
    }
}

// RFC 8017, 3.1: an odd number from 3 on. With 1 every message is its own signature.
bool exponent_holds(const EVP_PKEY* pkey) {
    BIGNUM* number = nullptr;
    if (EVP_PKEY_get_bn_param(pkey, OSSL_PKEY_PARAM_RSA_E, &number) != 1) return false;
    const ossl::BnPtr exponent(number);
    return BN_is_odd(exponent.get()) == 1 && BN_is_one(exponent.get()) == 0;
}

std::optional<KeyKind> kind_of(const EVP_PKEY* pkey) {
    const bool is_rsa = EVP_PKEY_is_a(pkey, "RSA") == 1;
    if (is_rsa || EVP_PKEY_is_a(pkey, "RSA-PSS") == 1) {
        if (!exponent_holds(pkey)) return {};
        return is_rsa ? KeyKind::rsa : KeyKind::rsa_pss;
    }
    if (EVP_PKEY_is_a(pkey, "ED25519")) return KeyKind::ed25519;
    if (EVP_PKEY_is_a(pkey, "ED448")) return KeyKind::ed448;
    if (EVP_PKEY_is_a(pkey, "EC")) return curve_kind(pkey);
    return {};
}

// The curve that an algorithm signs on, if it does.
std::optional<DheGroup> curve_of(SignAlgo algo) {
    switch (algo) {
        case SignAlgo::ecdsa_p256: return DheGroup::secp256r1;
        case SignAlgo::ecdsa_p384: return DheGroup::secp384r1;
        case SignAlgo::ecdsa_p521: return DheGroup::secp521r1;
        default: return {};
    }
}

// What comes before the point of a key on a named curve (RFC 5480), with the form of the point, uncompressed.
struct NamedCurve {
    const char* name;
    Bytes before;
};

// The key that `spki` is when it is one on a NIST curve in its usual form; null for all others. OpenSSL's
// decoder takes several times as long.
Result<ossl::PkeyPtr> read_named_curve(ByteView spki) {
    static const NamedCurve kCurves[] = {
        {"P-256", *from_hex("3059301306072a8648ce3d020106082a8648ce3d03010703420004")},
        {"P-384", *from_hex("3076301006072a8648ce3d020106052b8104002203620004")},
        {"P-521", *from_hex("30819b301006072a8648ce3d020106052b810400230381860004")}};
    for (const NamedCurve& curve : kCurves) {
        const size_t size = curve.before.size();
        if (spki.size() > size && equal(spki.first(size), curve.before))
            return ossl::ec_key_from_point(curve.name, spki.subspan(size - 1));
    }
    return nullptr;
}

Result<ossl::PkeyPtr> read_spki(ByteView spki) {
    if (ossl::PkeyPtr pkey = TRY(read_named_curve(spki))) return pkey;
    const uint8_t* at = spki.data();
    ossl::PkeyPtr pkey(d2i_PUBKEY(nullptr, &at, static_cast<long>(spki.size())));
    if (pkey == nullptr || at != spki.data() + spki.size())
        return ossl::fail_openssl(Errc::bad_key, "SubjectPublicKeyInfo");
    return pkey;
}

}  // namespace

Result<PublicKey> wrap_public(ossl::PkeyPtr pkey, Bytes spki) {
    std::optional<KeyKind> kind = kind_of(pkey.get());
    if (!kind)
        return fail(Errc::bad_key, "public key", Error::npos,
                    "neither RSA with a sound exponent, a NIST curve nor EdDSA");
    const int bits = EVP_PKEY_get_bits(pkey.get());
    const uint64_t fingerprint = FastMix::of(spki);
    return PublicKey(std::make_shared<PublicKey::Impl>(
        PublicKey::Impl{std::move(pkey), std::move(spki), *kind, bits, fingerprint}));
}

Result<PrivateKey> wrap_private(ossl::PkeyPtr pkey) {
    uint8_t* der = nullptr;
    const int size = i2d_PUBKEY(pkey.get(), &der);
    ossl::MemoryPtr owner(der);
    if (size <= 0) return ossl::fail_openssl(Errc::bad_key, "private key");
    PublicKey public_key = TRY(PublicKey::from_spki({der, static_cast<size_t>(size)}));
    return PrivateKey(
        std::make_shared<PrivateKey::Impl>(PrivateKey::Impl{std::move(pkey), std::move(public_key)}));
}

Result<PublicKey> PublicKey::from_spki(ByteView der) {
    const size_t size = TRY(der_sequence_size(der, Errc::bad_key, "SubjectPublicKeyInfo"));
    if (size != der.size() || der.size() > LONG_MAX) {
        return fail(Errc::bad_key, "SubjectPublicKeyInfo", size, "bytes after the key");
    }
    return wrap_public(TRY(read_spki(der)), to_bytes(der));
}

ossl::PkeyPtr openssl_key(const PublicKey& key) {
    if (!key.valid() || EVP_PKEY_up_ref(key.impl().pkey.get()) != 1) return nullptr;
    return ossl::PkeyPtr(key.impl().pkey.get());
}

ByteView PublicKey::spki() const { return impl_ == nullptr ? ByteView() : ByteView(impl_->spki); }

bool PublicKey::fits(SignAlgo algo) const {
    if (impl_ == nullptr) return false;
    switch (algo) {
        case SignAlgo::rsassa_2048: return impl_->kind == KeyKind::rsa && impl_->bits == 2048;
        case SignAlgo::rsassa_3072: return impl_->kind == KeyKind::rsa && impl_->bits == 3072;
        case SignAlgo::rsassa_4096: return impl_->kind == KeyKind::rsa && impl_->bits == 4096;
        case SignAlgo::rsapss_2048: return impl_->kind <= KeyKind::rsa_pss && impl_->bits == 2048;
        case SignAlgo::rsapss_3072: return impl_->kind <= KeyKind::rsa_pss && impl_->bits == 3072;
        case SignAlgo::rsapss_4096: return impl_->kind <= KeyKind::rsa_pss && impl_->bits == 4096;
        case SignAlgo::ecdsa_p256: return impl_->kind == KeyKind::p256;
        case SignAlgo::ecdsa_p384: return impl_->kind == KeyKind::p384;
        case SignAlgo::ecdsa_p521: return impl_->kind == KeyKind::p521;
        case SignAlgo::ed25519: return impl_->kind == KeyKind::ed25519;
        case SignAlgo::ed448: return impl_->kind == KeyKind::ed448;
    }
    return false;
}

Result<PrivateKey> PrivateKey::generate(SignAlgo algo) {
    ossl::PkeyPtr pkey;
    if (is_rsa(algo)) {
        pkey.reset(EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", signature_size(algo) * 8));
    } else if (std::optional<DheGroup> curve = curve_of(algo)) {
        pkey.reset(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", ossl::library_name(*curve)));
    } else {
        pkey.reset(EVP_PKEY_Q_keygen(nullptr, nullptr, algo == SignAlgo::ed25519 ? "ED25519" : "ED448"));
    }
    if (pkey == nullptr) return ossl::fail_openssl(Errc::internal, "private key");
    return wrap_private(std::move(pkey));
}

Result<PrivateKey> PrivateKey::derive(SignAlgo algo, ByteView seed) {
    if (is_rsa(algo)) return fail(Errc::unsupported, "private key", Error::npos, "RSA keys are not derived");
    const SecretBytes prk =
        hkdf_extract(openssl_provider(), HashAlgo::sha512, as_bytes("assay private key"), seed);
    const ByteView info = as_bytes(name(algo));
    if (std::optional<DheGroup> curve = curve_of(algo)) {
        // Sixteen bytes more than the order has leave no noticeable bias after the reduction.
        const SecretBytes wide = TRY(hkdf_expand(openssl_provider(), HashAlgo::sha512, prk.view(), info,
                                                 ossl::ec_order_size(*curve) + 16));
        Bytes point;
        return wrap_private(TRY(ossl::ec_key_from_wide(ossl::library_name(*curve), wide.view(), point)));
    }
    const bool small = algo == SignAlgo::ed25519;
    const SecretBytes raw =
        TRY(hkdf_expand(openssl_provider(), HashAlgo::sha512, prk.view(), info, small ? 32 : 57));
    ossl::PkeyPtr pkey(EVP_PKEY_new_raw_private_key_ex(nullptr, small ? "ED25519" : "ED448", nullptr,
                                                       raw.view().data(), raw.size()));
    if (pkey == nullptr) return ossl::fail_openssl(Errc::internal, "private key");
    return wrap_private(std::move(pkey));
}

Result<PrivateKey> PrivateKey::from_pem(std::string_view pem) {
    if (pem.size() > INT_MAX) return fail(Errc::bad_key, "private key", Error::npos, "too long");
    ossl::BioPtr bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
    // Without a callback OpenSSL would ask the terminal for the password of an encrypted key.
    pem_password_cb* no_password = [](char*, int, int, void*) { return -1; };
    ossl::PkeyPtr pkey(bio == nullptr ? nullptr
                                      : PEM_read_bio_PrivateKey(bio.get(), nullptr, no_password, nullptr));
    if (pkey == nullptr) return ossl::fail_openssl(Errc::bad_key, "private key");
    return wrap_private(std::move(pkey));
}

const PublicKey& PrivateKey::public_key() const { return impl_->public_key; }

}  // namespace assay::crypto
