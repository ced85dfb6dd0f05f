#include "stack/spdm/secured_opaque.h"

#include <algorithm>

#include "stack/wire/decode.h"
#include "stack/wire/encode.h"

namespace assay::spdm {

using namespace wire;

namespace {

constexpr uint8_t kDmtf = 0;

OpaqueElement element(const SecuredMessageData& data, const Context& context) {
    OpaqueElement element;
    element.id = kDmtf;
    element.data = encode_raw(data, context);
    return element;
}

Result<> read_element(const OpaqueElement& element, const Context& context, SecuredElements& said) {
    bool zero = std::ranges::all_of(element.align_padding, [](uint8_t byte) { return byte == 0; });
    if (!zero) return fail(Errc::out_of_range, "AlignPadding", Error::npos, "is not zero");
    if (element.id != kDmtf || !element.vendor_id.empty()) return {};
    auto data = TRY(decode_exact<SecuredMessageData>(element.data, context));
    switch (static_cast<SmDataId>(data.sm_data_id)) {
        case SmDataId::version_selection: said.selected = data.selected_version; break;
        case SmDataId::supported_version: said.offered = data.versions; break;
        case SmDataId::aead_limit: said.aead_limit = data.aead_limit_exponent; break;
    }
    return {};
}

}  // namespace

Bytes secured_opaque(const Context& context, const SecuredElements& said) {
    OpaqueData opaque;
    if (!said.offered.empty()) {
        SecuredMessageData data;
        data.sm_data_id = static_cast<uint8_t>(SmDataId::supported_version);
        data.versions = said.offered;
        opaque.elements.push_back(element(data, context));
    }
    if (said.selected) {
        SecuredMessageData data;
        data.sm_data_id = static_cast<uint8_t>(SmDataId::version_selection);
        data.selected_version = *said.selected;
        opaque.elements.push_back(element(data, context));
    }
    if (said.aead_limit) {
        SecuredMessageData data;
        data.sm_data_id = static_cast<uint8_t>(SmDataId::aead_limit);
        data.aead_limit_exponent = *said.aead_limit;
        opaque.elements.push_back(element(data, context));
    }
    return encode_raw(opaque, context);
}

Result<SecuredElements> read_secured_opaque(ByteView opaque, const Context& context) {
    auto data = TRY(decode_exact<OpaqueData>(opaque, context));
    SecuredElements said;
    for (const OpaqueElement& element : data.elements) TRY(read_element(element, context, said));
    return said;
}

std::optional<uint16_t> common_secured_version(const std::vector<uint16_t>& ours,
                                               const std::vector<uint16_t>& theirs) {
    // UpdateVersionNumber and Alpha do not take part.
    constexpr uint16_t kNumber = 0xff00;
    std::optional<uint16_t> highest;
    for (uint16_t version : ours) {
        bool common = std::ranges::any_of(
            theirs, [&](uint16_t other) { return (other & kNumber) == (version & kNumber); });
        if (common && (!highest || version > *highest)) highest = version;
    }
    return highest;
}

uint64_t record_limit(uint16_t secured_version, uint8_t ours, std::optional<uint8_t> theirs) {
    if (secured_version < kSecured1_3) return UINT64_MAX;
    uint8_t exponent = std::min(ours, theirs.value_or(kMaxAeadLimitExponent));
    return exponent >= 64 ? UINT64_MAX : uint64_t{1} << exponent;
}

}  // namespace assay::spdm
