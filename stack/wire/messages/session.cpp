#include "stack/wire/messages/session.h"

namespace assay::wire {

namespace {

constexpr ValueName kOperations[] = {{1, "UpdateKey"}, {2, "UpdateAllKeys"}, {3, "VerifyNewKey"}};
constexpr Bits kEndAttributes[] = {{0, 1, "NegotiatedStatePreservationIndicator"}};

}  // namespace

void Heartbeat::describe(Visitor& v) {
    v.header(kCode, spdm_version, reserved_field("Param1"), param1, reserved_field("Param2"), param2);
}

void HeartbeatAck::describe(Visitor& v) {
    v.header(kCode, spdm_version, reserved_field("Param1"), param1, reserved_field("Param2"), param2);
}

void KeyUpdate::describe(Visitor& v) {
    v.header(kCode, spdm_version, enumeration("KeyOperation", kOperations), key_operation, {.name = "Tag"},
             tag);
}

void KeyUpdateAck::describe(Visitor& v) {
    v.header(kCode, spdm_version, enumeration("KeyOperation", kOperations), key_operation, {.name = "Tag"},
             tag);
}

void EndSession::describe(Visitor& v) {
    v.header(kCode, spdm_version, flags("Param1", kEndAttributes), param1, reserved_field("Param2"), param2);
}

void EndSessionAck::describe(Visitor& v) {
    v.header(kCode, spdm_version, reserved_field("Param1"), param1, reserved_field("Param2"), param2);
}

}  // namespace assay::wire
