// The general opaque data structure (DSP0274, general opaque data format; before 1.2 DSP0277, opaque data
// format), and the contents of its secured-message elements (DSP0277, secured message opaque element).
#pragma once

#include "stack/wire/visitor.h"

namespace assay::wire {

// SpecID of the form before 1.2.
inline constexpr uint32_t kOpaqueSpecId = 0x444d5446;

// One element. Padding makes it a multiple of four bytes long.
struct OpaqueElement {
    uint8_t id = 0;  // registry, as StandardID of the vendor-defined messages
    Bytes vendor_id;
    Bytes data;
    Bytes align_padding;  // what was received; when encoding its size is worked out
    void describe(Visitor& v);
};

// OpaqueDataFmt1 at 1.2 and later, the form of DSP0277 before. Decode with decode_exact(): the elements must
// fill the opaque data.
struct OpaqueData {
    uint32_t spec_id = kOpaqueSpecId;     // before 1.2
    uint8_t opaque_version = 1;           // before 1.2
    uint16_t reserved_1_1 = 0;            // before 1.2
    std::array<uint8_t, 3> reserved{};    // 1.2+
    std::vector<OpaqueElement> elements;  // one or more
    void describe(Visitor& v);
};

// SMDataID.
enum class SmDataId : uint8_t { version_selection = 0, supported_version = 1, aead_limit = 2 };

// AeadLimitExponent when no AeadLimit is sent; also the greatest there is.
inline constexpr uint8_t kMaxAeadLimitExponent = 64;

// The data of an element with ID 0 (DMTF) and no VendorID. Version numbers have the layout of
// VersionNumberEntry in VERSION.
struct SecuredMessageData {
    uint8_t sm_data_version = 1;
    uint8_t sm_data_id = 0;
    uint16_t selected_version = 0;                        // version_selection
    std::vector<uint16_t> versions;                       // supported_version
    uint8_t aead_limit_exponent = kMaxAeadLimitExponent;  // aead_limit
    Bytes unknown;                                        // any other SMDataID
    void describe(Visitor& v);
};

}  // namespace assay::wire
