#include "stack/crypto/dhe.h"

#include "stack/crypto/openssl_raii.h"

namespace assay::crypto {

namespace {

constexpr std::string_view kField = "ExchangeData";

// RFC 7919, section 5.2 asks for exponents of 225 to 325 bits for these groups.
constexpr size_t kExponentSize = 48;

bool is_finite_field(DheGroup group) { return group <= DheGroup::ffdhe4096; }

// 0x04 || X || Y, the form that OpenSSL reads.
Bytes uncompressed(ByteView point) { return concat({{{0x04}}, point}); }

ossl::BnPtr number(ByteView bytes) {
    return ossl::BnPtr(BN_bin2bn(bytes.data(), static_cast<int>(bytes.size()), nullptr));
}

// A DH object of a named group: its parameters only, or with a public and perhaps a private value.
Result<ossl::PkeyPtr> ffdhe_object(DheGroup group, const BIGNUM* public_value, const BIGNUM* private_value) {
    ossl::ParamBuildPtr build(OSSL_PARAM_BLD_new());
    if (build == nullptr ||
        OSSL_PARAM_BLD_push_utf8_string(build.get(), OSSL_PKEY_PARAM_GROUP_NAME, ossl::library_name(group),
                                        0) != 1 ||
        (public_value != nullptr &&
         OSSL_PARAM_BLD_push_BN(build.get(), OSSL_PKEY_PARAM_PUB_KEY, public_value) != 1) ||
        (private_value != nullptr &&
         OSSL_PARAM_BLD_push_BN(build.get(), OSSL_PKEY_PARAM_PRIV_KEY, private_value) != 1)) {
        return ossl::fail_openssl(Errc::internal, kField);
    }
    const int selection = private_value != nullptr  ? EVP_PKEY_KEYPAIR
                          : public_value != nullptr ? EVP_PKEY_PUBLIC_KEY
                                                    : EVP_PKEY_KEY_PARAMETERS;
    ossl::ParamsPtr params(OSSL_PARAM_BLD_to_param(build.get()));
    ossl::PkeyCtxPtr ctx(EVP_PKEY_CTX_new_from_name(nullptr, "DH", nullptr));
    EVP_PKEY* pkey = nullptr;
    if (params == nullptr || ctx == nullptr || EVP_PKEY_fromdata_init(ctx.get()) != 1 ||
        EVP_PKEY_fromdata(ctx.get(), &pkey, selection, params.get()) != 1) {
        return ossl::fail_openssl(Errc::bad_key, kField);
    }
    return ossl::PkeyPtr(pkey);
}

Result<ossl::BnPtr> prime_of(const EVP_PKEY* pkey) {
    BIGNUM* prime = nullptr;
    if (EVP_PKEY_get_bn_param(pkey, OSSL_PKEY_PARAM_FFC_P, &prime) != 1) {
        return ossl::fail_openssl(Errc::internal, kField);
    }
    return ossl::BnPtr(prime);
}

struct KeyPair {
    ossl::PkeyPtr pkey;
    Bytes public_value;
};

Result<KeyPair> generate_ffdhe(DheGroup group, Random& random) {
    SecretBytes secret(kExponentSize);
    random.fill(secret.span());
    secret.span()[0] |= 0x80;  // never 0 or 1, and of one length for all keys
    const ossl::BnPtr prime = TRY(prime_of(TRY(ffdhe_object(group, nullptr, nullptr)).get()));
    const ossl::BnPtr exponent = number(secret.view());
    const ossl::BnPtr generator(BN_new());
    const ossl::BnPtr power(BN_new());
    const ossl::BnCtxPtr ctx(BN_CTX_new());
    Bytes public_value(exchange_size(group));
    if (exponent == nullptr || generator == nullptr || power == nullptr || ctx == nullptr ||
        BN_set_word(generator.get(), 2) != 1 ||
        BN_mod_exp_mont_consttime(power.get(), generator.get(), exponent.get(), prime.get(), ctx.get(),
                                  nullptr) != 1 ||
        BN_bn2binpad(power.get(), public_value.data(), static_cast<int>(public_value.size())) < 0) {
        return ossl::fail_openssl(Errc::internal, kField);
    }
    return KeyPair{TRY(ffdhe_object(group, power.get(), exponent.get())), std::move(public_value)};
}

Result<KeyPair> generate_elliptic(DheGroup group, Random& random) {
    SecretBytes wide(shared_size(group) + 16);
    random.fill(wide.span());
    Bytes point;
    ossl::PkeyPtr pkey = TRY(ossl::ec_key_from_wide(ossl::library_name(group), wide.view(), point));
    return KeyPair{std::move(pkey), Bytes(point.begin() + 1, point.end())};
}

// RFC 7919, section 5.1. These groups have safe primes, so nothing smaller than q hides in the range.
Result<ossl::PkeyPtr> read_ffdhe_peer(DheGroup group, const EVP_PKEY* own, ByteView value) {
    const ossl::BnPtr highest = TRY(prime_of(own));
    const ossl::BnPtr y = number(value);
    if (y == nullptr || BN_sub_word(highest.get(), 2) != 1) return ossl::fail_openssl(Errc::internal, kField);
    if (BN_is_zero(y.get()) || BN_is_one(y.get()) || BN_cmp(y.get(), highest.get()) > 0) {
        return fail(Errc::bad_key, kField, 0, "not in 2 .. p - 2");
    }
    return ffdhe_object(group, y.get(), nullptr);
}

}  // namespace

struct DheKey::Impl {
    DheGroup group{};
    KeyPair pair;
};

DheKey::DheKey(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
DheKey::DheKey(DheKey&&) noexcept = default;
DheKey& DheKey::operator=(DheKey&&) noexcept = default;
DheKey::~DheKey() = default;

Result<DheKey> DheKey::generate(DheGroup group, Random& random) {
    KeyPair pair =
        TRY(is_finite_field(group) ? generate_ffdhe(group, random) : generate_elliptic(group, random));
    return DheKey(std::make_unique<Impl>(Impl{group, std::move(pair)}));
}

ByteView DheKey::public_value() const { return impl_->pair.public_value; }

Result<SecretBytes> DheKey::agree(ByteView peer_public_value) const {
    const DheGroup group = impl_->group;
    EVP_PKEY* own = impl_->pair.pkey.get();
    if (peer_public_value.size() != exchange_size(group)) {
        return fail(Errc::bad_key, kField, 0, "not of the group's size");
    }
    const ossl::PkeyPtr peer =
        TRY(is_finite_field(group)
                ? read_ffdhe_peer(group, own, peer_public_value)
                : ossl::ec_key_from_point(ossl::library_name(group), uncompressed(peer_public_value)));
    ossl::PkeyCtxPtr ctx(EVP_PKEY_CTX_new_from_pkey(nullptr, own, nullptr));
    unsigned pad = 1;
    OSSL_PARAM params[] = {OSSL_PARAM_construct_uint(OSSL_EXCHANGE_PARAM_PAD, &pad),
                           OSSL_PARAM_construct_end()};
    // The peer's value was validated just above; validating it again would cost an exponentiation.
    if (ctx == nullptr ||
        EVP_PKEY_derive_init_ex(ctx.get(), is_finite_field(group) ? params : nullptr) != 1 ||
        EVP_PKEY_derive_set_peer_ex(ctx.get(), peer.get(), 0) != 1) {
        return ossl::fail_openssl(Errc::internal, kField);
    }
    SecretBytes shared(shared_size(group));
    size_t size = shared.size();
    if (EVP_PKEY_derive(ctx.get(), shared.span().data(), &size) != 1 || size != shared.size()) {
        return ossl::fail_openssl(Errc::bad_key, kField);
    }
    return shared;
}

Result<Bytes> field_prime(DheGroup group) {
    if (!is_finite_field(group)) return fail(Errc::unsupported, kField, Error::npos, "a curve has none");
    const ossl::BnPtr prime = TRY(prime_of(TRY(ffdhe_object(group, nullptr, nullptr)).get()));
    Bytes bytes(exchange_size(group));
    if (BN_bn2binpad(prime.get(), bytes.data(), static_cast<int>(bytes.size())) < 0) {
        return ossl::fail_openssl(Errc::internal, kField);
    }
    return bytes;
}

}  // namespace assay::crypto
