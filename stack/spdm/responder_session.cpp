// The responder's sessions: records in and out, what keeps a session going, and its end.
#include "stack/spdm/responder.h"
#include "stack/wire/encode.h"
#include "stack/wire/header.h"

namespace assay::spdm {

using namespace wire;

namespace {

// DSP0274, HEARTBEAT: a session ends after so many periods of silence.
constexpr int kSilentPeriods = 2;

}  // namespace

ResponderSession* Responder::current() {
    auto found = current_ ? sessions_.find(*current_) : sessions_.end();
    return found == sessions_.end() ? nullptr : &found->second;
}

Session* Responder::session(uint32_t id) {
    auto found = sessions_.find(id);
    return found == sessions_.end() ? nullptr : &found->second.channel;
}

Transcript& Responder::measured() {
    ResponderSession* session = checker_.has(Defect::measured_per_connection) ? nullptr : current();
    return session == nullptr ? transcript_ : session->channel.measured();
}

std::optional<Bytes> Responder::receive_secured(ByteView record) {
    last_refusal_.reset();
    current_.reset();
    expire();
    auto parsed = checker_.demand_value(Check::record_short, record::parse(record, *device_.transport));
    if (!parsed) {
        last_refusal_ = parsed.error();
        return std::nullopt;
    }
    bool known = sessions_.contains(parsed->session_id);
    Checked<> lives = checker_.demand(Check::record_session, known);
    if (!lives) last_refusal_ = lives.error();
    if (!known) {
        // Without that check the request is taken for one that came unprotected.
        if (lives) return respond_unprotected(*parsed);
        return std::nullopt;
    }
    uint32_t id = parsed->session_id;
    current_ = id;
    Checked<Bytes> request = open(*parsed);
    if (!request) {
        last_refusal_ = request.error();
        return bad_record(id);
    }
    std::optional<Bytes> response = respond(*request);
    std::optional<Bytes> answer = response ? seal_answer(id, *response) : std::nullopt;
    settle();
    return answer;
}

std::optional<Bytes> Responder::respond_unprotected(const record::Parsed& record) {
    std::optional<Bytes> response = respond(record.body);
    answered_secured_ = false;
    settle();
    return response;
}

Checked<Bytes> Responder::open(const record::Parsed& record) {
    ResponderSession& session = *current();
    plant_record(record);
    Bytes request =
        TRY(session.channel.open_message(Direction::request, record, checker_, kResponderRecordChecks));
    bool feeds = !checker_.has(Defect::heartbeat_not_fed) ||
                 (request.size() > 1 && code_of(request) == code::heartbeat);
    if (clock_ != nullptr && feeds) session.heard = clock_->now();
    return request;
}

std::optional<Bytes> Responder::seal_answer(uint32_t id, ByteView response) {
    answered_secured_ = !(checker_.has(Defect::error_in_clear) && code_of(response) == code::error);
    if (!answered_secured_) return to_bytes(response);
    Session* channel = session(id);
    // A request that ended its own session for good has nothing to be answered with.
    if (channel == nullptr) return std::nullopt;
    Bytes random = random_.bytes(random_.below(device_.transport->max_random + uint64_t{1}));
    Direction way = checker_.has(Defect::response_in_request_keys) ? Direction::request : Direction::response;
    Result<Bytes> record = channel->seal_message(way, response, random);
    // No number is left: the session cannot go on.
    if (!record) {
        end_session(id);
        return std::nullopt;
    }
    return std::move(*record);
}

Result<Bytes> Responder::seal(uint32_t session_id, ByteView application_data) {
    Session* channel = session(session_id);
    if (channel == nullptr) return fail(Errc::state, "session", Error::npos, "there is no such session");
    return channel->seal(Direction::response, application_data);
}

std::optional<Bytes> Responder::bad_record(uint32_t id) {
    if (last_refusal_->error != ErrorCode::decrypt_error) return std::nullopt;
    std::optional<Bytes> answer;
    if (device_.bad_record == BadRecord::answer) answer = seal_answer(id, error(ErrorCode::decrypt_error));
    if (device_.bad_record != BadRecord::drop) end_session(id);
    return answer;
}

void Responder::settle() {
    After what = std::exchange(after_, After::nothing);
    std::optional<uint32_t> id = std::exchange(after_session_, std::nullopt);
    current_.reset();
    if (!id || what == After::nothing) return;
    if (what == After::end) return end_session(*id);
    auto established = sessions_.find(*id);
    if (established == sessions_.end()) return;
    established->second.channel.establish();
    if (clock_ != nullptr) established->second.heard = clock_->now();
}

void Responder::expire() {
    if (clock_ == nullptr || checker_.has(Defect::session_never_expires) ||
        checker_.waived(Check::session_expired)) {
        return;
    }
    std::vector<uint32_t> silent;
    for (const auto& [id, session] : sessions_) {
        // Time counts from the end of the handshake on.
        bool beats = session.heartbeat_period != 0 && session.channel.phase() == Phase::application;
        Micros most = std::chrono::seconds(kSilentPeriods * session.heartbeat_period);
        if (beats && clock_->now() - session.heard > most) silent.push_back(id);
    }
    for (uint32_t id : silent) end_session(id);
}

void Responder::end_session(uint32_t id) {
    sessions_.erase(id);
    if (flow_ && flow_->session == id) flow_.reset();
    if (deferred_ && deferred_->session == id) deferred_.reset();
    if (handshake_ == id) handshake_.reset();
}

void Responder::end_sessions() {
    sessions_.clear();
    handshake_.reset();
    after_ = After::nothing;
}

Checked<Bytes> Responder::heartbeat(ByteView request) {
    ResponderSession* session = current();
    TRY(checker_.demand(Check::heartbeat_size, request.size() == 4));
    TRY(checker_.demand(Check::heartbeat_period, session == nullptr || session->heartbeat_period != 0));
    return encoded(HeartbeatAck{}, parameters_.context());
}

Checked<Bytes> Responder::key_update(ByteView request) {
    TRY(checker_.demand(Check::update_size, request.size() == 4));
    auto message = *decode<KeyUpdate>(request, parameters_.context(), {.lenient = true});
    if (ResponderSession* session = current()) {
        TRY(update_keys(*session, static_cast<KeyOperation>(message.key_operation)));
    }
    uint8_t tag = checker_.has(Defect::update_tag_not_echoed) ? 0 : message.tag;
    return encoded(KeyUpdateAck{.key_operation = message.key_operation, .tag = tag}, parameters_.context());
}

// DSP0274, KEY_UPDATE: the requester's new key is used from its next request on, the responder's from the
// acknowledgement on; the old ones go when the new ones are verified.
Checked<> Responder::update_keys(ResponderSession& session, KeyOperation operation) {
    bool all = operation == KeyOperation::update_all_keys;
    bool verify = operation == KeyOperation::verify_new_key;
    bool known = all || verify || operation == KeyOperation::update_key;
    TRY(checker_.demand(Check::update_operation, known));
    Session& channel = session.channel;
    if (verify) {
        bool new_key = session.update_pending && !channel.opened_by_old_key();
        TRY(checker_.demand(Check::update_verify, new_key));
        session.update_pending = false;
        for (Direction way : {Direction::request, Direction::response}) channel.confirm(way);
        return {};
    }
    bool pending = session.update_pending && !checker_.has(Defect::update_verified_early);
    TRY(checker_.demand(Check::update_pending, !pending));
    if (!known) return {};
    session.update_pending = true;
    channel.update(Direction::request);
    if (!all || checker_.has(Defect::update_all_updates_one)) return {};
    if (checker_.has(Defect::update_ack_under_old_key)) return {};
    channel.update(Direction::response);
    return {};
}

Checked<Bytes> Responder::end_session(ByteView request) {
    TRY(checker_.demand(Check::end_size, request.size() == 4));
    if (checker_.has(Defect::end_session_ends_all)) {
        std::erase_if(sessions_, [&](const auto& session) { return session.first != current_; });
    }
    after_session_ = current_;
    after_ = checker_.has(Defect::ended_session_lives) ? After::nothing : After::end;
    return encoded(EndSessionAck{}, parameters_.context());
}

}  // namespace assay::spdm
