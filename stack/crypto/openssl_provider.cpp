#include "stack/crypto/aead.h"
#include "stack/crypto/dhe.h"
#include "stack/crypto/openssl_signature.h"
#include "stack/crypto/provider.h"

namespace assay::crypto {

namespace {

class OpenSslHash final : public Hash {
   public:
    explicit OpenSslHash(HashAlgo algo) : algo_(algo), ctx_(EVP_MD_CTX_new()) {
        ossl::require(ctx_ != nullptr);
        reset();
    }

    OpenSslHash(const OpenSslHash& other) : algo_(other.algo_), ctx_(EVP_MD_CTX_new()) {
        ossl::require(ctx_ != nullptr && EVP_MD_CTX_copy_ex(ctx_.get(), other.ctx_.get()) == 1);
    }

    void update(ByteView bytes) override {
        ossl::require(EVP_DigestUpdate(ctx_.get(), bytes.data(), bytes.size()) == 1);
    }

    Digest digest() const override {
        ossl::MdCtxPtr last(EVP_MD_CTX_new());
        Digest digest;
        ossl::require(last != nullptr && EVP_MD_CTX_copy_ex(last.get(), ctx_.get()) == 1 &&
                      EVP_DigestFinal_ex(last.get(), digest.resize(digest_size(algo_)).data(), nullptr) == 1);
        return digest;
    }

    std::unique_ptr<Hash> clone() const override { return std::make_unique<OpenSslHash>(*this); }

    void reset() override {
        ossl::require(EVP_DigestInit_ex2(ctx_.get(), ossl::method(algo_), nullptr) == 1);
    }

   private:
    HashAlgo algo_;
    ossl::MdCtxPtr ctx_;
};

// The digest that RSA or ECDSA signs.
Result<Digest> digest_to_sign(const Provider& provider, HashAlgo hash, const SignInput& input) {
    if (input.kind == SignInput::Kind::message) return provider.digest(hash, input.bytes);
    if (input.bytes.size() != digest_size(hash)) {
        return fail(Errc::out_of_range, "digest", Error::npos, "size is not that of the hash");
    }
    return Digest(input.bytes);
}

Result<> check_request(SignAlgo algo, bool fits, const SignInput& input) {
    if (!fits) return fail(Errc::bad_key, "key", Error::npos, "does not fit the algorithm");
    if (is_eddsa(algo) && input.kind == SignInput::Kind::digest) {
        return fail(Errc::unsupported, "signature", Error::npos, "EdDSA does not sign a digest");
    }
    return {};
}

class OpenSslProvider final : public Provider {
   public:
    std::unique_ptr<Hash> new_hash(HashAlgo algo) const override {
        return std::make_unique<OpenSslHash>(algo);
    }

    Digest digest(HashAlgo algo, ByteView message) const override {
        Digest digest;
        ossl::require(EVP_Digest(message.data(), message.size(), digest.resize(digest_size(algo)).data(),
                                 nullptr, ossl::method(algo), nullptr) == 1);
        return digest;
    }

    Digest hmac(HashAlgo algo, ByteView key, ByteView message) const override {
        // HMAC pads its key with zeros, so one zero byte is the same key as none, and no null pointer.
        static constexpr uint8_t kNoKey[1] = {0};
        if (key.empty()) key = kNoKey;
        ossl::MacCtxPtr ctx(EVP_MAC_CTX_dup(ossl::hmac_template(algo)));
        Digest digest;
        const std::span<uint8_t> out = digest.resize(digest_size(algo));
        size_t size = 0;
        ossl::require(ctx != nullptr && EVP_MAC_init(ctx.get(), key.data(), key.size(), nullptr) == 1 &&
                      EVP_MAC_update(ctx.get(), message.data(), message.size()) == 1 &&
                      EVP_MAC_final(ctx.get(), out.data(), &size, out.size()) == 1);
        return digest;
    }

    Result<Bytes> sign(SignAlgo algo, HashAlgo hash, const PrivateKey& key,
                       const SignInput& input) const override {
        TRY(check_request(algo, key.valid() && key.public_key().fits(algo), input));
        EVP_PKEY* pkey = key.impl().pkey.get();
        if (is_eddsa(algo)) return ossl::sign_message(algo, pkey, input.bytes, input.context);
        return ossl::sign_digest(algo, hash, pkey, TRY(digest_to_sign(*this, hash, input)).view());
    }

    Result<> verify(SignAlgo algo, HashAlgo hash, const PublicKey& key, const SignInput& input,
                    ByteView signature) const override {
        TRY(check_request(algo, key.fits(algo), input));
        EVP_PKEY* pkey = key.impl().pkey.get();
        if (is_eddsa(algo)) return ossl::verify_message(algo, pkey, input.bytes, input.context, signature);
        return ossl::verify_digest(algo, hash, pkey, TRY(digest_to_sign(*this, hash, input)).view(),
                                   signature);
    }

    Result<std::unique_ptr<Aead>> new_aead(AeadAlgo algo, ByteView key) const override {
        return openssl_aead(algo, key);
    }

    Result<std::unique_ptr<Dhe>> new_dhe(DheGroup group, Random& random) const override {
        return std::make_unique<DheKey>(TRY(DheKey::generate(group, random)));
    }
};

}  // namespace

const Provider& openssl_provider() {
    static const OpenSslProvider kProvider;
    return kProvider;
}

}  // namespace assay::crypto
