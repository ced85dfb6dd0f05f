// The little DER that is read before OpenSSL is asked, and where it knows no structure.
#pragma once

#include "stack/base/reader.h"

namespace assay::crypto {

// One tag-length-value (X.690): low-tag-number form, definite length in the fewest bytes, as DER demands.
struct DerElement {
    uint8_t tag = 0;
    ByteView content;
};

inline constexpr uint8_t kDerOid = 0x06;
inline constexpr uint8_t kDerSequence = 0x30;

// Reads the next element. Errors: Errc::truncated, or Errc::out_of_range for what DER forbids.
Result<DerElement> read_der(Reader& reader);

// Whether everything in `der` down to the primitive values is made of elements that read_der accepts, nested
// at most 24 deep. OpenSSL also reads BER, of which other parsers make something else or nothing.
bool is_der(ByteView der);

// The size in bytes of the SEQUENCE that `der` begins with, header included. All failures become `code` with
// `field`.
Result<size_t> der_sequence_size(ByteView der, Errc code, std::string_view field);

}  // namespace assay::crypto
