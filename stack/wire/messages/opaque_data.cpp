#include "stack/wire/messages/opaque_data.h"

#include "stack/wire/messages/vendor_defined.h"
#include "stack/wire/messages/version.h"

namespace assay::wire {

namespace {

constexpr ValueName kDataIds[] = {{0, "VersionSelection"}, {1, "SupportedVersion"}, {2, "AeadLimit"}};
// ID, VendorLen, OpaqueElementDataLen.
constexpr size_t kMinElement = 4;
constexpr size_t kAlignment = 4;

}  // namespace

void OpaqueElement::describe(Visitor& v) {
    size_t start = v.position();
    v.u8(enumeration("ID", registry_ids()), id);
    v.length({.name = "VendorLen", .counts = "VendorID"}, 1, vendor_id);
    v.blob({.name = "VendorID"}, vendor_id);
    v.length({.name = "OpaqueElementDataLen", .counts = "OpaqueElementData"}, 2, data);
    v.blob({.name = "OpaqueElementData"}, data);
    v.padding(reserved_field("AlignPadding"), align_padding, start, kAlignment);
}

void OpaqueData::describe(Visitor& v) {
    Field total{.name = "TotalElements", .kind = FieldKind::count, .min = 1, .counts = "OpaqueElement"};
    if (v.at_least(Version::v1_2)) {
        v.count(total, 1, elements, kMinElement);
        v.array(reserved_field(), reserved);
    } else {
        v.u32({.name = "SpecID", .min = kOpaqueSpecId, .max = kOpaqueSpecId}, spec_id);
        v.u8({.name = "OpaqueVersion", .min = 1, .max = 1}, opaque_version);
        v.count(total, 1, elements, kMinElement);
        v.u16(reserved_field(), reserved_1_1);
    }
    v.list("OpaqueElement", elements, [](Visitor& w, OpaqueElement& element) { element.describe(w); });
}

void SecuredMessageData::describe(Visitor& v) {
    v.u8({.name = "SMDataVersion", .min = 1, .max = 1}, sm_data_version);
    v.u8(enumeration("SMDataID", kDataIds), sm_data_id);
    switch (static_cast<SmDataId>(sm_data_id)) {
        case SmDataId::version_selection:
            v.u16(version_number_field("SelectedVersion"), selected_version);
            return;
        case SmDataId::supported_version:
            v.count({.name = "VersionCount", .kind = FieldKind::count, .counts = "Version"}, 1, versions, 2);
            v.list("Version", versions,
                   [](Visitor& w, uint16_t& version) { w.u16(version_number_field("Version"), version); });
            return;
        case SmDataId::aead_limit:
            v.u8({.name = "AeadLimitExponent", .max = kMaxAeadLimitExponent}, aead_limit_exponent);
            return;
    }
    v.rest({.name = "SMData"}, unknown);
}

}  // namespace assay::wire
