// ERROR and RESPOND_IF_READY (DSP0274, ERROR response message; RESPOND_IF_READY request message).
#pragma once

#include "stack/wire/codes.h"
#include "stack/wire/visitor.h"

namespace assay::wire {

inline constexpr size_t kMaxExtendedErrorData = 32;

struct ErrorResponse {
    static constexpr Code kCode = code::error;
    uint8_t spdm_version = 0;
    uint8_t error_code = 0;  // Param1
    uint8_t error_data = 0;  // Param2
    // ResponseNotReady only.
    uint8_t rdt_exponent = 0;
    uint8_t request_code = 0;
    uint8_t token = 0;
    uint8_t rdtm = 0;
    uint32_t actual_size = 0;   // ResponseTooLarge, DataTooLarge
    uint8_t handle = 0;         // LargeResponse
    Bytes extended_error_data;  // VendorDefined
    void describe(Visitor& v);
};

struct RespondIfReady {
    static constexpr Code kCode = code::respond_if_ready;
    uint8_t spdm_version = 0;
    uint8_t request_code = 0;  // Param1: of the deferred request
    uint8_t token = 0;         // Param2
    void describe(Visitor& v);
};

}  // namespace assay::wire
