#include "conformance/report/hex_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>

namespace assay::report {

namespace {

constexpr std::string_view kBlanks = " \t\r";

// A line without blanks around it, and what follows it.
struct Line {
    std::string_view text;
    size_t number = 0;
};

// Calls `body` with each line that is not empty, until it fails.
template <class Body>
Result<> each_line(std::string_view text, Body&& body) {
    for (size_t number = 1; !text.empty(); ++number) {
        std::string_view line = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(text.size(), line.size() + 1));
        line.remove_prefix(std::min(line.size(), line.find_first_not_of(kBlanks)));
        line = line.substr(0, line.find_last_not_of(kBlanks) + 1);
        if (!line.empty()) TRY(body(Line{line, number}));
    }
    return {};
}

std::unexpected<Error> wrong(const Line& line, std::string_view what) {
    return fail(Errc::bad_text, "hex", Error::npos, fmt::format("line {}: {}", line.number, what));
}

struct DumpLine {
    size_t offset = 0;
    std::string_view rest;  // from behind the offset's colon or blanks; empty: the line ends the dump
    bool characters_in_bars = false;
};

// Nullopt for what does not begin as a line of a dump does.
std::optional<DumpLine> dump_line(std::string_view text) {
    constexpr size_t kLeastDigits = 4, kMostDigits = 16;
    const size_t digits = std::min(text.find_first_not_of("0123456789abcdefABCDEF"), text.size());
    if (digits < kLeastDigits || digits > kMostDigits) return std::nullopt;
    DumpLine line;
    std::from_chars(text.data(), text.data() + digits, line.offset, 16);
    std::string_view rest = text.substr(digits);
    if (rest.empty()) return line;
    line.characters_in_bars = rest.starts_with("  ");
    if (!line.characters_in_bars && !rest.starts_with(':')) return std::nullopt;
    rest.remove_prefix(1);
    line.rest = rest.substr(std::min(rest.size(), rest.find_first_not_of(kBlanks)));
    return line;
}

class Dump {
   public:
    Result<> take(const Line& line) {
        if (line.text == "*") {
            repeats_ = true;
            return {};
        }
        const auto parsed = dump_line(line.text);
        if (!parsed) return wrong(line, "does not begin with an offset, as those before");
        if (parsed->offset > kMostDumped)
            return wrong(line, fmt::format("begins behind {} bytes", kMostDumped));
        if (repeats_) TRY(repeat(line, parsed->offset));
        if (parsed->offset != bytes_.size()) {
            return wrong(
                line, fmt::format("begins at {}, where {} bytes came before", parsed->offset, bytes_.size()));
        }
        // Behind the bytes stand the same as characters.
        const std::string_view end = parsed->characters_in_bars ? "|" : "  ";
        auto bytes = from_hex(parsed->rest.substr(0, parsed->rest.find(end)));
        if (!bytes) return wrong(line, bytes.error().detail);
        if (!bytes->empty()) last_ = *bytes;
        append(bytes_, *bytes);
        return {};
    }

    Result<Bytes> end() && {
        if (repeats_)
            return fail(Errc::bad_text, "hex", Error::npos, "it ends with '*', and no line says where");
        return std::move(bytes_);
    }

   private:
    Result<> repeat(const Line& line, size_t end) {
        if (last_.empty()) return wrong(line, "'*' came before any bytes");
        while (bytes_.size() + last_.size() <= end) append(bytes_, last_);
        repeats_ = false;
        return {};
    }

    Bytes bytes_;
    Bytes last_;            // of the line before
    bool repeats_ = false;  // until the next line's offset
};

}  // namespace

Result<Bytes> parse_hex_text(std::string_view text) {
    const size_t begin = text.find_first_not_of(" \t\r\n");
    if (begin == std::string_view::npos) return Bytes{};
    const auto first = dump_line(text.substr(begin, text.find('\n', begin) - begin));
    if (!first || first->offset != 0 || first->rest.empty()) return from_hex(text.substr(begin));
    Dump dump;
    TRY(each_line(text, [&](const Line& line) { return dump.take(line); }));
    return std::move(dump).end();
}

Result<std::vector<Bytes>> parse_hex_lines(std::string_view text) {
    std::vector<Bytes> all;
    TRY(each_line(text, [&](const Line& line) -> Result<> {
        if (line.text.starts_with('#')) return {};
        auto bytes = from_hex(line.text);
        if (!bytes) return wrong(line, bytes.error().detail);
        all.push_back(std::move(*bytes));
        return {};
    }));
    return all;
}

}  // namespace assay::report
