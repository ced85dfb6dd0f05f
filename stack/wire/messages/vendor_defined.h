// VENDOR_DEFINED_REQUEST and VENDOR_DEFINED_RESPONSE (DSP0274, VENDOR_DEFINED_REQUEST message).
#pragma once

#include "stack/wire/codes.h"
#include "stack/wire/visitor.h"

namespace assay::wire {

inline constexpr uint8_t kLargePayload = 0x80;  // Param1, 1.4

// The body that request and response share.
struct VendorDefinedBody {
    uint8_t param1 = 0;  // bit 7 LargeReq or LargeResp (1.4)
    uint8_t param2 = 0;
    uint16_t standard_id = 0;
    Bytes vendor_id;
    uint16_t reserved = 0;  // large form only
    Bytes payload;
};

struct VendorDefinedRequest : VendorDefinedBody {
    static constexpr Code kCode = code::vendor_defined_request;
    uint8_t spdm_version = 0;
    void describe(Visitor& v);
};

struct VendorDefinedResponse : VendorDefinedBody {
    static constexpr Code kCode = code::vendor_defined_response;
    uint8_t spdm_version = 0;
    void describe(Visitor& v);
};

// The registries that StandardID and the ID of a standards body header name.
std::span<const ValueName> registry_ids();

// Whether the registry allows a VendorID of that length (DSP0274, registry or standards body ID table).
bool vendor_id_length_ok(uint16_t standard_id, size_t length);

}  // namespace assay::wire
