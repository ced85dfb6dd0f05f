// The one cursor that parses untrusted bytes: it cannot run off the end.
#pragma once

#include <cstdint>

#include "stack/base/bytes.h"

namespace assay {

// Reads a byte string from front to back. Integers are little-endian unless the name says otherwise. A
// read that does not fit returns Errc::truncated with the field's name and the offset where it should
// have begun, and leaves the cursor where it was. The bytes must outlive the reader.
class Reader {
   public:
    explicit Reader(ByteView bytes) : bytes_(bytes) {}

    size_t offset() const { return offset_; }
    size_t remaining() const { return bytes_.size() - offset_; }
    bool empty() const { return remaining() == 0; }

    // An unsigned integer of `width` bytes, 1 to 8.
    Result<uint64_t> uint_le(size_t width, std::string_view field);
    Result<uint64_t> uint_be(size_t width, std::string_view field);
    Result<uint8_t> u8(std::string_view field);
    Result<uint16_t> u16(std::string_view field);
    Result<uint32_t> u32(std::string_view field);
    Result<uint64_t> u64(std::string_view field);

    // The next `size` bytes, not copied.
    Result<ByteView> take(size_t size, std::string_view field);
    // All bytes that are left, not copied.
    ByteView rest();
    // Errc::trailing unless everything was read.
    Result<> finish(std::string_view structure) const;

   private:
    ByteView bytes_;
    size_t offset_ = 0;
};

}  // namespace assay
