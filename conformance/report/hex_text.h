// Bytes as people paste them: hexadecimal, and what xxd and hexdump print.
#pragma once

#include <string_view>
#include <vector>

#include "stack/base/bytes.h"

namespace assay::report {

// The most bytes that a dump may say it has.
inline constexpr size_t kMostDumped = size_t{1} << 20;

// One string of bytes: hexadecimal with or without blanks and line breaks, the lines of xxd, or those of
// hexdump -C. A line of a dump that begins at offset 0 with a colon or two blanks behind it makes it one; "*"
// stands for repetitions of the line before. Errors: Errc::bad_text with the line of a dump, or the offset in
// plain hexadecimal.
Result<Bytes> parse_hex_text(std::string_view text);

// A string of bytes for each line of hexadecimal; lines that are empty or begin with '#' are passed over.
// Errors: Errc::bad_text with the line's number.
Result<std::vector<Bytes>> parse_hex_lines(std::string_view text);

}  // namespace assay::report
