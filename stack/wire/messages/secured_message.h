// The secured message of DSP0277 as it travels. It is not an SPDM message: it has neither an SPDM header nor
// a code, and its payload can only be read with the keys of its session.
#pragma once

#include <array>

#include "stack/wire/visitor.h"

namespace assay::wire {

struct SecuredMessage {
    uint32_t session_id = 0;  // ReqSessionID, then RspSessionID
    Bytes sequence_number;    // its low sequence_size bytes
    Bytes payload;            // encrypted, or application data that is only authenticated
    std::array<uint8_t, 16> mac{};
    void describe(Visitor& v);
};

}  // namespace assay::wire
