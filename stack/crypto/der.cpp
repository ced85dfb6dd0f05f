#include "stack/crypto/der.h"

namespace assay::crypto {

namespace {

Result<size_t> read_length(Reader& reader) {
    const size_t start = reader.offset();
    const uint8_t first = TRY(reader.u8("length"));
    if (first < 0x80) return first;
    const size_t width = first & 0x7f;
    if (width == 0 || width > 4) return fail(Errc::out_of_range, "length", start, "no definite length");
    const uint64_t length = TRY(reader.uint_be(width, "length"));
    const bool shortest = length >= 0x80 && (length >> (8 * (width - 1))) != 0;
    if (!shortest) return fail(Errc::out_of_range, "length", start, "length not in its shortest form");
    return static_cast<size_t>(length);
}

constexpr int kMaxDepth = 24;
constexpr uint8_t kConstructed = 0x20;

bool is_der_below(ByteView der, int depth) {
    if (depth > kMaxDepth) return false;
    for (Reader reader(der); !reader.empty();) {
        Result<DerElement> element = read_der(reader);
        if (!element) return false;
        if ((element->tag & kConstructed) != 0 && !is_der_below(element->content, depth + 1)) return false;
    }
    return true;
}

}  // namespace

bool is_der(ByteView der) { return is_der_below(der, 0); }

Result<DerElement> read_der(Reader& reader) {
    const size_t start = reader.offset();
    const uint8_t tag = TRY(reader.u8("tag"));
    if ((tag & 0x1f) == 0x1f) return fail(Errc::out_of_range, "tag", start, "tag number above 30");
    const size_t length = TRY(read_length(reader));
    return DerElement{tag, TRY(reader.take(length, "content"))};
}

Result<size_t> der_sequence_size(ByteView der, Errc code, std::string_view field) {
    Reader reader(der);
    Result<DerElement> element = read_der(reader);
    if (!element) return fail(code, field, 0, element.error().text());
    if (element->tag != kDerSequence) return fail(code, field, 0, "not a SEQUENCE");
    return reader.offset();
}

}  // namespace assay::crypto
