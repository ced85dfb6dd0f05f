// The requester's FINISH and PSK_FINISH: what establishes a session.
#include "stack/spdm/requester_impl.h"
#include "stack/wire/messages/finish.h"

namespace assay::spdm {

using namespace wire;

std::optional<uint32_t> Requester::session_to_finish() const {
    auto handshake = [&](std::optional<uint32_t> id) {
        const Session* found = id ? session(*id) : nullptr;
        return found != nullptr && found->phase() == Phase::handshake;
    };
    if (handshake(place_) || !last_session_) return place_;
    return last_session_;
}

// Completes FINISH: the signature, and the HMAC at its end.
void Requester::sign_finish(RequesterSession& session, uint8_t slot, size_t signature_size, Bytes& message) {
    Session& channel = session.channel;
    size_t verify_size = std::min<size_t>(learned_.parameters.context().hash_size, message.size());
    std::span<uint8_t> verify_data = std::span(message).last(verify_size);
    std::span<uint8_t> before = std::span(message).first(message.size() - verify_size);
    if (session.mut_auth_requested != 0) {
        std::span<uint8_t> signature = before.last(std::min(signature_size, before.size()));
        channel.add_th(session.encapsulated_digests);
        channel.add_th_digest(identities_.chain(slot));
        channel.add_th(before.first(before.size() - signature.size()));
        auto suite = learned_.parameters.requester_suite();
        const Identity* signer = identities_.find(slot);
        Result<Bytes> made = fail(Errc::bad_key, "slot");
        if (suite && signer != nullptr) {
            made = sign_transcript(provider_, *suite, signer->key, kFinishContext, channel.th());
        }
        // Without a key the signature is wrong, and the responder refuses it.
        if (made) put(signature, *made);
        channel.add_th(signature);
    } else {
        channel.add_th(before);
    }
    put(verify_data, channel.verify_data(Direction::request).view());
    channel.add_th(verify_data);
}

Bytes Requester::finish() {
    const Parameters& p = learned_.parameters;
    Context context = p.context();
    std::optional<uint32_t> id = session_to_finish();
    RequesterSession* session = find(id);
    Finish message;
    if (session != nullptr && session->mut_auth_requested != 0) {
        message.param1 = kSignatureIncluded;
        message.slot_id = session->slot.value_or(config_.slot);
        message.signature.resize(context.requester_signature_size);
    }
    message.requester_verify_data.resize(context.hash_size);
    Bytes bytes = encoded(message, context);
    if (session != nullptr) sign_finish(*session, message.slot_id, message.signature.size(), bytes);
    Bytes out = begin_at(std::move(bytes), p.clear_handshake() ? std::nullopt : id);
    if (pending_ && session != nullptr) pending_->handshake = id;
    return out;
}

Checked<> Requester::finish_received(ByteView response) {
    size_t used = 0;
    Context context = learned_.parameters.context();
    auto message = TRY(decoded<FinishResponse>(response, context, &used));
    RequesterSession* session = find(pending_->handshake);
    // Nothing can be finished twice.
    if (session == nullptr || session->channel.phase() != Phase::handshake) return {};
    Session& channel = session->channel;
    channel.add_th(without(response.first(used), message.responder_verify_data.size()));
    if (context.verify_data_in_finish) {
        bool authentic = channel.verifies(Direction::response, message.responder_verify_data);
        TRY(checker_.demand(Check::fin_verify_data, authentic));
        channel.add_th(message.responder_verify_data);
    }
    session->mutual = (asked<Finish>().param1 & kSignatureIncluded) != 0;
    channel.establish();
    if (turn_ && turn_->session == channel.id()) turn_.reset();
    return {};
}

Bytes Requester::psk_finish() {
    Context context = learned_.parameters.context();
    std::optional<uint32_t> id = session_to_finish();
    RequesterSession* session = find(id);
    PskFinish message;
    message.requester_verify_data.resize(context.hash_size);
    Bytes bytes = encoded(message, context);
    if (session != nullptr) {
        Session& channel = session->channel;
        std::span<uint8_t> verify_data = std::span(bytes).last(context.hash_size);
        channel.add_th(without(bytes, context.hash_size));
        put(verify_data, channel.verify_data(Direction::request).view());
        channel.add_th(verify_data);
    }
    Bytes out = begin_at(std::move(bytes), id);
    if (pending_ && session != nullptr) pending_->handshake = id;
    return out;
}

Checked<> Requester::psk_finish_received(ByteView response) {
    size_t used = 0;
    TRY(decoded<PskFinishResponse>(response, learned_.parameters.context(), &used));
    RequesterSession* session = find(pending_->handshake);
    if (session == nullptr || session->channel.phase() != Phase::handshake) return {};
    session->channel.add_th(response.first(used));
    session->channel.establish();
    return {};
}

}  // namespace assay::spdm
