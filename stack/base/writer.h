// Builds byte strings front to back.
#pragma once

#include "stack/base/bytes.h"

namespace assay {

// Collects bytes. Integers are little-endian unless the name says otherwise; the bits of `value` above
// `width` bytes are dropped.
class Writer {
   public:
    size_t size() const { return bytes_.size(); }
    ByteView view() const { return bytes_; }
    Bytes take() && { return std::move(bytes_); }

    Writer& uint_le(uint64_t value, size_t width);
    Writer& uint_be(uint64_t value, size_t width);
    Writer& u8(uint8_t value) { return uint_le(value, 1); }
    Writer& u16(uint16_t value) { return uint_le(value, 2); }
    Writer& u32(uint32_t value) { return uint_le(value, 4); }
    Writer& u64(uint64_t value) { return uint_le(value, 8); }
    Writer& bytes(ByteView view);
    Writer& zeros(size_t count);

    // Overwrites `width` bytes at `offset`, which must have been written already.
    void patch_le(size_t offset, uint64_t value, size_t width);

   private:
    Bytes bytes_;
};

}  // namespace assay
