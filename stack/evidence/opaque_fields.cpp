#include "stack/evidence/opaque_fields.h"

#include "stack/wire/encode.h"
#include "stack/wire/messages/opaque_data.h"

namespace assay::evidence {

namespace {

constexpr uint8_t kPciSig = 3;
const Bytes& nvidia() {
    static const Bytes kVendor = {0xde, 0x10};
    return kVendor;
}

bool is_plain(wire::Version version) { return version < wire::Version::v1_2; }

}  // namespace

void NvidiaField::describe(wire::Visitor& v) {
    v.u16({.name = "type"}, type);
    v.length({.name = "length", .counts = "value"}, 2, value);
    v.blob({.name = "value"}, value);
}

Bytes nvidia_opaque_data(wire::Version version, Bytes fields) {
    if (is_plain(version)) return fields;
    const wire::OpaqueData data{
        .elements = {{.id = kPciSig, .vendor_id = nvidia(), .data = std::move(fields), .align_padding = {}}}};
    return wire::encode_raw(data, {.version = version});
}

Result<FieldsPlace> find_nvidia_fields(wire::Version version, ByteView opaque_data) {
    if (is_plain(version)) return FieldsPlace{0, opaque_data.size()};
    const wire::Context context{.version = version};
    const auto data = TRY(wire::decode_exact<wire::OpaqueData>(opaque_data, context));
    const wire::OpaqueElement* only = data.elements.size() == 1 ? &data.elements.front() : nullptr;
    if (only == nullptr || only->id != kPciSig || only->vendor_id != nvidia())
        return fail(Errc::inconsistent, "OpaqueData", Error::npos, "it is not one element of NVIDIA's");
    const wire::Annotation parts = wire::annotate_as<wire::OpaqueData>(opaque_data, {}, context);
    return FieldsPlace{parts.find("OpaqueElement[0].OpaqueElementData")->offset, only->data.size()};
}

}  // namespace assay::evidence
