// Writes DER (X.690), well-formed or not: the caller controls each byte.
#pragma once

#include <chrono>
#include <string_view>

#include "stack/base/bytes.h"

namespace assay::evidence::der {

// Tags that are used by number.
inline constexpr uint8_t kBoolean = 0x01, kInteger = 0x02, kBits = 0x03, kOctets = 0x04, kNull = 0x05,
                         kOid = 0x06, kEnumerated = 0x0a, kUtf8 = 0x0c, kPrintable = 0x13, kIa5 = 0x16,
                         kUtcTime = 0x17, kGeneralizedTime = 0x18, kSequence = 0x30, kSet = 0x31;

// One element, its length in the fewest bytes.
Bytes element(uint8_t tag, ByteView content);
Bytes sequence(std::initializer_list<ByteView> parts);
Bytes set(std::initializer_list<ByteView> parts);
// [number] around what is given (EXPLICIT), or in the place of its tag (IMPLICIT, primitive).
Bytes tagged(uint8_t number, ByteView inner);
Bytes implicit(uint8_t number, ByteView content);

Bytes integer(uint64_t value);
// A serial number: big-endian, without a sign.
Bytes integer(ByteView magnitude);
Bytes enumerated(uint8_t value);
Bytes boolean(bool value);
// "1.2.840.10045.2.1". Only for constants: a text that is no object identifier is a defect here.
Bytes oid(std::string_view dotted);
Bytes octets(ByteView content);
Bytes bits(ByteView content, uint8_t unused = 0);
Bytes text(uint8_t tag, std::string_view content);
// Always a GeneralizedTime.
Bytes generalized_time(std::chrono::sys_seconds time);
// UTCTime until 2049, as RFC 5280, 4.1.2.5, wants it.
Bytes time(std::chrono::sys_seconds time);

}  // namespace assay::evidence::der
