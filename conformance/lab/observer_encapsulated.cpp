// What an observer makes of encapsulated requests: the requester's identity, and the responder's key updates.
#include "conformance/lab/observer.h"
#include "stack/wire/decode.h"
#include "stack/wire/header.h"
#include "stack/wire/messages/certificate.h"
#include "stack/wire/messages/challenge.h"
#include "stack/wire/messages/digests.h"
#include "stack/wire/messages/encapsulated.h"
#include "stack/wire/messages/session.h"
#include "stack/wire/registry.h"

namespace assay::lab {

using namespace wire;
using spdm::Direction;

// DSP0274, transcript hash: the first encapsulated response of a handshake is part of TH when it is the
// DIGESTS of a requester with several keys.
void Observer::keep_digests(ByteView response) {
    ObservedSession* session = pending_session_ ? pending_in() : handshake();
    if (session == nullptr || session->channel.phase() != spdm::Phase::handshake) return;
    if (parameters_.multi_key_req && session->encapsulated == 0)
        session->requester_digests = to_bytes(response);
}

// The layout of the requester's answers: its signatures, its keys.
Context Observer::encapsulated_context() const {
    Context context = context_;
    context.signature_size = context.requester_signature_size;
    context.multi_key = parameters_.multi_key_req;
    return context;
}

void Observer::encapsulated(ByteView request, ByteView response) {
    if (code_of(request) == code::get_encapsulated_request) {
        auto answer = decode<EncapsulatedRequest>(response, context_);
        if (answer) encapsulated_request(answer->encapsulated_request);
        flow_open_ |= answer.has_value();
        return;
    }
    auto delivered = decode<DeliverEncapsulatedResponse>(request, context_);
    auto ack = decode<EncapsulatedResponseAck>(response, context_);
    if (!delivered || !ack) return;
    // With an implicit GET_DIGESTS there is no request for the first response.
    const Bytes& inner = delivered->encapsulated_response;
    bool implicit = encapsulated_.empty() && inner.size() > 1 && code_of(inner) == code::digests;
    if (implicit) encapsulated_request(Bytes{byte(context_.version), byte(code::get_digests), 0, 0});
    encapsulated_response(inner);
    if (ObservedSession* session = pending_session_ ? pending_in() : handshake()) ++session->encapsulated;
    encapsulated_.clear();
    flow_open_ = ack->payload_type == static_cast<uint8_t>(AckPayload::present);
    if (flow_open_) {
        encapsulated_request(ack->encapsulated_request);
    } else if (ack->payload_type == static_cast<uint8_t>(AckPayload::req_slot_number)) {
        ObservedSession* session = pending_session_ ? pending_in() : handshake();
        if (session != nullptr) session->requester_slot = ack->req_slot_number;
    }
}

// A responder that has nothing to ask has no flow open. A response that is refused for its form may be
// delivered again.
void Observer::flow_refused(wire::Code code, ErrorCode error) {
    bool nothing_pending = error == ErrorCode::unexpected_request ||
                           error == ErrorCode::no_pending_requests ||
                           error == ErrorCode::invalid_response_code;
    bool flow = code == code::get_encapsulated_request || code == code::deliver_encapsulated_response;
    if (flow && nothing_pending) flow_open_ = false;
}

void Observer::encapsulated_request(ByteView request) {
    encapsulated_ = to_bytes(exact(request, encapsulated_context()));
    if (request.size() > 1 && code_of(request) == code::get_digests) mutual_.clear();
}

void Observer::encapsulated_response(ByteView response) {
    if (encapsulated_.size() < 4 || response.size() < 4 ||
        code_of(response) != response_to(code_of(encapsulated_)))
        return;
    Context context = encapsulated_context();
    response = exact(response, context);
    switch (code_of(encapsulated_)) {
        case code::get_digests: {
            auto message = decode<Digests>(response, context);
            if (!message) return;
            keep_digests(response);
            requester_digests_.clear();
            auto digest = message->digests.begin();
            for (uint8_t slot = 0; slot < 8 && digest != message->digests.end(); ++slot) {
                if ((message->slot_mask >> slot & 1) != 0) requester_digests_[slot] = *digest++;
            }
            break;
        }
        case code::get_certificate: {
            auto asked = decode<GetCertificate>(encapsulated_, context);
            auto message = decode<CertificateResponse>(response, context);
            if (!asked || !message) return;
            Bytes& so_far = requester_portions_[asked->slot_id & 0x0f];
            if (asked->offset == 0) so_far.clear();
            if (asked->offset != so_far.size()) break;
            append(so_far, message->cert_chain);
            if (message->remainder_length == 0)
                last_chain_ = requester_chains_[asked->slot_id & 0x0f] = std::move(so_far);
            break;
        }
        case code::challenge: {
            auto message = decode<ChallengeAuth>(response, context);
            if (!message) return;
            ByteView head = context.version >= Version::v1_2 ? ByteView(vca_) : ByteView();
            Bytes transcript = concat(
                {head, mutual_, encapsulated_, response.first(response.size() - message->signature.size())});
            check_requester(code::challenge_auth, param1(encapsulated_), spdm::kRequesterChallengeAuthContext,
                            transcript, message->signature);
            mutual_.clear();
            return;
        }
        case code::key_update: {
            ObservedSession* session = pending_in();
            if (session == nullptr) return;
            session->updating_response = false;
            bool verify = param1(encapsulated_) == static_cast<uint8_t>(KeyOperation::verify_new_key);
            if (verify) session->channel.confirm(Direction::response);
            return;
        }
        default: return;
    }
    append(mutual_, encapsulated_);
    append(mutual_, response);
}

}  // namespace assay::lab
