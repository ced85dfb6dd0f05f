#include "stack/base/secret.h"

namespace assay {

thread_local size_t SecretBytes::live_ = 0;

void wipe(std::span<uint8_t> bytes) {
    volatile uint8_t* at = bytes.data();
    for (size_t i = 0; i < bytes.size(); ++i) at[i] = 0;
}

bool equal_secret(ByteView a, ByteView b) {
    if (a.size() != b.size()) return false;
    uint8_t difference = 0;
    for (size_t i = 0; i < a.size(); ++i) difference = static_cast<uint8_t>(difference | (a[i] ^ b[i]));
    return difference == 0;
}

SecretBytes& SecretBytes::operator=(SecretBytes&& other) noexcept {
    if (this != &other) {
        clear();
        bytes_ = std::move(other.bytes_);
        other.clear();
    }
    return *this;
}

void SecretBytes::clear() {
    wipe(bytes_);
    live_ -= bytes_.size();
    bytes_.clear();
}

}  // namespace assay
