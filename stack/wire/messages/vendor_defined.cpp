#include "stack/wire/messages/vendor_defined.h"

namespace assay::wire {

namespace {

constexpr Bits kRequestParam1[] = {{7, 1, "LargeReq", Version::v1_4}};
constexpr Bits kResponseParam1[] = {{7, 1, "LargeResp", Version::v1_4}};
constexpr ValueName kRegistries[] = {{0, "DMTF"},  {1, "TCG"},     {2, "USB"},        {3, "PCI-SIG"},
                                     {4, "IANA"},  {5, "HDBaseT"}, {6, "MIPI"},       {7, "CXL"},
                                     {8, "JEDEC"}, {9, "VESA"},    {10, "IANA-CBOR"}, {11, "DMTF-DSP"}};

void describe_body(Visitor& v, VendorDefinedBody& body) {
    v.u16(enumeration("StandardID", kRegistries), body.standard_id);
    v.length({.name = "VendorIDLen", .counts = "VendorID"}, 1, body.vendor_id);
    v.blob({.name = "VendorID"}, body.vendor_id);
    if (v.at_least(Version::v1_4) && (body.param1 & kLargePayload) != 0) {
        v.u16(reserved_field(), body.reserved);
        v.length({.name = "LargeLength", .counts = "VendorDefinedPayload"}, 4, body.payload);
    } else {
        v.length({.name = "Length", .counts = "VendorDefinedPayload"}, 2, body.payload);
    }
    v.blob({.name = "VendorDefinedPayload"}, body.payload);
}

}  // namespace

void VendorDefinedRequest::describe(Visitor& v) {
    v.header(kCode, spdm_version, flags("Param1", kRequestParam1), param1, reserved_field("Param2"), param2);
    describe_body(v, *this);
}

void VendorDefinedResponse::describe(Visitor& v) {
    v.header(kCode, spdm_version, flags("Param1", kResponseParam1), param1, reserved_field("Param2"), param2);
    describe_body(v, *this);
}

std::span<const ValueName> registry_ids() { return kRegistries; }

bool vendor_id_length_ok(uint16_t standard_id, size_t length) {
    switch (standard_id) {
        case 0:
        case 9: return length == 0;
        case 1:
        case 2:
        case 3:
        case 6:
        case 7:
        case 8:
        case 11: return length == 2;
        case 4:
        case 5: return length == 4;
        case 10: return length == 1 || length == 2 || length == 3 || length == 5 || length == 9;
        default: return false;
    }
}

}  // namespace assay::wire
