#include "stack/wire/messages/encapsulated.h"

namespace assay::wire {

namespace {

constexpr ValueName kPayloads[] = {{0, "Absent"}, {1, "Present"}, {2, "ReqSlotNumber"}};

}  // namespace

void GetEncapsulatedRequest::describe(Visitor& v) {
    v.header(kCode, spdm_version, reserved_field("Param1"), param1, reserved_field("Param2"), param2);
}

void EncapsulatedRequest::describe(Visitor& v) {
    v.header(kCode, spdm_version, {.name = "RequestID"}, request_id, reserved_field("Param2"), param2);
    v.nested_rest({.name = "EncapsulatedRequest"}, encapsulated_request, Nested::message);
}

void DeliverEncapsulatedResponse::describe(Visitor& v) {
    v.header(kCode, spdm_version, {.name = "RequestID"}, request_id, reserved_field("Param2"), param2);
    v.nested_rest({.name = "EncapsulatedResponse"}, encapsulated_response, Nested::message);
}

void EncapsulatedResponseAck::describe(Visitor& v) {
    v.header(kCode, spdm_version, {.name = "RequestID"}, request_id, enumeration("PayloadType", kPayloads),
             payload_type);
    if (v.at_least(Version::v1_2)) {
        v.u8({.name = "AckRequestID"}, ack_request_id);
        v.array(reserved_field(), reserved);
    }
    switch (static_cast<AckPayload>(payload_type)) {
        case AckPayload::present:
            v.nested_rest({.name = "EncapsulatedRequest"}, encapsulated_request, Nested::message);
            return;
        case AckPayload::req_slot_number: v.u8({.name = "ReqSlotNumber"}, req_slot_number); return;
        default: return;
    }
}

}  // namespace assay::wire
