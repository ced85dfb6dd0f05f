// GET_CSR and CSR (DSP0274, GET_CSR request and CSR response messages).
#pragma once

#include "stack/wire/codes.h"
#include "stack/wire/messages/challenge.h"
#include "stack/wire/visitor.h"

namespace assay::wire {

inline constexpr uint8_t kCsrOverwrite = 0x80;  // Param2 of GET_CSR, 1.3+

struct GetCsr {
    static constexpr Code kCode = code::get_csr;
    uint8_t spdm_version = 0;
    uint8_t key_pair_id = 0;         // Param1: 1.3+, reserved before
    uint8_t request_attributes = 0;  // Param2: 1.3+: bits 2:0 CSRCertModel, 5:3 CSRTrackingTag, 7 Overwrite
    Bytes requester_info;            // DER, CertificationRequestInfo
    Bytes opaque_data;
    void describe(Visitor& v);
};

struct Csr {
    static constexpr Code kCode = code::csr;
    uint8_t spdm_version = 0;
    uint8_t param1 = 0;
    uint8_t param2 = 0;
    uint16_t reserved = 0;
    Bytes csr_data;  // DER, PKCS #10
    void describe(Visitor& v);
};

}  // namespace assay::wire
