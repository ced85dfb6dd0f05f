// SET_CERTIFICATE and SET_CERTIFICATE_RSP (DSP0274, SET_CERTIFICATE request and SET_CERTIFICATE_RSP response
// messages).
#pragma once

#include "stack/wire/codes.h"
#include "stack/wire/visitor.h"

namespace assay::wire {

inline constexpr uint8_t kEraseSlot = 0x80;  // Param1 of SET_CERTIFICATE, 1.3+

struct SetCertificate {
    static constexpr Code kCode = code::set_certificate;
    uint8_t spdm_version = 0;
    uint8_t param1 = 0;       // bits 3:0 SlotID; 1.3+: bits 6:4 SetCertModel, bit 7 Erase
    uint8_t key_pair_id = 0;  // Param2: 1.3+, reserved before
    // A chain structure, with whatever follows it: its own Length says where it ends. Absent with Erase.
    Bytes cert_chain;
    void describe(Visitor& v);
};

struct SetCertificateResponse {
    static constexpr Code kCode = code::set_certificate_rsp;
    uint8_t spdm_version = 0;
    uint8_t slot_id = 0;  // Param1: bits 3:0
    uint8_t param2 = 0;
    void describe(Visitor& v);
};

}  // namespace assay::wire
