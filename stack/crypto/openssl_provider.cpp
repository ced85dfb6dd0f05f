#include <openssl/core_names.h>
#include <openssl/hmac.h>
#include <openssl/rsa.h>

#include "stack/crypto/openssl_raii.h"
#include "stack/crypto/provider.h"

namespace assay::crypto {

namespace {

class OpenSslHash final : public Hash {
   public:
    explicit OpenSslHash(HashAlgo algo) : algo_(algo), ctx_(EVP_MD_CTX_new()), scratch_(EVP_MD_CTX_new()) {
        reset();
    }
    OpenSslHash(const OpenSslHash& other)
        : Hash(other), algo_(other.algo_), ctx_(EVP_MD_CTX_new()), scratch_(EVP_MD_CTX_new()) {
        EVP_MD_CTX_copy_ex(ctx_.get(), other.ctx_.get());
    }

    void update(ByteView bytes) override { EVP_DigestUpdate(ctx_.get(), bytes.data(), bytes.size()); }
    Digest digest() const override {
        Digest out;
        EVP_MD_CTX_copy_ex(scratch_.get(), ctx_.get());
        EVP_DigestFinal_ex(scratch_.get(), out.resize(digest_size(algo_)).data(), nullptr);
        return out;
    }
    std::unique_ptr<Hash> clone() const override { return std::make_unique<OpenSslHash>(*this); }
    void reset() override { EVP_DigestInit_ex2(ctx_.get(), ossl::md(algo_), nullptr); }

   private:
    HashAlgo algo_;
    ossl::MdCtx ctx_;
    ossl::MdCtx scratch_;
};

bool is_eddsa(SignAlgo algo) { return algo == SignAlgo::ed25519 || algo == SignAlgo::ed448; }

bool is_ecdsa(SignAlgo algo) {
    return algo == SignAlgo::ecdsa_p256 || algo == SignAlgo::ecdsa_p384 || algo == SignAlgo::ecdsa_p521;
}

bool is_pss(SignAlgo algo) {
    return algo == SignAlgo::rsapss_2048 || algo == SignAlgo::rsapss_3072 || algo == SignAlgo::rsapss_4096;
}

// A signature in DER to r || s of `size` bytes.
Result<Bytes> raw_from_der(ByteView der, size_t size) {
    const uint8_t* at = der.data();
    ossl::EcdsaSig parsed(d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(der.size())));
    Bytes raw(size);
    int half = static_cast<int>(size / 2);
    if (!parsed || BN_bn2binpad(ECDSA_SIG_get0_r(parsed.get()), raw.data(), half) < 0 ||
        BN_bn2binpad(ECDSA_SIG_get0_s(parsed.get()), raw.data() + half, half) < 0) {
        return std::unexpected(ossl::last_error(Errc::internal, "Signature"));
    }
    return raw;
}

Bytes der_from_raw(ByteView raw) {
    int half = static_cast<int>(raw.size() / 2);
    ossl::EcdsaSig parsed(ECDSA_SIG_new());
    ECDSA_SIG_set0(parsed.get(), BN_bin2bn(raw.data(), half, nullptr), BN_bin2bn(raw.data() + half, half, nullptr));
    uint8_t* out = nullptr;
    int size = i2d_ECDSA_SIG(parsed.get(), &out);
    Bytes der(out, out + (size < 0 ? 0 : size));
    OPENSSL_free(out);
    return der;
}

Result<ossl::PkeyCtx> digest_context(SignAlgo algo, HashAlgo hash, const EVP_PKEY& key, bool signing) {
    ossl::PkeyCtx ctx(EVP_PKEY_CTX_new_from_pkey(nullptr, const_cast<EVP_PKEY*>(&key), nullptr));
    bool ok = ctx && (signing ? EVP_PKEY_sign_init(ctx.get()) : EVP_PKEY_verify_init(ctx.get())) > 0;
    ok = ok && EVP_PKEY_CTX_set_signature_md(ctx.get(), ossl::md(hash)) > 0;
    if (!is_ecdsa(algo)) {
        int padding = is_pss(algo) ? RSA_PKCS1_PSS_PADDING : RSA_PKCS1_PADDING;
        ok = ok && EVP_PKEY_CTX_set_rsa_padding(ctx.get(), padding) > 0;
        if (is_pss(algo)) {
            ok = ok && EVP_PKEY_CTX_set_rsa_pss_saltlen(ctx.get(), RSA_PSS_SALTLEN_DIGEST) > 0 &&
                 EVP_PKEY_CTX_set_rsa_mgf1_md(ctx.get(), ossl::md(hash)) > 0;
        }
    }
    if (!ok) return std::unexpected(ossl::last_error(Errc::internal, "Signature"));
    return ctx;
}

// OpenSSL before 3.2 has no parameter for RFC 8032's context.
Result<> check_context(SignAlgo algo, const SignInput& input) {
    if (algo == SignAlgo::ed448 && !input.context.empty()) {
        return fail(Errc::unsupported, "Signature", Error::npos, "Ed448 with a context needs OpenSSL 3.2");
    }
    if (input.kind == SignInput::Kind::digest) {
        return fail(Errc::unsupported, "Signature", Error::npos, "EdDSA signs messages, not digests");
    }
    return {};
}

class OpenSslProvider final : public Provider {
   public:
    std::unique_ptr<Hash> new_hash(HashAlgo algo) const override { return std::make_unique<OpenSslHash>(algo); }

