#include "stack/crypto/openssl_raii.h"

#include <openssl/err.h>

#include <array>
#include <cstdlib>

namespace assay::crypto::ossl {

namespace {

constexpr size_t kHashCount = 6;
constexpr size_t kAeadCount = 3;

struct Methods {
    std::array<MdPtr, kHashCount> digests;
    std::array<CipherPtr, kAeadCount> ciphers;
    std::array<MacCtxPtr, kHashCount> hmacs;

    Methods() {
        for (size_t i = 0; i < kHashCount; ++i) {
            digests[i].reset(EVP_MD_fetch(nullptr, library_name(static_cast<HashAlgo>(i)), nullptr));
            require(digests[i] != nullptr);
            hmacs[i] = make_hmac(static_cast<HashAlgo>(i));
        }
        static constexpr std::array<const char*, kAeadCount> kCiphers = {"AES-128-GCM", "AES-256-GCM",
                                                                         "ChaCha20-Poly1305"};
        for (size_t i = 0; i < kAeadCount; ++i) {
            ciphers[i].reset(EVP_CIPHER_fetch(nullptr, kCiphers[i], nullptr));
            require(ciphers[i] != nullptr);
        }
    }

    static MacCtxPtr make_hmac(HashAlgo algo) {
        MacPtr mac(EVP_MAC_fetch(nullptr, "HMAC", nullptr));
        require(mac != nullptr);
        MacCtxPtr ctx(EVP_MAC_CTX_new(mac.get()));
        require(ctx != nullptr);
        OSSL_PARAM params[] = {
            OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, const_cast<char*>(library_name(algo)), 0),
            OSSL_PARAM_construct_end()};
        // A context that was never keyed cannot be duplicated, so the template gets a key nobody uses.
        const uint8_t key = 0x5a;
        require(EVP_MAC_init(ctx.get(), &key, 1, params) == 1);
        return ctx;
    }
};

const Methods& methods() {
    static const Methods kMethods;
    return kMethods;
}

}  // namespace

std::unexpected<Error> fail_openssl(Errc code, std::string_view field) {
    const char* reason = ERR_reason_error_string(ERR_peek_last_error());
    std::string detail = reason == nullptr ? "" : reason;
    ERR_clear_error();
    return fail(code, field, Error::npos, std::move(detail));
}

void require(bool ok) {
    if (!ok) std::abort();
}

const EVP_MD* method(HashAlgo algo) { return methods().digests.at(static_cast<size_t>(algo)).get(); }

const EVP_CIPHER* method(AeadAlgo algo) { return methods().ciphers.at(static_cast<size_t>(algo)).get(); }

const EVP_MAC_CTX* hmac_template(HashAlgo algo) {
    return methods().hmacs.at(static_cast<size_t>(algo)).get();
}

const char* library_name(HashAlgo algo) {
    switch (algo) {
        case HashAlgo::sha256: return "SHA2-256";
        case HashAlgo::sha384: return "SHA2-384";
        case HashAlgo::sha512: return "SHA2-512";
        case HashAlgo::sha3_256: return "SHA3-256";
        case HashAlgo::sha3_384: return "SHA3-384";
        case HashAlgo::sha3_512: return "SHA3-512";
    }
    return "";
}

const char* library_name(DheGroup group) {
    switch (group) {
        case DheGroup::ffdhe2048: return "ffdhe2048";
        case DheGroup::ffdhe3072: return "ffdhe3072";
        case DheGroup::ffdhe4096: return "ffdhe4096";
        case DheGroup::secp256r1: return SN_X9_62_prime256v1;
        case DheGroup::secp384r1: return SN_secp384r1;
        case DheGroup::secp521r1: return SN_secp521r1;
    }
    return "";
}

namespace {

Result<PkeyPtr> ec_from_data(const char* curve, ByteView point, const BIGNUM* scalar) {
    ParamBuildPtr build(OSSL_PARAM_BLD_new());
    if (build == nullptr ||
        OSSL_PARAM_BLD_push_utf8_string(build.get(), OSSL_PKEY_PARAM_GROUP_NAME, curve, 0) != 1 ||
        OSSL_PARAM_BLD_push_octet_string(build.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size()) !=
            1 ||
        (scalar != nullptr && OSSL_PARAM_BLD_push_BN(build.get(), OSSL_PKEY_PARAM_PRIV_KEY, scalar) != 1)) {
        return fail_openssl(Errc::internal, "elliptic key");
    }
    ParamsPtr params(OSSL_PARAM_BLD_to_param(build.get()));
    PkeyCtxPtr ctx(EVP_PKEY_CTX_new_from_name(nullptr, "EC", nullptr));
    if (params == nullptr || ctx == nullptr || EVP_PKEY_fromdata_init(ctx.get()) != 1) {
        return fail_openssl(Errc::internal, "elliptic key");
    }
    EVP_PKEY* key = nullptr;
    const int selection = scalar != nullptr ? EVP_PKEY_KEYPAIR : EVP_PKEY_PUBLIC_KEY;
    if (EVP_PKEY_fromdata(ctx.get(), &key, selection, params.get()) != 1) {
        return fail_openssl(Errc::bad_key, "elliptic key");
    }
    return PkeyPtr(key);
}

}  // namespace

Result<PkeyPtr> ec_key_from_wide(const char* curve, ByteView wide, Bytes& point) {
    GroupPtr group(EC_GROUP_new_by_curve_name(OBJ_sn2nid(curve)));
    BnCtxPtr ctx(BN_CTX_new());
    BnPtr scalar(BN_bin2bn(wide.data(), static_cast<int>(wide.size()), nullptr));
    if (group == nullptr || ctx == nullptr || scalar == nullptr) {
        return fail_openssl(Errc::internal, "elliptic key");
    }
    BN_set_flags(scalar.get(), BN_FLG_CONSTTIME);
    BnPtr range(BN_dup(EC_GROUP_get0_order(group.get())));
    PointPtr product(EC_POINT_new(group.get()));
    if (range == nullptr || product == nullptr || BN_sub_word(range.get(), 1) != 1 ||
        BN_nnmod(scalar.get(), scalar.get(), range.get(), ctx.get()) != 1 ||
        BN_add_word(scalar.get(), 1) != 1 ||
        EC_POINT_mul(group.get(), product.get(), scalar.get(), nullptr, nullptr, ctx.get()) != 1) {
        return fail_openssl(Errc::internal, "elliptic key");
    }
    const point_conversion_form_t form = POINT_CONVERSION_UNCOMPRESSED;
    point.resize(EC_POINT_point2oct(group.get(), product.get(), form, nullptr, 0, ctx.get()));
    if (EC_POINT_point2oct(group.get(), product.get(), form, point.data(), point.size(), ctx.get()) == 0) {
        return fail_openssl(Errc::internal, "elliptic key");
    }
    return ec_from_data(curve, point, scalar.get());
}

Result<PkeyPtr> ec_key_from_point(const char* curve, ByteView point) {
    return ec_from_data(curve, point, nullptr);
}

size_t ec_order_size(DheGroup group) { return shared_size(group); }

}  // namespace assay::crypto::ossl
