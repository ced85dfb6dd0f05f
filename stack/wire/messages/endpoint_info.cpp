#include "stack/wire/messages/endpoint_info.h"

namespace assay::wire {

namespace {

constexpr ValueName kSubCodes[] = {{kDeviceClassIdentifier, "DeviceClassIdentifier"}};
constexpr Bits kSlot[] = {{0, 4, "SlotID"}};
constexpr Bits kAttributes[] = {{0, 1, "SignatureRequested"}};

// IDElemLength, the header and NumSubIDs.
constexpr size_t kMinIdElement = 1 + kMinStandardsBodyHeader + 1;

void describe_sub_identifier(Visitor& v, Bytes& identifier) {
    v.length({.name = "SubIDLen", .counts = "SubIdentifier"}, 1, identifier);
    v.blob({.name = "SubIdentifier"}, identifier);
}

}  // namespace

void GetEndpointInfo::describe(Visitor& v) {
    v.header(kCode, spdm_version, enumeration("SubCode", kSubCodes), sub_code, flags("Param2", kSlot),
             slot_id);
    v.u8(flags("RequestAttributes", kAttributes), request_attributes);
    v.array(reserved_field(), reserved);
    if ((request_attributes & kEpInfoSignature) != 0) describe_nonce(v, nonce);
}

void EndpointInfo::describe(Visitor& v) {
    bool is_signed = v.context().signed_response;
    v.header(kCode, spdm_version, reserved_field("Param1"), param1, flags("Param2", kSlot), slot_id);
    v.u32(reserved_field(), reserved);
    if (is_signed) describe_nonce(v, nonce);
    v.length({.name = "EPInfoLen", .counts = "EPInfo"}, 4, ep_info);
    v.nested_blob({.name = "EPInfo"}, ep_info, Nested::device_class);
    if (!is_signed) return;
    v.sized({.name = "Signature", .kind = FieldKind::signature}, signature, v.context().signature_size);
}

size_t IdElement::size() const {
    size_t size = svh.size() + 1;
    for (const Bytes& identifier : sub_identifiers) size += 1 + identifier.size();
    return size;
}

void IdElement::describe(Visitor& v) {
    Bytes counted(v.decoding() ? 0 : size());
    v.length({.name = "IDElemLength", .counts = "IDElement"}, 1, counted);
    size_t start = v.position();
    svh.describe(v);
    v.count({.name = "NumSubIDs", .kind = FieldKind::count, .counts = "SubordinateID"}, 1, sub_identifiers,
            1);
    v.list("SubordinateID", sub_identifiers, describe_sub_identifier);
    if (!v.failed() && v.decoding() && v.position() - start != counted.size()) {
        v.refuse(Errc::inconsistent, "IDElemLength", "is not the size of the element");
    }
}

void DeviceClassIdentifier::describe(Visitor& v) {
    v.count({.name = "NumIdentifiers", .kind = FieldKind::count, .counts = "IDElement"}, 1, identifiers,
            kMinIdElement);
    v.array(reserved_field(), reserved);
    v.list("IDElement", identifiers, [](Visitor& w, IdElement& element) { element.describe(w); });
}

}  // namespace assay::wire
