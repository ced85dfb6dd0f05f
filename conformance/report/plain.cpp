#include "conformance/report/plain.h"

#include <fmt/format.h>

namespace assay::report {

namespace {

struct Character {
    uint32_t code_point = 0;
    size_t size = 0;  // bytes; 0: the bytes are no character
};

// The character at the front of `text`, which is not empty (RFC 3629, section 4).
Character first_character(std::string_view text) {
    auto byte = [&](size_t i) { return static_cast<uint8_t>(text[i]); };
    uint8_t lead = byte(0);
    if (lead < 0x80) return {lead, 1};
    size_t size = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
    constexpr uint32_t kLeast[] = {0, 0, 0x80, 0x800, 0x10000};
    if (lead < 0xc2 || lead > 0xf4 || text.size() < size) return {};
    uint32_t code_point = lead & (0x7fU >> size);
    for (size_t i = 1; i < size; ++i) {
        if ((byte(i) & 0xc0) != 0x80) return {};
        code_point = code_point << 6 | (byte(i) & 0x3f);
    }
    bool surrogate = code_point >= 0xd800 && code_point <= 0xdfff;
    if (code_point < kLeast[size] || code_point > 0x10ffff || surrogate) return {};
    return {code_point, size};
}

bool is_harmless(uint32_t code_point) {
    if (code_point < 0x20 || (code_point >= 0x7f && code_point < 0xa0)) return false;
    return code_point != 0xfffe && code_point != 0xffff;
}

}  // namespace

std::string printable(std::string_view text, Lines lines) {
    std::string out;
    while (!text.empty()) {
        Character first = first_character(text);
        size_t size = std::max<size_t>(first.size, 1);
        std::string_view bytes = text.substr(0, size);
        text.remove_prefix(size);
        if (bytes == "\n" || bytes == "\t") {
            if (lines == Lines::keep) {
                out += bytes;
            } else {
                out += bytes == "\n" ? "\\n" : "\\t";
            }
        } else if (first.size > 0 && is_harmless(first.code_point)) {
            out += bytes;
        } else {
            for (char c : bytes) out += fmt::format("\\x{:02x}", static_cast<uint8_t>(c));
        }
    }
    return out;
}

std::string shortened(std::string_view text, size_t most) {
    if (text.size() <= most) return std::string(text);
    // Not within a character.
    while (most > 0 && (static_cast<uint8_t>(text[most]) & 0xc0) == 0x80) --most;
    return fmt::format("{}... ({} further characters in the report)", text.substr(0, most),
                       text.size() - most);
}

std::string escape_xml(std::string_view text, Lines lines) {
    std::string out;
    for (char c : printable(text, lines)) {
        switch (c) {
            case '&': out += "&amp;"; break;
            case '<': out += "&lt;"; break;
            case '>': out += "&gt;"; break;
            case '"': out += "&quot;"; break;
            case '\'': out += "&apos;"; break;
            default: out += c;
        }
    }
    return out;
}

std::string shell_word(std::string_view text) {
    constexpr std::string_view kPlain =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_@%+=:,./-";
    if (!text.empty() && text.find_first_not_of(kPlain) == std::string_view::npos) return std::string(text);
    std::string out = "'";
    for (char c : text) {
        if (c == '\'') {
            out += "'\\''";
        } else {
            out += c;
        }
    }
    return out + "'";
}

}  // namespace assay::report
