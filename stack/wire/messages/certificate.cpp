#include "stack/wire/messages/certificate.h"

namespace assay::wire {

namespace {

constexpr Bits kSlot[] = {{0, 4, "SlotID"}, {7, 1, "LargeCertChain", Version::v1_4}};
constexpr Bits kRequestAttributes[] = {{0, 1, "SlotSizeRequested", Version::v1_3}};
constexpr Bits kCertificateInfo[] = {{0, 3, "CertModel", Version::v1_3}};

bool large(const Visitor& v, uint8_t slot_id) {
    return v.at_least(Version::v1_4) && (slot_id & kLargeCertChain) != 0;
}

}  // namespace

void GetCertificate::describe(Visitor& v) {
    v.header(kCode, spdm_version, flags("Param1", kSlot), slot_id, flags("Param2", kRequestAttributes),
             param2);
    v.u16({.name = "Offset"}, offset);
    v.u16({.name = "Length"}, length);
    if (!large(v, slot_id)) return;
    v.u32({.name = "LargeOffset"}, large_offset);
    v.u32({.name = "LargeLength"}, large_length);
}

void CertificateResponse::describe(Visitor& v) {
    v.header(kCode, spdm_version, flags("Param1", kSlot), slot_id, flags("Param2", kCertificateInfo),
             certificate_info);
    if (large(v, slot_id)) {
        uint16_t short_portion = 0;
        v.u16({.name = "PortionLength", .max = 0}, short_portion);
        v.u16({.name = "RemainderLength", .max = 0}, remainder_length);
        v.length({.name = "LargePortionLength", .counts = "CertChain"}, 4, cert_chain);
        v.u32({.name = "LargeRemainderLength"}, large_remainder_length);
    } else {
        v.length({.name = "PortionLength", .counts = "CertChain"}, 2, cert_chain);
        v.u16({.name = "RemainderLength"}, remainder_length);
    }
    v.blob({.name = "CertChain"}, cert_chain);
}

void CertChain::describe(Visitor& v) {
    if (v.at_least(Version::v1_4)) {
        v.total_length({.name = "Length"}, 4);
    } else {
        v.total_length({.name = "Length"}, 2);
        v.u16(reserved_field(), reserved);
    }
    v.sized({.name = "RootHash", .kind = FieldKind::digest}, root_hash, v.context().hash_size);
    v.rest({.name = "Certificates"}, certificates);
}

}  // namespace assay::wire
