#include "stack/wire/messages/key_exchange.h"

namespace assay::wire {

namespace {

constexpr Bits kSessionPolicy[] = {{0, 1, "TerminationPolicy", Version::v1_2},
                                   {1, 1, "EventAllPolicy", Version::v1_3}};
constexpr Bits kMutAuth[] = {
    {0, 1, "WithoutEncapsulation"}, {1, 1, "WithEncapsulatedRequest"}, {2, 1, "WithImplicitGetDigests"}};
constexpr Bits kSlotIdParam[] = {{0, 4, "SlotID"}};

}  // namespace

Field session_policy_field(Version version, std::string_view reserved_name) {
    if (version < Version::v1_2) return reserved_field(reserved_name);
    return flags("SessionPolicy", kSessionPolicy);
}

void KeyExchange::describe(Visitor& v) {
    v.header(kCode, spdm_version, summary_hash_type_field("MeasurementSummaryHashType"),
             measurement_summary_hash_type, {.name = "SlotID"}, slot_id);
    v.u16({.name = "ReqSessionID"}, req_session_id);
    v.u8(session_policy_field(v.version(), "Reserved"), session_policy);
    v.u8(reserved_field(), reserved);
    describe_nonce(v, random_data, "RandomData");
    v.sized({.name = "ExchangeData"}, exchange_data, v.context().exchange_size);
    describe_opaque(v, opaque_data);
}

void KeyExchangeResponse::describe(Visitor& v) {
    const Context& context = v.context();
    v.header(kCode, spdm_version, {.name = "HeartbeatPeriod"}, heartbeat_period, reserved_field("Param2"),
             param2);
    v.u16({.name = "RspSessionID"}, rsp_session_id);
    v.u8(flags("MutAuthRequested", kMutAuth), mut_auth_requested);
    v.u8(flags("SlotIDParam", kSlotIdParam), slot_id_param);
    describe_nonce(v, random_data, "RandomData");
    v.sized({.name = "ExchangeData"}, exchange_data,
            context.exchange_response_size != 0 ? context.exchange_response_size : context.exchange_size);
    describe_summary_hash(v, measurement_summary_hash);
    describe_opaque(v, opaque_data);
    v.sized({.name = "Signature", .kind = FieldKind::signature}, signature, context.signature_size);
    if (!context.verify_data_in_exchange) return;
    v.sized({.name = "ResponderVerifyData", .kind = FieldKind::mac}, responder_verify_data,
            context.hash_size);
}

}  // namespace assay::wire
