#include "stack/wire/messages/digests.h"

#include <bit>

namespace assay::wire {

namespace {

constexpr ValueName kCertModels[] = {{0, "none"}, {1, "DeviceCert"}, {2, "AliasCert"}, {3, "GenericCert"}};
constexpr Bits kKeyUsage[] = {{0, 1, "KeyExUse"},        {1, 1, "ChallengeUse"},     {2, 1, "MeasurementUse"},
                              {3, 1, "EndpointInfoUse"}, {14, 1, "StandardsKeyUse"}, {15, 1, "VendorKeyUse"}};

}  // namespace

std::span<const Bits> key_usage_bits() { return kKeyUsage; }

void GetDigests::describe(Visitor& v) {
    v.header(kCode, spdm_version, reserved_field("Param1"), param1, reserved_field("Param2"), param2);
}

void Digests::describe(Visitor& v) {
    bool slots = v.at_least(Version::v1_3);
    v.header(kCode, spdm_version, slots ? Field{.name = "SupportedSlotMask"} : reserved_field("Param1"),
             supported_slot_mask, {.name = slots ? "ProvisionedSlotMask" : "SlotMask"}, slot_mask);
    size_t count = static_cast<size_t>(std::popcount(slot_mask));
    v.resize(digests, count);
    v.list("Digest", digests, [](Visitor& w, Bytes& digest) {
        w.sized({.name = "Digest", .kind = FieldKind::digest}, digest, w.context().hash_size);
    });
    if (!slots || !v.context().multi_key) return;
    v.resize(key_pair_id, count);
    v.list("KeyPairID", key_pair_id, [](Visitor& w, uint8_t& id) { w.u8({.name = "KeyPairID"}, id); });
    v.resize(certificate_info, count);
    v.list("CertificateInfo", certificate_info,
           [](Visitor& w, uint8_t& info) { w.u8(enumeration("CertModel", kCertModels), info); });
    v.resize(key_usage_mask, count);
    v.list("KeyUsageMask", key_usage_mask,
           [](Visitor& w, uint16_t& mask) { w.u16(flags("KeyUsageMask", kKeyUsage), mask); });
}

}  // namespace assay::wire
