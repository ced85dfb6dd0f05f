#include "stack/attest/base64.h"

#include <string>

namespace assay::attest {

namespace {

// `digits`: all of the text but its padding. Bits that belong to no byte must be zero, so that each value has
// one form.
std::optional<Bytes> decode(std::string_view digits, std::string_view last_two) {
    static const std::string kCommon = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    const std::string alphabet = kCommon + std::string(last_two);
    if (digits.empty() || digits.size() % 4 == 1) return std::nullopt;
    Bytes out;
    out.reserve(digits.size() / 4 * 3 + 2);
    uint32_t bits = 0;
    unsigned count = 0;
    for (const char c : digits) {
        const size_t digit = alphabet.find(c);
        if (digit == std::string::npos) return std::nullopt;
        bits = bits << 6 | static_cast<uint32_t>(digit);
        count += 6;
        if (count < 8) continue;
        count -= 8;
        out.push_back(static_cast<uint8_t>(bits >> count & 0xff));
        bits &= (1U << count) - 1;
    }
    if (bits != 0) return std::nullopt;
    return out;
}

}  // namespace

std::optional<Bytes> from_base64(std::string_view text) {
    if (text.size() % 4 != 0) return std::nullopt;
    const size_t padding = text.ends_with("==") ? 2 : text.ends_with('=') ? 1 : 0;
    return decode(text.substr(0, text.size() - padding), "+/");
}

std::optional<Bytes> from_base64url(std::string_view text) { return decode(text, "-_"); }

}  // namespace assay::attest
