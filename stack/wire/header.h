// The four bytes that every SPDM message begins with (DSP0274, generic SPDM message format).
#pragma once

#include "stack/base/bytes.h"
#include "stack/wire/codes.h"

namespace assay::wire {

inline constexpr size_t kHeaderSize = 4;
// The offsets of the header's fields, for those who change them.
inline constexpr size_t kVersionAt = 0, kCodeAt = 1, kParam1At = 2, kParam2At = 3;

// The header's fields; 0 where the message ends before the field.
constexpr uint8_t header_byte(ByteView message, size_t at) { return at < message.size() ? message[at] : 0; }
constexpr uint8_t version_byte(ByteView message) { return header_byte(message, kVersionAt); }
constexpr Code code_of(ByteView message) { return Code{header_byte(message, kCodeAt)}; }
constexpr uint8_t param1(ByteView message) { return header_byte(message, kParam1At); }
constexpr uint8_t param2(ByteView message) { return header_byte(message, kParam2At); }

}  // namespace assay::wire
