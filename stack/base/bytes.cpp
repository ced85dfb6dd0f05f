#include "stack/base/bytes.h"

#include <algorithm>

namespace assay {

Bytes concat(std::initializer_list<ByteView> parts) {
    Bytes all;
    size_t size = 0;
    for (ByteView part : parts) size += part.size();
    all.reserve(size);
    for (ByteView part : parts) append(all, part);
    return all;
}

void append(Bytes& head, ByteView tail) { head.insert(head.end(), tail.begin(), tail.end()); }

ByteView as_bytes(std::string_view text) {
    return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}

Bytes to_bytes(ByteView view) { return {view.begin(), view.end()}; }

bool equal(ByteView a, ByteView b) { return std::ranges::equal(a, b); }

std::string to_hex(ByteView bytes) {
    static constexpr char kDigits[] = "0123456789abcdef";
    std::string text;
    text.reserve(bytes.size() * 2);
    for (uint8_t byte : bytes) {
        text.push_back(kDigits[byte >> 4]);
        text.push_back(kDigits[byte & 0xf]);
    }
    return text;
}

namespace {

int digit_value(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

bool is_separator(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == ':' || c == '_'; }

}  // namespace

Result<Bytes> from_hex(std::string_view text) {
    Bytes bytes;
    bytes.reserve(text.size() / 2);
    int high = -1;
    size_t at = text.starts_with("0x") || text.starts_with("0X") ? 2 : 0;
    for (; at < text.size(); ++at) {
        if (is_separator(text[at])) continue;
        int value = digit_value(text[at]);
        if (value < 0) return fail(Errc::bad_text, "hex", at, "not a hexadecimal digit");
        if (high < 0) {
            high = value;
        } else {
            bytes.push_back(static_cast<uint8_t>(high << 4 | value));
            high = -1;
        }
    }
    if (high >= 0) return fail(Errc::bad_text, "hex", text.size(), "odd number of hexadecimal digits");
    return bytes;
}

}  // namespace assay
