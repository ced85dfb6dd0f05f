#include "conformance/bench/cipher.h"

#include <algorithm>

namespace assay::bench {

namespace {

constexpr int kTagSize = 16;

}  // namespace

BareCipher::BareCipher() : seal_(EVP_CIPHER_CTX_new()), open_(EVP_CIPHER_CTX_new()) {
    constexpr std::array<uint8_t, 32> kKey{1};
    EVP_EncryptInit_ex(seal_.get(), EVP_aes_256_gcm(), nullptr, kKey.data(), nullptr);
    EVP_DecryptInit_ex(open_.get(), EVP_aes_256_gcm(), nullptr, kKey.data(), nullptr);
}

bool BareCipher::seal(ByteView aad, ByteView in, uint8_t* out, uint8_t* tag) {
    int done = 0;
    std::array<uint8_t, kTagSize> none{};
    ++iv_[0];
    return EVP_EncryptInit_ex(seal_.get(), nullptr, nullptr, nullptr, iv_.data()) == 1 &&
           (aad.empty() ||
            EVP_EncryptUpdate(seal_.get(), nullptr, &done, aad.data(), static_cast<int>(aad.size())) == 1) &&
           EVP_EncryptUpdate(seal_.get(), out, &done, in.data(), static_cast<int>(in.size())) == 1 &&
           EVP_EncryptFinal_ex(seal_.get(), none.data(), &done) == 1 &&
           EVP_CIPHER_CTX_ctrl(seal_.get(), EVP_CTRL_AEAD_GET_TAG, kTagSize, tag) == 1;
}

bool BareCipher::open(ByteView aad, ByteView in, uint8_t* out, const uint8_t* tag) {
    int done = 0;
    std::array<uint8_t, kTagSize> sent{}, none{};
    std::copy_n(tag, kTagSize, sent.begin());
    return EVP_DecryptInit_ex(open_.get(), nullptr, nullptr, nullptr, iv_.data()) == 1 &&
           (aad.empty() ||
            EVP_DecryptUpdate(open_.get(), nullptr, &done, aad.data(), static_cast<int>(aad.size())) == 1) &&
           EVP_DecryptUpdate(open_.get(), out, &done, in.data(), static_cast<int>(in.size())) == 1 &&
           EVP_CIPHER_CTX_ctrl(open_.get(), EVP_CTRL_AEAD_SET_TAG, kTagSize, sent.data()) == 1 &&
           EVP_DecryptFinal_ex(open_.get(), none.data(), &done) == 1;
}

}  // namespace assay::bench
