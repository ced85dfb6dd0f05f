// A TPM's quote as tpm2_quote writes it (stack/evidence/quote.h).
#pragma once

#include <set>
#include <string>
#include <vector>

#include "stack/attest/pcr.h"
#include "stack/crypto/keys.h"
#include "stack/evidence/quote.h"

namespace assay::attest {

using evidence::Quote;
using evidence::QuoteSignature;
using evidence::Selection;

// What is quoted, of the banks that are known.
std::set<Register> registers_of(const Quote& quote);

// Reads a TPMS_ATTEST that fills `bytes` exactly, as a quote whatever its magic and type say. Errors:
// Errc::truncated, Errc::trailing, Errc::out_of_range for a size that no TPM has.
Result<Quote> parse_quote(ByteView bytes);

// Reads a TPMT_SIGNATURE that fills `bytes` exactly. Errors: as parse_quote.
Result<QuoteSignature> parse_quote_signature(ByteView bytes);

// Whether a quote may be signed so: RSASSA, RSAPSS or ECDSA with SHA-256 or SHA-384.
bool allowed(const QuoteSignature& signature);

// Errors: Errc::bad_signature when it does not verify, or is longer than the key makes it; Errc::bad_key when
// the key is of another kind; Errc::unsupported for an algorithm or a hash that cannot be computed. An RSAPSS
// signature may have a salt of any length: TPM 2.0 Library Part 1, B.7, leaves to the TPM whether it is the
// largest that the key has room for or, as FIPS 186 wants, at most as long as the digest.
Result<> verify_quote(ByteView quote, const QuoteSignature& signature, const crypto::PublicKey& key);

// The digest that a quote of these registers has: of their values, in the order of its selections.
// Errors: Errc::unsupported when there is no value for one of them, or `hash` is not known.
Result<Bytes> quoted_digest(const Quote& quote, uint16_t hash, const Registers& values);

}  // namespace assay::attest
