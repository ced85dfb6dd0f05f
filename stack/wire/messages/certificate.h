// GET_CERTIFICATE and CERTIFICATE (DSP0274, GET_CERTIFICATE request and CERTIFICATE response messages), and
// the certificate chain structure they carry in portions.
#pragma once

#include "stack/wire/codes.h"
#include "stack/wire/visitor.h"

namespace assay::wire {

inline constexpr uint8_t kLargeCertChain = 0x80;     // Param1, 1.4
inline constexpr uint8_t kSlotSizeRequested = 0x01;  // Param2 of the request, 1.3+

struct GetCertificate {
    static constexpr Code kCode = code::get_certificate;
    uint8_t spdm_version = 0;
    uint8_t slot_id = 0;  // Param1: bits 3:0 SlotID, bit 7 LargeCertChain (1.4)
    uint8_t param2 = 0;   // bit 0 SlotSizeRequested (1.3+)
    uint16_t offset = 0;
    uint16_t length = 0;
    uint32_t large_offset = 0;  // LargeCertChain only
    uint32_t large_length = 0;
    void describe(Visitor& v);
};

struct CertificateResponse {
    static constexpr Code kCode = code::certificate;
    uint8_t spdm_version = 0;
    uint8_t slot_id = 0;
    uint8_t certificate_info = 0;  // Param2: CertModel in bits 2:0 (1.3+, multi-key)
    uint16_t remainder_length = 0;
    uint32_t large_remainder_length = 0;
    Bytes cert_chain;  // the portion
    void describe(Visitor& v);
};

// The chain structure. Its header is one 32-bit Length at 1.4, a 16-bit Length and 16 reserved bits before.
struct CertChain {
    uint16_t reserved = 0;
    Bytes root_hash;
    Bytes certificates;  // concatenated DER, root side first
    void describe(Visitor& v);
};

// The bytes of a chain structure before RootHash.
inline constexpr size_t kCertChainHeader = 4;

}  // namespace assay::wire
