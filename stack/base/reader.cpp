#include "stack/base/reader.h"

namespace assay {

Result<ByteView> Reader::take(size_t size, std::string_view field) {
    if (size > remaining()) return fail(Errc::truncated, field, offset_);
    ByteView taken = bytes_.subspan(offset_, size);
    offset_ += size;
    return taken;
}

ByteView Reader::rest() {
    ByteView taken = bytes_.subspan(offset_);
    offset_ = bytes_.size();
    return taken;
}

Result<uint64_t> Reader::uint_le(size_t width, std::string_view field) {
    ByteView raw = TRY(take(width, field));
    uint64_t value = 0;
    for (size_t i = raw.size(); i-- > 0;) value = value << 8 | raw[i];
    return value;
}

Result<uint64_t> Reader::uint_be(size_t width, std::string_view field) {
    ByteView raw = TRY(take(width, field));
    uint64_t value = 0;
    for (uint8_t byte : raw) value = value << 8 | byte;
    return value;
}

Result<uint8_t> Reader::u8(std::string_view field) { return static_cast<uint8_t>(TRY(uint_le(1, field))); }

Result<uint16_t> Reader::u16(std::string_view field) { return static_cast<uint16_t>(TRY(uint_le(2, field))); }

Result<uint32_t> Reader::u32(std::string_view field) { return static_cast<uint32_t>(TRY(uint_le(4, field))); }

Result<uint64_t> Reader::u64(std::string_view field) { return uint_le(8, field); }

Result<> Reader::finish(std::string_view structure) const {
    if (!empty()) return fail(Errc::trailing, structure, offset_);
    return {};
}

}  // namespace assay
