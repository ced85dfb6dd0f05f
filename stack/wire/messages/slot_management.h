// SLOT_MANAGEMENT and SLOT_MANAGEMENT_RESP, 1.4. Only their codes are described publicly so far, so what
// follows the header stays bytes.
#pragma once

#include "stack/wire/codes.h"
#include "stack/wire/visitor.h"

namespace assay::wire {

struct SlotManagement {
    static constexpr Code kCode = code::slot_management;
    uint8_t spdm_version = 0;
    uint8_t param1 = 0;
    uint8_t param2 = 0;
    Bytes body;
    void describe(Visitor& v);
};

struct SlotManagementResponse {
    static constexpr Code kCode = code::slot_management_resp;
    uint8_t spdm_version = 0;
    uint8_t param1 = 0;
    uint8_t param2 = 0;
    Bytes body;
    void describe(Visitor& v);
};

}  // namespace assay::wire