    Digest digest(HashAlgo algo, ByteView message) const override {
        Digest out;
        EVP_Digest(message.data(), message.size(), out.resize(digest_size(algo)).data(), nullptr, ossl::md(algo),
                   nullptr);
        return out;
    }

    Digest hmac(HashAlgo algo, ByteView key, ByteView message) const override {
        Digest out;
        static constexpr uint8_t kNone = 0;
        unsigned size = 0;
        HMAC(ossl::md(algo), key.empty() ? &kNone : key.data(), static_cast<int>(key.size()), message.data(),
             message.size(), out.resize(digest_size(algo)).data(), &size);
        return out;
    }

    Result<Bytes> sign(SignAlgo algo, HashAlgo hash, const PrivateKey& key, const SignInput& input) const override {
        if (!key.valid() || !key.public_key().fits(algo)) return fail(Errc::bad_key, "PrivateKey");
        EVP_PKEY& pkey = *key.impl().key;
        Bytes signature(signature_size(algo) + 16);  // DER of ECDSA is a little longer than r || s
        size_t size = signature.size();
        if (is_eddsa(algo)) {
            TRY(check_context(algo, input));
            ossl::MdCtx ctx(EVP_MD_CTX_new());
            if (EVP_DigestSignInit_ex(ctx.get(), nullptr, nullptr, nullptr, nullptr, &pkey, nullptr) <= 0 ||
                EVP_DigestSign(ctx.get(), signature.data(), &size, input.bytes.data(), input.bytes.size()) <= 0) {
                return std::unexpected(ossl::last_error(Errc::internal, "Signature"));
            }
        } else {
            Digest to_sign = digested(hash, input);
            ossl::PkeyCtx ctx = TRY(digest_context(algo, hash, pkey, true));
            if (EVP_PKEY_sign(ctx.get(), signature.data(), &size, to_sign.view().data(), to_sign.size()) <= 0) {
                return std::unexpected(ossl::last_error(Errc::internal, "Signature"));
            }
        }
        signature.resize(size);
        return is_ecdsa(algo) ? raw_from_der(signature, signature_size(algo)) : Result<Bytes>(std::move(signature));
    }

    Result<> verify(SignAlgo algo, HashAlgo hash, const PublicKey& key, const SignInput& input,
                    ByteView signature) const override {
        if (!key.valid() || !key.fits(algo)) return fail(Errc::bad_key, "PublicKey");
        if (signature.size() != signature_size(algo)) {
            return fail(Errc::bad_signature, "Signature", Error::npos, "is not of the algorithm's size");
        }
        EVP_PKEY& pkey = *key.impl().key;
        int verified = 0;
        if (is_eddsa(algo)) {
            TRY(check_context(algo, input));
            ossl::MdCtx ctx(EVP_MD_CTX_new());
            verified = EVP_DigestVerifyInit_ex(ctx.get(), nullptr, nullptr, nullptr, nullptr, &pkey, nullptr);
            if (verified > 0) {
                verified = EVP_DigestVerify(ctx.get(), signature.data(), signature.size(), input.bytes.data(),
                                            input.bytes.size());
            }
        } else {
            Digest to_verify = digested(hash, input);
            Bytes encoded = is_ecdsa(algo) ? der_from_raw(signature) : to_bytes(signature);
            ossl::PkeyCtx ctx = TRY(digest_context(algo, hash, pkey, false));
            verified =
                EVP_PKEY_verify(ctx.get(), encoded.data(), encoded.size(), to_verify.view().data(), to_verify.size());
        }
        if (verified == 1) return {};
        ossl::last_error(Errc::bad_signature, "Signature");
        return fail(Errc::bad_signature, "Signature", Error::npos, "does not verify");
    }

   private:
    Digest digested(HashAlgo hash, const SignInput& input) const {
        return input.kind == SignInput::Kind::digest ? Digest(input.bytes) : digest(hash, input.bytes);
    }
};

}  // namespace

const Provider& openssl_provider() {
    static const OpenSslProvider provider;
    return provider;
}

}  // namespace assay::crypto
