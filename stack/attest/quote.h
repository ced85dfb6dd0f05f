// A TPM's quote as tpm2_quote writes it: TPMS_ATTEST and TPMT_SIGNATURE (TPM 2.0 Library Part 2,
// sections 10.12.8 and 11.3.4), read by tss2-mu.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "stack/attest/pcr.h"
#include "stack/crypto/keys.h"

namespace assay::attest {

inline constexpr uint32_t kTpmGenerated = 0xff544347;  // TPM_GENERATED_VALUE
inline constexpr uint16_t kTpmQuote = 0x8018;          // TPM_ST_ATTEST_QUOTE

// One bank's part of a TPML_PCR_SELECTION, in the order of the quote.
struct Selection {
    uint16_t algorithm = 0;         // TPM_ALG_ID
    std::vector<uint32_t> indexes;  // ascending
};

struct Quote {
    uint32_t magic = 0;  // kTpmGenerated for what a TPM made
    uint16_t type = 0;   // kTpmQuote for a quote
    Bytes qualified_signer;
    Bytes extra_data;    // qualifyingData of TPM2_Quote
    uint64_t clock = 0;  // milliseconds
    uint32_t reset_count = 0;
    uint32_t restart_count = 0;
    uint64_t firmware_version = 0;
    std::vector<Selection> selections;
    Bytes digest;  // of the registers, with the hash of the signature

    // What is quoted, of the banks that are known.
    std::set<Register> registers() const;
};

inline constexpr size_t kMaxQuote = 2048;  // bytes; a TPMS_ATTEST or a TPMT_SIGNATURE never has more

// Reads a TPMS_ATTEST that fills `bytes` exactly, as a quote whatever its magic and type say. Errors:
// Errc::truncated, Errc::trailing, Errc::out_of_range, or Errc::bad_code with the code of tss2-mu.
Result<Quote> parse_quote(ByteView bytes);

struct QuoteSignature {
    uint16_t algorithm = 0;  // TPM_ALG_ID
    uint16_t hash = 0;       // TPM_ALG_ID
    Bytes rsa;               // RSASSA, RSAPSS: big-endian
    Bytes r, s;              // ECDSA: big-endian, of any length
};
inline constexpr uint16_t kTpmRsassa = 0x0014;
inline constexpr uint16_t kTpmRsapss = 0x0016;
inline constexpr uint16_t kTpmEcdsa = 0x0018;

// Reads a TPMT_SIGNATURE that fills `bytes` exactly; of an algorithm that is none of the three above, only
// that and the hash. Errors: as parse_quote.
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
