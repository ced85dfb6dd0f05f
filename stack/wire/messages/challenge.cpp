#include "stack/wire/messages/challenge.h"

namespace assay::wire {

namespace {

constexpr Bits kAuthParam1[] = {{0, 4, "SlotID"}, {7, 1, "BasicMutAuthReq"}};
constexpr ValueName kSummaryTypes[] = {{summary::none, "none"}, {summary::tcb, "TCB"}, {summary::all, "all"}};

}  // namespace

Field summary_hash_type_field(std::string_view name) { return enumeration(name, kSummaryTypes); }

void describe_opaque_length(Visitor& v, Bytes& opaque_data) {
    v.length({.name = "OpaqueDataLength", .max = kMaxOpaqueData, .counts = "OpaqueData"}, 2, opaque_data);
}

void describe_opaque_bytes(Visitor& v, Bytes& opaque_data) {
    v.nested_blob({.name = "OpaqueData"}, opaque_data, Nested::opaque_data);
}

void describe_opaque(Visitor& v, Bytes& opaque_data) {
    describe_opaque_length(v, opaque_data);
    describe_opaque_bytes(v, opaque_data);
}

void describe_opaque_1_4(Visitor& v, Bytes& opaque_data) {
    if (v.at_least(Version::v1_4)) describe_opaque(v, opaque_data);
}

void describe_requester_context(Visitor& v, RequesterContext& context) {
    if (v.at_least(Version::v1_3)) v.array({.name = "RequesterContext"}, context);
}

void describe_nonce(Visitor& v, Nonce& nonce, std::string_view name) {
    v.array({.name = name, .kind = FieldKind::random}, nonce);
}

void describe_summary_hash(Visitor& v, Bytes& hash) {
    if (!v.context().measurement_summary) return;
    v.sized({.name = "MeasurementSummaryHash", .kind = FieldKind::digest}, hash, v.context().hash_size);
}

void Challenge::describe(Visitor& v) {
    v.header(kCode, spdm_version, {.name = "SlotID"}, slot_id,
             summary_hash_type_field("MeasurementSummaryHashType"), measurement_summary_hash_type);
    describe_nonce(v, nonce);
    describe_requester_context(v, requester_context);
}

void ChallengeAuth::describe(Visitor& v) {
    v.header(kCode, spdm_version, flags("Param1", kAuthParam1), slot_id, {.name = "SlotMask"}, slot_mask);
    v.sized({.name = "CertChainHash", .kind = FieldKind::digest}, cert_chain_hash, v.context().hash_size);
    describe_nonce(v, nonce);
    describe_summary_hash(v, measurement_summary_hash);
    describe_opaque(v, opaque_data);
    describe_requester_context(v, requester_context);
    v.sized({.name = "Signature", .kind = FieldKind::signature}, signature, v.context().signature_size);
}

}  // namespace assay::wire
