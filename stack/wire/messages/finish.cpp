#include "stack/wire/messages/finish.h"

namespace assay::wire {

namespace {

constexpr Bits kParam1[] = {{0, 1, "SignatureIncluded"}};

}  // namespace

void Finish::describe(Visitor& v) {
    v.header(kCode, spdm_version, flags("Param1", kParam1), param1, {.name = "SlotID"}, slot_id);
    describe_opaque_1_4(v, opaque_data);
    if ((param1 & kSignatureIncluded) != 0) {
        v.sized({.name = "Signature", .kind = FieldKind::signature}, signature,
                v.context().requester_signature_size);
    }
    v.sized({.name = "RequesterVerifyData", .kind = FieldKind::mac}, requester_verify_data,
            v.context().hash_size);
}

void FinishResponse::describe(Visitor& v) {
    v.header(kCode, spdm_version, reserved_field("Param1"), param1, reserved_field("Param2"), param2);
    describe_opaque_1_4(v, opaque_data);
    if (!v.context().verify_data_in_finish) return;
    v.sized({.name = "ResponderVerifyData", .kind = FieldKind::mac}, responder_verify_data,
            v.context().hash_size);
}

}  // namespace assay::wire
