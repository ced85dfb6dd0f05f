#include "stack/wire/messages/psk.h"

#include "stack/wire/messages/key_exchange.h"

namespace assay::wire {

void PskExchange::describe(Visitor& v) {
    v.header(kCode, spdm_version, summary_hash_type_field("MeasurementSummaryHashType"),
             measurement_summary_hash_type, session_policy_field(v.version(), "Param2"), session_policy);
    v.u16({.name = "ReqSessionID"}, req_session_id);
    v.length({.name = "PSKHintLength", .counts = "PSKHint"}, 2, psk_hint);
    v.length({.name = "RequesterContextLength", .counts = "RequesterContext"}, 2, requester_context);
    describe_opaque_length(v, opaque_data);
    v.blob({.name = "PSKHint"}, psk_hint);
    v.blob({.name = "RequesterContext", .kind = FieldKind::random}, requester_context);
    describe_opaque_bytes(v, opaque_data);
}

void PskExchangeResponse::describe(Visitor& v) {
    v.header(kCode, spdm_version, {.name = "HeartbeatPeriod"}, heartbeat_period, reserved_field("Param2"),
             param2);
    v.u16({.name = "RspSessionID"}, rsp_session_id);
    v.u16(reserved_field(), reserved);
    v.length({.name = "ResponderContextLength", .counts = "ResponderContext"}, 2, responder_context);
    describe_opaque_length(v, opaque_data);
    describe_summary_hash(v, measurement_summary_hash);
    v.blob({.name = "ResponderContext", .kind = FieldKind::random}, responder_context);
    describe_opaque_bytes(v, opaque_data);
    v.sized({.name = "ResponderVerifyData", .kind = FieldKind::mac}, responder_verify_data,
            v.context().hash_size);
}

void PskFinish::describe(Visitor& v) {
    v.header(kCode, spdm_version, reserved_field("Param1"), param1, reserved_field("Param2"), param2);
    describe_opaque_1_4(v, opaque_data);
    v.sized({.name = "RequesterVerifyData", .kind = FieldKind::mac}, requester_verify_data,
            v.context().hash_size);
}

void PskFinishResponse::describe(Visitor& v) {
    v.header(kCode, spdm_version, reserved_field("Param1"), param1, reserved_field("Param2"), param2);
    describe_opaque_1_4(v, opaque_data);
}

}  // namespace assay::wire
