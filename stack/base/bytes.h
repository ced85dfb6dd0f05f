// Byte strings and their text form.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "stack/base/result.h"

namespace assay {

using Bytes = std::vector<uint8_t>;
using ByteView = std::span<const uint8_t>;

// Joins byte strings in order.
Bytes concat(std::initializer_list<ByteView> parts);

// Appends `tail` to `head`.
void append(Bytes& head, ByteView tail);

// The bytes of `text`, without a terminator.
ByteView as_bytes(std::string_view text);

// A copy of `view`.
Bytes to_bytes(ByteView view);

// Whether two byte strings are equal. Not constant time: see crypto::equal_secret for secrets.
bool equal(ByteView a, ByteView b);

// Lower-case hexadecimal, two digits a byte, no separators.
std::string to_hex(ByteView bytes);

// Reads hexadecimal; white space, ':' and '_' between digits are skipped, a leading "0x" is allowed.
// Errors: Errc::bad_text with the offset of the first character that is no digit, or of the end when
// the number of digits is odd.
Result<Bytes> from_hex(std::string_view text);

}  // namespace assay
