#include "stack/crypto/aead.h"

#include <openssl/err.h>

#include <climits>

#include "stack/crypto/openssl_raii.h"

namespace assay::crypto {

namespace {

enum class Direction : uint8_t { open = 0, seal = 1 };

// EVP counts in int. No record comes near it.
constexpr size_t kMaxInput = INT_MAX - kAeadTagSize;

// A context with key, IV and associated data taken in.
Result<ossl::CipherCtxPtr> begin(Direction direction, AeadAlgo algo, ByteView key, ByteView iv, ByteView aad,
                                 size_t size) {
    if (key.size() != key_size(algo)) return fail(Errc::bad_key, "AEAD key");
    if (iv.size() != kAeadIvSize) return fail(Errc::out_of_range, "AEAD IV");
    if (aad.size() > kMaxInput || size > kMaxInput) return fail(Errc::out_of_range, "AEAD input");
    ossl::CipherCtxPtr ctx(EVP_CIPHER_CTX_new());
    int taken = 0;
    if (ctx == nullptr ||
        EVP_CipherInit_ex2(ctx.get(), ossl::method(algo), key.data(), iv.data(), static_cast<int>(direction),
                           nullptr) != 1 ||
        (!aad.empty() &&
         EVP_CipherUpdate(ctx.get(), nullptr, &taken, aad.data(), static_cast<int>(aad.size())) != 1)) {
        return ossl::fail_openssl(Errc::internal, "AEAD");
    }
    return ctx;
}

bool update(EVP_CIPHER_CTX* ctx, uint8_t* out, ByteView in) {
    int written = 0;
    return in.empty() || (EVP_CipherUpdate(ctx, out, &written, in.data(), static_cast<int>(in.size())) == 1 &&
                          static_cast<size_t>(written) == in.size());
}

// All three algorithms are stream ciphers: the end writes nothing, it only makes or checks the tag.
bool finish(EVP_CIPHER_CTX* ctx) {
    uint8_t none[EVP_MAX_BLOCK_LENGTH];
    int written = 0;
    return EVP_CipherFinal_ex(ctx, none, &written) == 1 && written == 0;
}

}  // namespace

Result<Bytes> aead_seal(AeadAlgo algo, ByteView key, ByteView iv, ByteView aad, ByteView plaintext) {
    ossl::CipherCtxPtr ctx = TRY(begin(Direction::seal, algo, key, iv, aad, plaintext.size()));
    Bytes sealed(plaintext.size() + kAeadTagSize);
    if (!update(ctx.get(), sealed.data(), plaintext) || !finish(ctx.get()) ||
        EVP_CIPHER_CTX_ctrl(ctx.get(), EVP_CTRL_AEAD_GET_TAG, kAeadTagSize,
                            sealed.data() + plaintext.size()) != 1) {
        return ossl::fail_openssl(Errc::internal, "AEAD");
    }
    return sealed;
}

Result<Bytes> aead_open(AeadAlgo algo, ByteView key, ByteView iv, ByteView aad, ByteView sealed) {
    ossl::CipherCtxPtr ctx = TRY(begin(Direction::open, algo, key, iv, aad, sealed.size()));
    if (sealed.size() < kAeadTagSize) return fail(Errc::truncated, "AEAD tag", sealed.size());
    const ByteView ciphertext = sealed.first(sealed.size() - kAeadTagSize);
    Bytes tag = to_bytes(sealed.last(kAeadTagSize));
    Bytes plaintext(ciphertext.size());
    if (EVP_CIPHER_CTX_ctrl(ctx.get(), EVP_CTRL_AEAD_SET_TAG, kAeadTagSize, tag.data()) != 1 ||
        !update(ctx.get(), plaintext.data(), ciphertext)) {
        wipe(plaintext);
        return ossl::fail_openssl(Errc::internal, "AEAD");
    }
    if (!finish(ctx.get())) {
        wipe(plaintext);
        ERR_clear_error();
        return fail(Errc::bad_signature, "AEAD tag", ciphertext.size(), "does not verify");
    }
    return plaintext;
}

}  // namespace assay::crypto
