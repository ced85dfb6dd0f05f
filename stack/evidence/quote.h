// A quote as it stands on the wire: TPMS_ATTEST and TPMT_SIGNATURE (TPM 2.0 Library Part 2, sections 10.12.8
// and 11.3.4). The one description of both. All numbers are big-endian.
#pragma once

#include <vector>

#include "stack/evidence/tpm_alg.h"
#include "stack/wire/visitor.h"

namespace assay::evidence {

inline constexpr uint32_t kTpmGenerated = 0xff544347;  // TPM_GENERATED_VALUE
inline constexpr uint16_t kTpmQuote = 0x8018;          // TPM_ST_ATTEST_QUOTE

// One bank's part of a TPML_PCR_SELECTION, in the order of the quote.
struct Selection {
    uint16_t algorithm = 0;         // TPM_ALG_ID
    std::vector<uint32_t> indexes;  // ascending
    uint8_t size = 3;               // of pcrSelect in bytes; what is beyond is not written
    void describe(wire::Visitor& v);
};

// TPMS_ATTEST with TPMS_QUOTE_INFO.
struct Quote {
    uint32_t magic = 0;  // kTpmGenerated for what a TPM made
    uint16_t type = 0;   // kTpmQuote for a quote; what follows is read as one whatever it says
    Bytes qualified_signer;
    Bytes extra_data;    // qualifyingData of TPM2_Quote
    uint64_t clock = 0;  // milliseconds
    uint32_t reset_count = 0;
    uint32_t restart_count = 0;
    uint8_t safe = 1;
    uint64_t firmware_version = 0;
    std::vector<Selection> selections;
    Bytes digest;  // of the registers, with the hash of the signature
    void describe(wire::Visitor& v);
};
// Whatever the fields say.
Bytes marshal(const Quote& quote);

// TPMT_SIGNATURE.
struct QuoteSignature {
    uint16_t algorithm = 0;  // TPM_ALG_ID
    uint16_t hash = 0;       // TPM_ALG_ID
    Bytes rsa{};             // RSASSA, RSAPSS: big-endian
    Bytes r{}, s{};          // ECDSA: big-endian, of any length
    Bytes other{};           // of any other algorithm
    void describe(wire::Visitor& v);
};
// What there is, whatever the algorithm says: R and S where there is neither of the others.
Bytes marshal(const QuoteSignature& signature);

}  // namespace assay::evidence
