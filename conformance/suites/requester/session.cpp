// Faults in the messages that establish a session and keep it alive, and in encapsulated requests.
#include "stack/wire/messages/session.h"
#include "conformance/suites/requester/fault.h"
#include "stack/wire/header.h"
#include "stack/wire/messages/encapsulated.h"
#include "stack/wire/messages/finish.h"
#include "stack/wire/messages/psk.h"

namespace assay::cases::requester {

using namespace wire;
using spdm::Check;

namespace {

constexpr Version v1_1 = Version::v1_1, v1_2 = Version::v1_2, v1_3 = Version::v1_3, v1_4 = Version::v1_4;
constexpr size_t kTooMuch = 1025;
constexpr unsigned kFewSteps = 6;

void add(std::vector<FaultRow>& rows, const lab::FlowOptions& session, FaultRow row) {
    row.flow = session;
    rows.push_back(std::move(row));
}

void add_finish(std::vector<FaultRow>& rows) {
    // Over the transcript as it is; behind the prefix; and with opaque data before it.
    for (const Versions layout : {Versions{v1_1, v1_1}, Versions{v1_2, v1_3}, Versions{v1_4}}) {
        add(rows, by_exchange(),
            {.check = Check::fin_verify_data,
             .shape = layout,
             .fault = bytes(code::finish, flip),
             .setup = in_the_clear()});
    }
    add(rows, by_exchange(),
        {.check = Check::response_malformed,
         .fault = bytes(code::finish, [](Bytes& response) { response.resize(4); }),
         .setup = in_the_clear(),
         .also = "SPDM-FIN-112"});
    // At 1.4: more opaque data than there may be, and more than there is.
    auto beyond = [](Bytes& response) { response.at(4) = 0xff; };
    add(rows, by_exchange(),
        {.check = Check::response_malformed,
         .fault = fields<FinishResponse>([](FinishResponse& m) { m.opaque_data = Bytes(kTooMuch); }),
         .also = "SPDM-FIN-114"});
    add(rows, by_exchange(),
        {.check = Check::response_malformed, .fault = bytes(code::finish, beyond), .also = "SPDM-FIN-114"});
    add(rows, by_psk(),
        {.check = Check::response_malformed,
         .fault = fields<PskFinishResponse>([](PskFinishResponse& m) { m.opaque_data = Bytes(kTooMuch); }),
         .also = "SPDM-PSK-124"});
    add(rows, by_psk(),
        {.check = Check::response_malformed,
         .fault = bytes(code::psk_finish, beyond),
         .also = "SPDM-PSK-124"});
}

void add_updates(std::vector<FaultRow>& rows) {
    auto echo = [](const std::function<void(KeyUpdateAck&)>& change, KeyOperation to) {
        return fields<KeyUpdateAck>(change, [to](const FaultContext& now) {
            return param1(now.request) == static_cast<uint8_t>(to);
        });
    };
    auto tag = [](KeyUpdateAck& m) { m.tag ^= 1; };
    auto operation = [](KeyUpdateAck& m) { m.key_operation = m.key_operation == 1 ? 2 : 1; };
    for (KeyOperation to :
         {KeyOperation::update_key, KeyOperation::update_all_keys, KeyOperation::verify_new_key}) {
        const bool last = to == KeyOperation::verify_new_key;
        add(rows, by_exchange(), {.check = Check::update_echo, .fault = echo(tag, to), .may_go_on = last});
        add(rows, by_exchange(),
            {.check = Check::update_echo, .fault = echo(operation, to), .may_go_on = last});
    }
}

// What answers a request inside comes outside: the answer itself, or an ERROR in its stead.
RecordFault outside(wire::Code to, std::optional<ErrorCode> error = {}) {
    return [to, error](const FaultContext& now, Bytes& record, bool& secured) {
        if (code_of(now.request) != to) return;
        record = now.honest;
        if (error)
            record = {byte(now.parameters.version), byte(code::error), static_cast<uint8_t>(*error), 0};
        secured = false;
    };
}

void add_places(std::vector<FaultRow>& rows) {
    for (wire::Code code : {code::finish, code::heartbeat, code::end_session}) {
        add(rows, by_exchange(),
            {.check = Check::answer_place, .record = outside(code), .may_go_on = code != code::finish});
    }
    for (ErrorCode error : {ErrorCode::decrypt_error, ErrorCode::unspecified, ErrorCode::busy}) {
        add(rows, by_exchange(),
            {.check = Check::answer_place,
             .also = "SPDM-ATK-120",
             .record = outside(code::heartbeat, error),
             .may_go_on = true});
    }
}

using Ack = EncapsulatedResponseAck;

Fault acknowledgement(const std::function<void(Ack&)>& change) { return fields<Ack>(change); }

void ask(Ack& m, Bytes request) {
    m.payload_type = static_cast<uint8_t>(AckPayload::present);
    m.encapsulated_request = std::move(request);
}

// However often the requester delivers, there is another request; whatever the device says of that.
Fault asks_on(wire::Code encapsulated) {
    return [encapsulated](const FaultContext& now, Bytes& response) {
        if (code_of(now.request) != code::deliver_encapsulated_response) return;
        Ack m;
        m.spdm_version = byte(now.parameters.version);
        m.request_id = static_cast<uint8_t>(param1(now.request) + 1);
        m.ack_request_id = param1(now.request);
        ask(m, {byte(now.parameters.version), byte(encapsulated), 0, 0});
        response = encode_raw(m, now.context());
    };
}

void add_turns(std::vector<FaultRow>& rows) {
    const Setup flow = mutual(mut_auth::encapsulated);
    auto turn = [&](FaultRow row) {
        if (!row.setup) row.setup = flow;
        add(rows, by_exchange(), std::move(row));
    };
    turn({.check = Check::ack_request_id, .fault = acknowledgement([](Ack& m) { m.ack_request_id ^= 1; })});
    // With AckRequestID before it, and at 1.1 without.
    for (const Versions layout : {Versions{v1_2}, Versions{v1_1, v1_1}}) {
        turn({.check = Check::ack_payload, .shape = layout, .fault = acknowledgement([](Ack& m) {
                                                                m.payload_type = 3;
                                                            })});
    }
    turn({.check = Check::ack_payload, .fault = acknowledgement([](Ack& m) {
                                           if (m.payload_type ==
                                               static_cast<uint8_t>(AckPayload::req_slot_number))
                                               m.req_slot_number = 7;
                                       })});
    turn({.check = Check::encap_steps,
          .fault = asks_on(code::get_digests),
          .setup = both(flow, [](Ends& ends) { ends.settings.max_encapsulated_requests = kFewSteps; })});
    for (wire::Code nested : {code::get_encapsulated_request, code::deliver_encapsulated_response}) {
        turn({.check = Check::encap_nested,
              .fault = fields<EncapsulatedRequest>(
                  [nested](EncapsulatedRequest& m) { m.encapsulated_request.at(1) = byte(nested); })});
        turn({.check = Check::encap_nested, .fault = asks_on(nested)});
    }
    // A request that is none.
    turn({.check = Check::response_malformed,
          .fault =
              fields<EncapsulatedRequest>([](EncapsulatedRequest& m) { m.encapsulated_request.resize(2); }),
          .also = "SPDM-ENC-109"});
}

}  // namespace

void add_session_faults(std::vector<FaultRow>& rows) {
    add_finish(rows);
    add_updates(rows);
    add_places(rows);
    add_turns(rows);
}

}  // namespace assay::cases::requester
