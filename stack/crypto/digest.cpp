#include <openssl/core_names.h>
#include <openssl/err.h>

#include <algorithm>
#include <array>

#include "stack/crypto/openssl_raii.h"

namespace assay::crypto {

Digest::Digest(ByteView bytes) { std::ranges::copy(bytes, resize(bytes.size()).begin()); }

std::span<uint8_t> Digest::resize(size_t size) {
    size_ = std::min(size, bytes_.size());
    return {bytes_.data(), size_};
}

namespace ossl {

const EVP_MD* md(HashAlgo algo) {
    static const std::array<EVP_MD*, 6> fetched = [] {
        std::array<EVP_MD*, 6> all{};
        constexpr const char* kNames[] = {"SHA2-256", "SHA2-384", "SHA2-512", "SHA3-256", "SHA3-384", "SHA3-512"};
        for (size_t i = 0; i < all.size(); ++i) all[i] = EVP_MD_fetch(nullptr, kNames[i], nullptr);
        return all;
    }();
    return fetched[static_cast<size_t>(algo)];
}

Error last_error(Errc code, std::string_view field) {
    unsigned long reason = ERR_peek_last_error();
    const char* text = reason == 0 ? nullptr : ERR_reason_error_string(reason);
    Error error{code, field, Error::npos, text == nullptr ? "refused by OpenSSL" : text};
    ERR_clear_error();
    return error;
}

}  // namespace ossl

}  // namespace assay::crypto
