#include "stack/crypto/provider.h"

#include <algorithm>

namespace assay::crypto {

Digest::Digest(ByteView bytes) : size_(std::min(bytes.size(), kMaxDigest)) {
    std::copy_n(bytes.begin(), size_, bytes_.begin());
}

std::span<uint8_t> Digest::resize(size_t size) {
    size_ = std::min(size, kMaxDigest);
    return {bytes_.data(), size_};
}

}  // namespace assay::crypto
