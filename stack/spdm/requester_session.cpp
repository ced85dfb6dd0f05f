// The requester's sessions: records out and in, what keeps a session going, and its end.
#include "stack/spdm/requester_impl.h"

namespace assay::spdm {

using namespace wire;

RequesterSession* Requester::find(std::optional<uint32_t> id) {
    auto found = id ? sessions_.find(*id) : sessions_.end();
    return found == sessions_.end() ? nullptr : &found->second;
}

Session* Requester::session(uint32_t id) {
    RequesterSession* found = find(id);
    return found == nullptr ? nullptr : &found->channel;
}

const Session* Requester::session(uint32_t id) const {
    auto found = sessions_.find(id);
    return found == sessions_.end() ? nullptr : &found->second.channel;
}

uint8_t Requester::heartbeat_period(uint32_t id) const {
    auto found = sessions_.find(id);
    return found == sessions_.end() ? 0 : found->second.heartbeat_period;
}

void Requester::drop_session(uint32_t id) {
    sessions_.erase(id);
    if (last_session_ == id) last_session_.reset();
    if (turn_ && (turn_->session == id || turn_->place == id)) turn_.reset();
}

Transcript& Requester::measured() {
    RequesterSession* session = current();
    return session == nullptr ? transcript_ : session->channel.measured();
}

Measured& Requester::in_transcript() {
    RequesterSession* session = current();
    return session == nullptr ? learned_.in_transcript : session->in_transcript;
}

Result<Bytes> Requester::outgoing() {
    RequesterSession* session = current();
    if (session == nullptr) return pending_->sent;
    Bytes random = random_.bytes(random_.below(config_.transport->max_random + uint64_t{1}));
    pending_->record = TRY(session->channel.seal_message(Direction::request, pending_->sent, random));
    return pending_->record;
}

Checked<Outcome> Requester::receive_at(ByteView response, bool secured) {
    TRY(checker_.demand(Check::answer_place, secured == pending_->session.has_value()));
    if (!secured) return dispatch(response);
    Bytes message = TRY(open(response));
    return dispatch(message);
}

// The message in a record of the session that the pending request went into. Without the check of the session
// the record belongs to the one that it names, if that lives; without that of the place there may be none.
Checked<Bytes> Requester::open(ByteView bytes) {
    // Without that check a short record is read as if zeros followed.
    Bytes padded;
    size_t header = size_t{6} + config_.transport->sequence_size;
    if (bytes.size() < header && checker_.waived(Check::response_short)) {
        padded = to_bytes(bytes);
        padded.resize(header);
        bytes = padded;
    }
    auto record = TRY(checker_.demand_value(Check::response_short, record::parse(bytes, *config_.transport)));
    RequesterSession* named = find(record.session_id);
    RequesterSession* session = pending_->session ? current() : named;
    if (session == nullptr) return to_bytes(bytes);
    TRY(checker_.demand(Check::answer_record_session, session == named));
    if (named != nullptr) session = named;
    return session->channel.open_message(Direction::response, record, checker_, kRequesterRecordChecks);
}

Bytes Requester::heartbeat() { return begin_message(Heartbeat{}); }

// An ACK to UpdateAllKeys comes under the responder's new key, an ERROR under the old one: both are tried.
Bytes Requester::key_update(KeyOperation operation) {
    Bytes out = begin_message(KeyUpdate{.key_operation = static_cast<uint8_t>(operation),
                                        .tag = static_cast<uint8_t>(random_.next_u64())});
    RequesterSession* session = pending_ ? current() : nullptr;
    bool prepares = session != nullptr && operation == KeyOperation::update_all_keys &&
                    session->channel.phase() == Phase::application && !session->response_key_prepared;
    // Not while an update that the responder asked for is under way.
    if (!prepares || (turn_ && session->channel.updating(Direction::response))) return out;
    // A key update that it began and did not finish.
    if (session->channel.opened_by_old_key()) session->channel.roll_back(Direction::response);
    session->channel.update(Direction::response);
    session->response_key_prepared = true;
    return out;
}

Checked<> Requester::key_update_ack_received(ByteView response) {
    auto request = asked<KeyUpdate>();
    auto message = TRY(decoded<KeyUpdateAck>(response, learned_.parameters.context(), nullptr));
    bool echoed = message.key_operation == request.key_operation && message.tag == request.tag;
    TRY(checker_.demand(Check::update_echo, echoed));
    RequesterSession* session = current();
    if (session == nullptr || session->channel.phase() != Phase::application) return {};
    Session& channel = session->channel;
    auto operation = static_cast<KeyOperation>(request.key_operation);
    if (operation == KeyOperation::verify_new_key) channel.confirm(Direction::request);
    if (operation == KeyOperation::update_all_keys) {
        // The responder acknowledged an update that it did not make.
        TRY(checker_.demand(Check::answer_record_tag, !channel.opened_by_old_key()));
    }
    if (operation == KeyOperation::update_key || operation == KeyOperation::update_all_keys) {
        channel.update(Direction::request);
    }
    return {};
}

// This record shows which of two keys the responder uses.
void Requester::settle_response_key(RequesterSession& session) {
    if (!std::exchange(session.response_key_prepared, false)) return;
    if (session.channel.opened_by_old_key()) {
        session.channel.roll_back(Direction::response);
    } else {
        session.channel.confirm(Direction::response);
    }
}

Bytes Requester::end_session(bool clear_negotiated_state) {
    uint8_t param1 = clear_negotiated_state ? kClearNegotiatedState : 0;
    return begin_message(EndSession{.param1 = param1});
}

Checked<> Requester::end_session_ack_received(ByteView response) {
    TRY(decoded<EndSessionAck>(response, learned_.parameters.context(), nullptr));
    if (pending_->session) drop_session(*pending_->session);
    return {};
}

}  // namespace assay::spdm
