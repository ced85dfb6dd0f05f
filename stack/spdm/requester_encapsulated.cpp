// The responder's turn to ask: it sends requests in its responses, and the requester answers in its requests
// (DSP0274, GET_ENCAPSULATED_REQUEST request message and the clauses around it).
#include "stack/spdm/requester_impl.h"
#include "stack/wire/header.h"
#include "stack/wire/messages/encapsulated.h"
#include "stack/wire/messages/error.h"

namespace assay::spdm {

using namespace wire;

namespace {

constexpr uint8_t kSlotMask = 0x0f;
// What DELIVER_ENCAPSULATED_RESPONSE has before the response.
constexpr size_t kDeliverHeader = 4;
// KeyUsageMask of our keys on multi-key connections: every usage.
constexpr uint16_t kKeyUsage =
    key_usage::key_ex | key_usage::challenge | key_usage::measurement | key_usage::endpoint_info;

// Without the check of what came short, zeros follow.
Bytes with_header(Bytes message) {
    message.resize(std::max<size_t>(message.size(), 4));
    return message;
}

}  // namespace

Turn Requester::turn() const {
    if (!turn_) return Turn::none;
    return turn_->answer.empty() ? Turn::poll : Turn::deliver;
}

Bytes Requester::take_turn() {
    return turn() == Turn::deliver ? deliver_encapsulated_response() : get_encapsulated_request();
}

Bytes Requester::get_encapsulated_request() {
    std::optional<uint32_t> place = turn_ ? turn_->place : place_;
    Bytes out = begin_at(encoded(GetEncapsulatedRequest{}, learned_.parameters.context()), place);
    if (pending_ && turn_) pending_->handshake = turn_->session;
    return out;
}

Bytes Requester::deliver_encapsulated_response() {
    DeliverEncapsulatedResponse message;
    std::optional<uint32_t> place = place_;
    if (turn_) {
        message.request_id = turn_->request_id;
        message.encapsulated_response = turn_->answer;
        place = turn_->place;
    }
    Bytes out = begin_at(encoded(message, learned_.parameters.context()), place);
    if (pending_ && turn_) pending_->handshake = turn_->session;
    return out;
}

// A CHALLENGE has its place outside sessions and their handshakes.
void Requester::open_turn(std::optional<uint32_t> session, std::optional<uint32_t> place) {
    turn_.emplace();
    turn_->session = session;
    turn_->place = place;
    if (!session && !place) turn_->m1 = provider_.new_hash(learned_.parameters.suite().hash);
}

void Requester::close_turn(std::optional<uint8_t> slot) {
    if (RequesterSession* session = find(turn_->session)) session->slot = slot ? slot : turn_->slot;
    if (turn_->challenged) learned_.mutually_authenticated = true;
    turn_.reset();
}

Checked<> Requester::encapsulated_request_received(ByteView response) {
    auto message = TRY(decoded<EncapsulatedRequest>(response, learned_.parameters.context(), nullptr));
    if (!turn_) open_turn(std::nullopt, pending_->session);
    turn_->request_id = message.request_id;
    turn_->answer = TRY(answer(message.encapsulated_request));
    return {};
}

Checked<> Requester::encapsulated_ack_received(ByteView response) {
    const Parameters& p = learned_.parameters;
    auto request = asked<DeliverEncapsulatedResponse>();
    auto message = TRY(decoded<EncapsulatedResponseAck>(response, p.context(), nullptr));
    if (p.version >= Version::v1_2) {
        TRY(checker_.demand(Check::ack_request_id, message.ack_request_id == request.request_id));
    }
    auto payload = static_cast<AckPayload>(message.payload_type);
    bool names_slot = payload == AckPayload::req_slot_number;
    bool slot_is_ours = identities_.find(message.req_slot_number) != nullptr;
    TRY(checker_.demand(Check::ack_payload, payload == AckPayload::absent || payload == AckPayload::present ||
                                                (names_slot && slot_is_ours)));
    if (!turn_) return {};
    if (payload == AckPayload::present) {
        turn_->request_id = message.request_id;
        turn_->answer = TRY(answer(message.encapsulated_request));
        return {};
    }
    close_turn(names_slot ? std::optional(message.req_slot_number) : std::nullopt);
    return {};
}

// The layout of our messages: our signatures, our keys.
Context Requester::our_context() const {
    Context context = learned_.parameters.context();
    context.signature_size = context.requester_signature_size;
    context.multi_key = learned_.parameters.multi_key_req;
    return context;
}

Bytes Requester::inner_error(ErrorCode error, wire::Code refused) const {
    return encoded(ErrorResponse{.error_code = static_cast<uint8_t>(error),
                                 .error_data = byte(refused),
                                 .extended_error_data = {}},
                   our_context());
}

// A request that cannot be answered gets an encapsulated ERROR; only one that is not allowed at all ends the
// exchange.
Checked<Bytes> Requester::answer(ByteView bytes) {
    TRY(checker_.demand(Check::response_malformed, bytes.size() >= 4));
    Bytes request = with_header(to_bytes(bytes));
    wire::Code code = code_of(request);
    bool nested = code == code::get_encapsulated_request || code == code::deliver_encapsulated_response;
    TRY(checker_.demand(Check::encap_nested, !nested));
    ++turn_->steps;
    TRY(checker_.demand(Check::encap_steps, turn_->steps <= config_.max_encapsulated_requests));
    if (version_byte(request) != byte(learned_.parameters.version))
        return inner_error(ErrorCode::version_mismatch);
    switch (code) {
        case code::get_digests: return answer_get_digests(request);
        case code::get_certificate: return answer_get_certificate(request);
        case code::challenge: return answer_challenge(request);
        case code::key_update: return answer_key_update(request);
        default: return inner_error(ErrorCode::unsupported_request, code);
    }
}

Bytes Requester::answer_get_digests(ByteView request) {
    const Parameters& p = learned_.parameters;
    if ((p.requester_flags & cap::cert) == 0 || identities_.mask() == 0) {
        return inner_error(ErrorCode::unsupported_request, code::get_digests);
    }
    Digests message = identities_.digests();
    if (p.multi_key_req) {
        for (size_t i = 0; i < message.digests.size(); ++i) {
            message.key_pair_id.push_back(static_cast<uint8_t>(i + 1));
            message.certificate_info.push_back(static_cast<uint8_t>(CertModel::device_cert));
            message.key_usage_mask.push_back(kKeyUsage);
        }
    }
    Bytes response = encoded(message, our_context());
    if (turn_->m1) {
        turn_->m1->reset();
        if (p.version >= Version::v1_2) turn_->m1->update(transcript_.vca());
        turn_->m1->update(request.first(4));
        turn_->m1->update(response);
    }
    // On multi-key connections the first DIGESTS of a handshake belongs to TH.
    RequesterSession* session = find(turn_->session);
    if (session != nullptr && p.multi_key_req && turn_->steps == 1) session->encapsulated_digests = response;
    return response;
}

Bytes Requester::answer_get_certificate(ByteView request) {
    const Parameters& p = learned_.parameters;
    if ((p.requester_flags & cap::cert) == 0) {
        return inner_error(ErrorCode::unsupported_request, code::get_certificate);
    }
    size_t used = 0;
    auto message = decode<GetCertificate>(request, our_context(), {}, &used);
    if (!message) return inner_error(ErrorCode::invalid_request);
    bool large = p.version >= Version::v1_4 && (message->slot_id & kLargeCertChain) != 0;
    if (large) return inner_error(ErrorCode::unsupported_request, code::get_certificate);
    uint8_t slot = message->slot_id & kSlotMask;
    size_t size = identities_.chain(slot).size();
    if (identities_.find(slot) == nullptr) return inner_error(ErrorCode::invalid_request);
    CertificateResponse answer;
    if (p.version >= Version::v1_3 && (message->param2 & kSlotSizeRequested) != 0) {
        answer.slot_id = slot;
        answer.remainder_length = static_cast<uint16_t>(size);
    } else {
        if (message->offset >= size || message->length == 0) return inner_error(ErrorCode::invalid_request);
        size_t room = p.responder_data_transfer_size;
        answer = identities_.portion(*message, slot, room == 0 ? 0 : room - kDeliverHeader);
    }
    if (p.multi_key_req && p.version >= Version::v1_3) {
        answer.certificate_info = static_cast<uint8_t>(CertModel::device_cert);
    }
    turn_->slot = slot;
    Bytes response = encoded(answer, our_context());
    if (turn_->m1) {
        turn_->m1->update(request.first(used));
        turn_->m1->update(response);
    }
    return response;
}

Bytes Requester::answer_challenge(ByteView request) {
    const Parameters& p = learned_.parameters;
    auto suite = p.requester_suite();
    bool able = (p.requester_flags & cap::chal) != 0 && suite.has_value();
    if (!able) return inner_error(ErrorCode::unsupported_request, code::challenge);
    if (!turn_->m1) return inner_error(ErrorCode::unexpected_request);
    size_t used = 0;
    auto message = decode<Challenge>(request, our_context(), {}, &used);
    const Identity* signer = message ? identities_.find(message->slot_id) : nullptr;
    // The requester has no measurements to sum up.
    if (signer == nullptr || message->measurement_summary_hash_type != summary::none) {
        return inner_error(ErrorCode::invalid_request);
    }
    ChallengeAuth answer;
    answer.slot_id = message->slot_id;
    answer.slot_mask = identities_.mask();
    answer.cert_chain_hash = identities_.chain_digest(message->slot_id);
    random_.fill(answer.nonce);
    answer.requester_context = message->requester_context;
    Context context = our_context();
    answer.signature.resize(context.signature_size);
    Bytes response = encoded(answer, context);
    turn_->m1->update(request.first(used));
    turn_->m1->update(without(response, context.signature_size));
    auto signature =
        sign_transcript(provider_, *suite, signer->key, kRequesterChallengeAuthContext, turn_->m1->digest());
    if (!signature) return inner_error(ErrorCode::unspecified);
    put(std::span(response).last(context.signature_size), *signature);
    turn_->challenged = true;
    return response;
}

// The responder wants a new key for what it sends: UpdateKey, then VerifyNewKey under the new key.
Bytes Requester::answer_key_update(ByteView request) {
    const Parameters& p = learned_.parameters;
    RequesterSession* session = current();
    bool there = session != nullptr && session->channel.phase() == Phase::application;
    if (!p.both(cap::key_upd)) return inner_error(ErrorCode::unsupported_request, code::key_update);
    if (!there) return inner_error(ErrorCode::unexpected_request);
    auto message = decode<KeyUpdate>(request, our_context());
    if (!message) return inner_error(ErrorCode::invalid_request);
    Session& channel = session->channel;
    bool under_new_key = channel.updating(Direction::response) && !channel.opened_by_old_key();
    switch (static_cast<KeyOperation>(message->key_operation)) {
        case KeyOperation::update_key:
            if (under_new_key) return inner_error(ErrorCode::invalid_request);
            // A key update that the responder began and did not finish.
            channel.roll_back(Direction::response);
            channel.update(Direction::response);
            break;
        case KeyOperation::verify_new_key:
            if (!under_new_key) return inner_error(ErrorCode::invalid_request);
            channel.confirm(Direction::response);
            break;
        default: return inner_error(ErrorCode::invalid_request);
    }
    return encoded(KeyUpdateAck{.key_operation = message->key_operation, .tag = message->tag}, our_context());
}

}  // namespace assay::spdm
