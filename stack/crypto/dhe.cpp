#include "stack/crypto/dhe.h"

#include <openssl/dh.h>

#include "stack/crypto/openssl_raii.h"

namespace assay::crypto {

namespace {

const char* curve_of(DheGroup group) {
    switch (group) {
        case DheGroup::secp256r1: return "P-256";
        case DheGroup::secp384r1: return "P-384";
        case DheGroup::secp521r1: return "P-521";
        default: return nullptr;
    }
}

// The safe prime of an RFC 7919 group; its generator is 2.
ossl::Bn prime_of(DheGroup group) {
    const char* names[] = {"ffdhe2048", "ffdhe3072", "ffdhe4096"};
    ossl::PkeyCtx ctx(EVP_PKEY_CTX_new_from_name(nullptr, "DH", nullptr));
    EVP_PKEY* params = nullptr;
    BIGNUM* prime = nullptr;
    if (EVP_PKEY_paramgen_init(ctx.get()) > 0 &&
        EVP_PKEY_CTX_set_group_name(ctx.get(), names[static_cast<size_t>(group)]) > 0 &&
        EVP_PKEY_paramgen(ctx.get(), &params) > 0) {
        EVP_PKEY_get_bn_param(params, "p", &prime);
    }
    EVP_PKEY_free(params);
    return ossl::Bn(prime);
}

Bytes padded(const BIGNUM& number, size_t size) {
    Bytes out(size);
    BN_bn2binpad(&number, out.data(), static_cast<int>(size));
    return out;
}

ossl::Bn number(ByteView bytes) {
    return ossl::Bn(BN_bin2bn(bytes.data(), static_cast<int>(bytes.size()), nullptr));
}

// A private value in [1, limit) drawn from `random`, with 64 bits more than needed against bias.
ossl::Bn draw(const BIGNUM& limit, Random& random, BN_CTX* bn) {
    SecretBytes wide(static_cast<size_t>(BN_num_bytes(&limit)) + 8);
    random.fill(wide.span());
    ossl::Bn value = number(wide.view());
    ossl::Bn less(BN_dup(&limit));
    BN_sub_word(less.get(), 1);
    BN_nnmod(value.get(), value.get(), less.get(), bn);
    BN_add_word(value.get(), 1);
    BN_set_flags(value.get(), BN_FLG_CONSTTIME);
    return value;
}

}  // namespace

struct DheKey::Impl {
    DheGroup group;
    ossl::Bn secret;
    ossl::Group curve;  // elliptic groups
    ossl::Bn prime;     // finite-field groups
    Bytes public_value;
};

DheKey::DheKey(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
DheKey::DheKey(DheKey&&) noexcept = default;
DheKey& DheKey::operator=(DheKey&&) noexcept = default;
DheKey::~DheKey() = default;

Result<DheKey> DheKey::generate(DheGroup group, Random& random) {
    auto impl = std::make_unique<Impl>();
    impl->group = group;
    ossl::BnCtx bn(BN_CTX_new());
    if (const char* curve = curve_of(group)) {
        impl->curve.reset(EC_GROUP_new_by_curve_name(EC_curve_nist2nid(curve)));
        impl->secret = draw(*EC_GROUP_get0_order(impl->curve.get()), random, bn.get());
        ossl::Point point(EC_POINT_new(impl->curve.get()));
        Bytes encoded(1 + exchange_size(group));
        if (EC_POINT_mul(impl->curve.get(), point.get(), impl->secret.get(), nullptr, nullptr, bn.get()) <= 0 ||
            EC_POINT_point2oct(impl->curve.get(), point.get(), POINT_CONVERSION_UNCOMPRESSED, encoded.data(),
                               encoded.size(), bn.get()) != encoded.size()) {
            return std::unexpected(ossl::last_error(Errc::internal, "ExchangeData"));
        }
        impl->public_value.assign(encoded.begin() + 1, encoded.end());
    } else {
        impl->prime = prime_of(group);
        if (!impl->prime) return std::unexpected(ossl::last_error(Errc::internal, "ExchangeData"));
        // Short exponents of at least twice the group's strength suffice (RFC 7919, section 5.2).
        ossl::Bn limit(BN_new());
        BN_set_bit(limit.get(), 400);
        impl->secret = draw(*limit, random, bn.get());
        ossl::Bn generator(BN_new());
        ossl::Bn value(BN_new());
        BN_set_word(generator.get(), 2);
        if (BN_mod_exp(value.get(), generator.get(), impl->secret.get(), impl->prime.get(), bn.get()) <= 0) {
            return std::unexpected(ossl::last_error(Errc::internal, "ExchangeData"));
        }
        impl->public_value = padded(*value, exchange_size(group));
    }
    return DheKey(std::move(impl));
}

ByteView DheKey::public_value() const { return impl_->public_value; }

Result<SecretBytes> DheKey::agree(ByteView peer) const {
    if (peer.size() != exchange_size(impl_->group)) {
        return fail(Errc::bad_key, "ExchangeData", Error::npos, "is not of the group's size");
    }
    ossl::BnCtx bn(BN_CTX_new());
    SecretBytes shared(shared_size(impl_->group));
    if (impl_->curve) {
        const EC_GROUP* curve = impl_->curve.get();
        Bytes encoded = concat({{{0x04}}, peer});
        ossl::Point theirs(EC_POINT_new(curve));
        ossl::Point product(EC_POINT_new(curve));
        ossl::Bn x(BN_new());
        // oct2point refuses coordinates beyond the field and points off the curve.
        if (EC_POINT_oct2point(curve, theirs.get(), encoded.data(), encoded.size(), bn.get()) <= 0 ||
            EC_POINT_mul(curve, product.get(), nullptr, theirs.get(), impl_->secret.get(), bn.get()) <= 0 ||
            EC_POINT_is_at_infinity(curve, product.get()) ||
            EC_POINT_get_affine_coordinates(curve, product.get(), x.get(), nullptr, bn.get()) <= 0) {
            return std::unexpected(ossl::last_error(Errc::bad_key, "ExchangeData"));
        }
        BN_bn2binpad(x.get(), shared.span().data(), static_cast<int>(shared.size()));
        return shared;
    }
    ossl::Bn theirs = number(peer);
    ossl::Bn highest(BN_dup(impl_->prime.get()));
    BN_sub_word(highest.get(), 2);
    if (BN_is_zero(theirs.get()) || BN_is_one(theirs.get()) || BN_cmp(theirs.get(), highest.get()) > 0) {
        return fail(Errc::bad_key, "ExchangeData", Error::npos, "is not in 2 .. p-2");
    }
    ossl::Bn secret(BN_new());
    if (BN_mod_exp(secret.get(), theirs.get(), impl_->secret.get(), impl_->prime.get(), bn.get()) <= 0) {
        return std::unexpected(ossl::last_error(Errc::internal, "ExchangeData"));
    }
    BN_bn2binpad(secret.get(), shared.span().data(), static_cast<int>(shared.size()));
    return shared;
}

}  // namespace assay::crypto
