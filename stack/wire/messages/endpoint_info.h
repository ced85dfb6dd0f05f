// GET_ENDPOINT_INFO and ENDPOINT_INFO (DSP0274, GET_ENDPOINT_INFO request and ENDPOINT_INFO response
// messages), and the DeviceClassIdentifier structure. 1.3+.
#pragma once

#include "stack/wire/codes.h"
#include "stack/wire/messages/challenge.h"
#include "stack/wire/messages/standards_body.h"
#include "stack/wire/visitor.h"

namespace assay::wire {

inline constexpr uint8_t kDeviceClassIdentifier = 0x01;  // SubCode
inline constexpr uint8_t kEpInfoSignature = 0x01;        // RequestAttributes

struct GetEndpointInfo {
    static constexpr Code kCode = code::get_endpoint_info;
    uint8_t spdm_version = 0;
    uint8_t sub_code = 0;  // Param1
    uint8_t slot_id = 0;   // Param2: bits 3:0, 0xF for the raw public key
    uint8_t request_attributes = 0;
    std::array<uint8_t, 3> reserved{};
    Nonce nonce{};  // with kEpInfoSignature
    void describe(Visitor& v);
};

struct EndpointInfo {
    static constexpr Code kCode = code::endpoint_info;
    uint8_t spdm_version = 0;
    uint8_t param1 = 0;
    uint8_t slot_id = 0;  // Param2: bits 3:0
    uint32_t reserved = 0;
    Nonce nonce{};    // when signed
    Bytes ep_info;    // DeviceClassIdentifier: the only SubCode there is
    Bytes signature;  // when requested
    void describe(Visitor& v);
};

// One identifier of a device class, with its subordinate identifiers. IDElemLength that disagrees with the
// element is refused (Errc::inconsistent).
struct IdElement {
    StandardsBodyHeader svh;
    std::vector<Bytes> sub_identifiers;
    void describe(Visitor& v);

    size_t size() const;  // bytes on the wire after IDElemLength
};

struct DeviceClassIdentifier {
    std::array<uint8_t, 3> reserved{};
    std::vector<IdElement> identifiers;
    void describe(Visitor& v);
};

}  // namespace assay::wire
