#include "stack/wire/messages/set_certificate.h"

namespace assay::wire {

namespace {

constexpr Bits kRequestParam1[] = {
    {0, 4, "SlotID"}, {4, 3, "SetCertModel", Version::v1_3}, {7, 1, "Erase", Version::v1_3}};
constexpr Bits kResponseParam1[] = {{0, 4, "SlotID"}};

}  // namespace

void SetCertificate::describe(Visitor& v) {
    bool attributes = v.at_least(Version::v1_3);
    v.header(kCode, spdm_version, flags("Param1", kRequestParam1), param1,
             attributes ? Field{.name = "KeyPairID"} : reserved_field("Param2"), key_pair_id);
    if (attributes && (param1 & kEraseSlot) != 0) return;
    v.nested_rest({.name = "CertChain"}, cert_chain, Nested::certificate_chain);
}

void SetCertificateResponse::describe(Visitor& v) {
    v.header(kCode, spdm_version, flags("Param1", kResponseParam1), slot_id, reserved_field("Param2"),
             param2);
}

}  // namespace assay::wire
