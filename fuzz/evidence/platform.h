// Inputs of the targets that read the CPU's evidence.
#pragma once

#include "stack/wire/messages/challenge.h"

namespace assay::fuzz {

// The nonce that evidence is held against.
wire::Nonce fuzz_nonce();
// An input of tpm_quote: two bytes with the size of the quote, little-endian, the quote, and the signature.
Bytes quote_input(ByteView quote, ByteView signature);

}  // namespace assay::fuzz
