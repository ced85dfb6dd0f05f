#include "stack/crypto/aead.h"

#include "stack/crypto/openssl_raii.h"

namespace assay::crypto {

namespace {

const EVP_CIPHER* cipher(AeadAlgo algo) {
    static EVP_CIPHER* const kFetched[] = {EVP_CIPHER_fetch(nullptr, "AES-128-GCM", nullptr),
                                           EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr),
                                           EVP_CIPHER_fetch(nullptr, "ChaCha20-Poly1305", nullptr)};
    return kFetched[static_cast<size_t>(algo)];
}

// A context with key, IV and AAD set.
Result<ossl::CipherCtx> begin(AeadAlgo algo, ByteView key, ByteView iv, ByteView aad, int encrypt) {
    if (key.size() != key_size(algo)) return fail(Errc::bad_key, "AEAD key");
    if (iv.size() != kAeadIvSize) return fail(Errc::out_of_range, "AEAD IV");
    ossl::CipherCtx ctx(EVP_CIPHER_CTX_new());
    int size = 0;
    if (EVP_CipherInit_ex2(ctx.get(), cipher(algo), key.data(), iv.data(), encrypt, nullptr) <= 0 ||
        (!aad.empty() &&
         EVP_CipherUpdate(ctx.get(), nullptr, &size, aad.data(), static_cast<int>(aad.size())) <= 0)) {
        return std::unexpected(ossl::last_error(Errc::internal, "AEAD"));
    }
    return ctx;
}

}  // namespace

Result<Bytes> aead_seal(AeadAlgo algo, ByteView key, ByteView iv, ByteView aad, ByteView plaintext) {
    ossl::CipherCtx ctx = TRY(begin(algo, key, iv, aad, 1));
    Bytes out(plaintext.size() + kAeadTagSize);
    int size = 0;
    if ((!plaintext.empty() && EVP_CipherUpdate(ctx.get(), out.data(), &size, plaintext.data(),
                                                static_cast<int>(plaintext.size())) <= 0) ||
        EVP_CipherFinal_ex(ctx.get(), out.data() + size, &size) <= 0 ||
        EVP_CIPHER_CTX_ctrl(ctx.get(), EVP_CTRL_AEAD_GET_TAG, kAeadTagSize, out.data() + plaintext.size()) <= 0) {
        return std::unexpected(ossl::last_error(Errc::internal, "AEAD"));
    }
    return out;
}

Result<Bytes> aead_open(AeadAlgo algo, ByteView key, ByteView iv, ByteView aad, ByteView sealed) {
    if (sealed.size() < kAeadTagSize) return fail(Errc::truncated, "AEAD tag");
    ossl::CipherCtx ctx = TRY(begin(algo, key, iv, aad, 0));
    ByteView ciphertext = sealed.first(sealed.size() - kAeadTagSize);
    Bytes tag = to_bytes(sealed.last(kAeadTagSize));
    Bytes out(ciphertext.size());
    int size = 0;
    if (EVP_CIPHER_CTX_ctrl(ctx.get(), EVP_CTRL_AEAD_SET_TAG, kAeadTagSize, tag.data()) <= 0 ||
        (!ciphertext.empty() && EVP_CipherUpdate(ctx.get(), out.data(), &size, ciphertext.data(),
                                                 static_cast<int>(ciphertext.size())) <= 0)) {
        wipe(out);
        return std::unexpected(ossl::last_error(Errc::internal, "AEAD"));
    }
    uint8_t end[16];
    if (EVP_CipherFinal_ex(ctx.get(), end, &size) <= 0) {
        wipe(out);
        ossl::last_error(Errc::bad_signature, "AEAD tag");
        return fail(Errc::bad_signature, "AEAD tag", Error::npos, "does not verify");
    }
    return out;
}

}  // namespace assay::crypto
