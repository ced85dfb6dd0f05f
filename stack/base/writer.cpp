#include "stack/base/writer.h"

namespace assay {

Writer& Writer::uint_le(uint64_t value, size_t width) {
    for (size_t i = 0; i < width; ++i) bytes_.push_back(static_cast<uint8_t>(value >> (8 * i)));
    return *this;
}

Writer& Writer::uint_be(uint64_t value, size_t width) {
    for (size_t i = width; i-- > 0;) bytes_.push_back(static_cast<uint8_t>(value >> (8 * i)));
    return *this;
}

Writer& Writer::bytes(ByteView view) {
    append(bytes_, view);
    return *this;
}

Writer& Writer::zeros(size_t count) {
    bytes_.insert(bytes_.end(), count, 0);
    return *this;
}

void Writer::patch_le(size_t offset, uint64_t value, size_t width) {
    for (size_t i = 0; i < width; ++i) bytes_.at(offset + i) = static_cast<uint8_t>(value >> (8 * i));
}

}  // namespace assay
