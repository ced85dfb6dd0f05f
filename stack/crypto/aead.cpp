#include "stack/crypto/aead.h"

#include <openssl/err.h>

#include <climits>

#include "stack/crypto/openssl_raii.h"

namespace assay::crypto {

namespace {

// EVP counts in int. No record comes near it.
constexpr size_t kMaxInput = INT_MAX - kAeadTagSize;

enum class Direction : uint8_t { open = 0, seal = 1 };

Result<> check_input(ByteView iv, ByteView aad, size_t size) {
    if (iv.size() != kAeadIvSize) return fail(Errc::out_of_range, "AEAD IV");
    if (aad.size() > kMaxInput || size > kMaxInput) return fail(Errc::out_of_range, "AEAD input");
    return {};
}

class OpenSslAead final : public Aead {
   public:
    explicit OpenSslAead(ossl::CipherCtxPtr ctx) : ctx_(std::move(ctx)) {}

    Result<> seal(ByteView iv, ByteView aad, std::span<const ByteView> parts,
                  std::span<uint8_t> out) override {
        const size_t size = TRY(check_seal(iv, aad, parts, out));
        return seal_parts(iv, aad, parts, out.data(), out.data() + size);
    }

    Result<> seal_apart(ByteView iv, ByteView aad, ByteView plaintext, std::span<uint8_t> ciphertext,
                        std::span<uint8_t> tag) override {
        TRY(check_apart(iv, aad, plaintext, ciphertext, tag.size()));
        return seal_parts(iv, aad, std::span(&plaintext, 1), ciphertext.data(), tag.data());
    }

    Result<> open(ByteView iv, ByteView aad, ByteView sealed, std::span<uint8_t> out) override {
        const ByteView ciphertext = TRY(check_open(iv, aad, sealed, out));
        return open_parts(iv, aad, ciphertext, sealed.last(kAeadTagSize), out);
    }

    Result<> open_apart(ByteView iv, ByteView aad, ByteView ciphertext, ByteView tag,
                        std::span<uint8_t> plaintext) override {
        TRY(check_apart(iv, aad, ciphertext, plaintext, tag.size()));
        return open_parts(iv, aad, ciphertext, tag, plaintext);
    }

    Result<> crypt(ByteView iv, ByteView in, std::span<uint8_t> out) override {
        TRY(check_apart(iv, {}, in, out, kAeadTagSize));
        if (!begin(Direction::seal, iv, {}) || !update(in, out.data())) {
            return ossl::fail_openssl(Errc::internal, "AEAD");
        }
        return {};
    }

   private:
    Result<> seal_parts(ByteView iv, ByteView aad, std::span<const ByteView> parts, uint8_t* out,
                        uint8_t* tag) {
        if (!begin(Direction::seal, iv, aad) || !encrypt(parts, out) || !finish() ||
            EVP_CIPHER_CTX_ctrl(ctx_.get(), EVP_CTRL_AEAD_GET_TAG, kAeadTagSize, tag) != 1) {
            return ossl::fail_openssl(Errc::internal, "AEAD");
        }
        return {};
    }

    Result<> open_parts(ByteView iv, ByteView aad, ByteView ciphertext, ByteView sent_tag,
                        std::span<uint8_t> out) {
        std::array<uint8_t, kAeadTagSize> tag{};
        std::ranges::copy(sent_tag, tag.begin());
        if (!begin(Direction::open, iv, aad) ||
            EVP_CIPHER_CTX_ctrl(ctx_.get(), EVP_CTRL_AEAD_SET_TAG, kAeadTagSize, tag.data()) != 1 ||
            !update(ciphertext, out.data())) {
            wipe(out);
            return ossl::fail_openssl(Errc::internal, "AEAD");
        }
        if (!finish()) {
            wipe(out);
            ERR_clear_error();
            return fail(Errc::bad_signature, "AEAD tag", ciphertext.size(), "does not verify");
        }
        return {};
    }

    // The key, which the context holds, is kept: all three algorithms use it alike in both directions.
    bool begin(Direction direction, ByteView iv, ByteView aad) {
        return EVP_CipherInit_ex2(ctx_.get(), nullptr, nullptr, iv.data(), static_cast<int>(direction),
                                  nullptr) == 1 &&
               update(aad, nullptr);
    }

    bool encrypt(std::span<const ByteView> parts, uint8_t* out) {
        for (const ByteView part : parts) {
            if (!update(part, out)) return false;
            out += part.size();
        }
        return true;
    }

    // Without `out` the bytes are associated data.
    bool update(ByteView in, uint8_t* out) {
        int written = 0;
        return in.empty() ||
               (EVP_CipherUpdate(ctx_.get(), out, &written, in.data(), static_cast<int>(in.size())) == 1 &&
                static_cast<size_t>(written) == in.size());
    }

    // All three algorithms are stream ciphers: the end writes nothing, it only makes or checks the tag.
    bool finish() {
        uint8_t none[EVP_MAX_BLOCK_LENGTH];
        int written = 0;
        return EVP_CipherFinal_ex(ctx_.get(), none, &written) == 1 && written == 0;
    }

    ossl::CipherCtxPtr ctx_;
};

}  // namespace

Result<size_t> check_seal(ByteView iv, ByteView aad, std::span<const ByteView> parts, ByteView out) {
    size_t size = 0;
    for (const ByteView part : parts) size += part.size();
    TRY(check_input(iv, aad, size));
    if (out.size() != size + kAeadTagSize) return fail(Errc::out_of_range, "AEAD output");
    return size;
}

Result<ByteView> check_open(ByteView iv, ByteView aad, ByteView sealed, ByteView out) {
    TRY(check_input(iv, aad, sealed.size()));
    if (sealed.size() < kAeadTagSize) return fail(Errc::truncated, "AEAD tag", sealed.size());
    const ByteView ciphertext = sealed.first(sealed.size() - kAeadTagSize);
    if (out.size() != ciphertext.size()) return fail(Errc::out_of_range, "AEAD output");
    return ciphertext;
}

Result<> check_apart(ByteView iv, ByteView aad, ByteView in, ByteView out, size_t tag_size) {
    TRY(check_input(iv, aad, in.size()));
    if (out.size() != in.size()) return fail(Errc::out_of_range, "AEAD output");
    if (tag_size != kAeadTagSize) return fail(Errc::out_of_range, "AEAD tag");
    return {};
}

Result<std::unique_ptr<Aead>> openssl_aead(AeadAlgo algo, ByteView key) {
    if (key.size() != key_size(algo)) return fail(Errc::bad_key, "AEAD key");
    ossl::CipherCtxPtr ctx(EVP_CIPHER_CTX_new());
    if (ctx == nullptr || EVP_CipherInit_ex2(ctx.get(), ossl::method(algo), key.data(), nullptr,
                                             static_cast<int>(Direction::seal), nullptr) != 1) {
        return ossl::fail_openssl(Errc::internal, "AEAD");
    }
    return std::make_unique<OpenSslAead>(std::move(ctx));
}

}  // namespace assay::crypto
