// Inputs of the targets that read the CPU's evidence.
#pragma once

#include "stack/evidence/snp.h"
#include "stack/evidence/tpm.h"
#include "stack/wire/messages/challenge.h"

namespace assay::fuzz {

// The nonce that evidence is held against.
wire::Nonce fuzz_nonce();
// A guest that booted as the targets' policy wants it, with digests in the SHA-256 bank alone.
evidence::EventLogForm genuine_boot();
// Its quote for the nonce, of registers 0 to 9, and a signature of the right form.
evidence::Quote genuine_quote();
evidence::QuoteSignature ecdsa_signature();
// Its processor's report for the nonce, of version 3; signed by nobody.
Bytes genuine_report();
// An input of tpm_quote: two bytes with the size of the quote, little-endian, the quote, and the signature.
Bytes quote_input(ByteView quote, ByteView signature);

}  // namespace assay::fuzz
