#include "stack/crypto/openssl_signature.h"

#include <openssl/err.h>
#include <openssl/rsa.h>

#include <array>

namespace assay::crypto::ossl {

namespace {

// RFC 8032 limits the context of Ed448 to 255 bytes.
constexpr size_t kMaxContext = 255;

// The largest DER form of two P-521 integers has 139 bytes.
constexpr size_t kMaxEcdsaDer = 144;

std::unexpected<Error> bad_signature() {
    ERR_clear_error();
    return fail(Errc::bad_signature, "signature");
}

bool set_rsa_parameters(SignAlgo algo, HashAlgo hash, EVP_PKEY_CTX* ctx) {
    if (!is_rsa(algo)) return true;
    const int padding = is_pss(algo) ? RSA_PKCS1_PSS_PADDING : RSA_PKCS1_PADDING;
    if (EVP_PKEY_CTX_set_rsa_padding(ctx, padding) != 1) return false;
    if (EVP_PKEY_CTX_set_signature_md(ctx, method(hash)) != 1) return false;
    // MGF1 takes the signature's digest by itself.
    return !is_pss(algo) || EVP_PKEY_CTX_set_rsa_pss_saltlen(ctx, RSA_PSS_SALTLEN_DIGEST) == 1;
}

Result<Bytes> raw_from_der(ByteView der, size_t size) {
    const uint8_t* at = der.data();
    EcdsaSigPtr sig(d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(der.size())));
    Bytes raw(size);
    const int half = static_cast<int>(size / 2);
    if (sig == nullptr || BN_bn2binpad(ECDSA_SIG_get0_r(sig.get()), raw.data(), half) != half ||
        BN_bn2binpad(ECDSA_SIG_get0_s(sig.get()), raw.data() + half, half) != half) {
        return fail_openssl(Errc::internal, "ECDSA signature");
    }
    return raw;
}

// The DER form in `out`; its size, or 0.
size_t der_from_raw(ByteView raw, std::array<uint8_t, kMaxEcdsaDer>& out) {
    const int half = static_cast<int>(raw.size() / 2);
    BnPtr r(BN_bin2bn(raw.data(), half, nullptr));
    BnPtr s(BN_bin2bn(raw.data() + half, half, nullptr));
    EcdsaSigPtr sig(ECDSA_SIG_new());
    if (r == nullptr || s == nullptr || sig == nullptr) return 0;
    if (ECDSA_SIG_set0(sig.get(), r.release(), s.release()) != 1) return 0;
    const int size = i2d_ECDSA_SIG(sig.get(), nullptr);
    if (size <= 0 || static_cast<size_t>(size) > out.size()) return 0;
    uint8_t* at = out.data();
    return static_cast<size_t>(i2d_ECDSA_SIG(sig.get(), &at));
}

// The parameters that carry RFC 8032's context, or an error where the library cannot take it.
Result<std::array<OSSL_PARAM, 2>> eddsa_parameters(SignAlgo algo, ByteView context) {
    std::array<OSSL_PARAM, 2> params = {OSSL_PARAM_construct_end(), OSSL_PARAM_construct_end()};
    if (algo != SignAlgo::ed448 || context.empty()) return params;
    if (context.size() > kMaxContext) return fail(Errc::out_of_range, "Ed448 context");
#ifdef OSSL_SIGNATURE_PARAM_CONTEXT_STRING
    params[0] = OSSL_PARAM_construct_octet_string(OSSL_SIGNATURE_PARAM_CONTEXT_STRING,
                                                  const_cast<uint8_t*>(context.data()), context.size());
    return params;
#else
    return fail(Errc::unsupported, "Ed448 context", Error::npos, "needs OpenSSL 3.2");
#endif
}

}  // namespace

Result<Bytes> sign_digest(SignAlgo algo, HashAlgo hash, EVP_PKEY* key, ByteView digest) {
    PkeyCtxPtr ctx(EVP_PKEY_CTX_new_from_pkey(nullptr, key, nullptr));
    if (ctx == nullptr || EVP_PKEY_sign_init(ctx.get()) != 1 || !set_rsa_parameters(algo, hash, ctx.get())) {
        return fail_openssl(Errc::internal, "signature");
    }
    Bytes out(is_rsa(algo) ? signature_size(algo) : kMaxEcdsaDer);
    size_t size = out.size();
    if (EVP_PKEY_sign(ctx.get(), out.data(), &size, digest.data(), digest.size()) != 1) {
        return fail_openssl(Errc::internal, "signature");
    }
    out.resize(size);
    if (!is_rsa(algo)) return raw_from_der(out, signature_size(algo));
    return out;
}

Result<> verify_digest(SignAlgo algo, HashAlgo hash, EVP_PKEY* key, ByteView digest, ByteView signature) {
    if (signature.size() != signature_size(algo)) return bad_signature();
    std::array<uint8_t, kMaxEcdsaDer> der{};
    if (!is_rsa(algo)) {
        const size_t size = der_from_raw(signature, der);
        if (size == 0) return fail_openssl(Errc::internal, "ECDSA signature");
        signature = {der.data(), size};
    }
    PkeyCtxPtr ctx(EVP_PKEY_CTX_new_from_pkey(nullptr, key, nullptr));
    if (ctx == nullptr || EVP_PKEY_verify_init(ctx.get()) != 1 ||
        !set_rsa_parameters(algo, hash, ctx.get())) {
        return fail_openssl(Errc::internal, "signature");
    }
    if (EVP_PKEY_verify(ctx.get(), signature.data(), signature.size(), digest.data(), digest.size()) != 1) {
        return bad_signature();
    }
    return {};
}

Result<Bytes> sign_message(SignAlgo algo, EVP_PKEY* key, ByteView message, ByteView context) {
    std::array<OSSL_PARAM, 2> params = TRY(eddsa_parameters(algo, context));
    MdCtxPtr ctx(EVP_MD_CTX_new());
    Bytes out(signature_size(algo));
    size_t size = out.size();
    if (ctx == nullptr ||
        EVP_DigestSignInit_ex(ctx.get(), nullptr, nullptr, nullptr, nullptr, key, params.data()) != 1 ||
        EVP_DigestSign(ctx.get(), out.data(), &size, message.data(), message.size()) != 1 ||
        size != out.size()) {
        return fail_openssl(Errc::internal, "signature");
    }
    return out;
}

Result<> verify_message(SignAlgo algo, EVP_PKEY* key, ByteView message, ByteView context,
                        ByteView signature) {
    std::array<OSSL_PARAM, 2> params = TRY(eddsa_parameters(algo, context));
    if (signature.size() != signature_size(algo)) return bad_signature();
    MdCtxPtr ctx(EVP_MD_CTX_new());
    if (ctx == nullptr ||
        EVP_DigestVerifyInit_ex(ctx.get(), nullptr, nullptr, nullptr, nullptr, key, params.data()) != 1) {
        return fail_openssl(Errc::internal, "signature");
    }
    if (EVP_DigestVerify(ctx.get(), signature.data(), signature.size(), message.data(), message.size()) !=
        1) {
        return bad_signature();
    }
    return {};
}

}  // namespace assay::crypto::ossl
