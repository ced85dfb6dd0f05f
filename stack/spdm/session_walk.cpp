#include "stack/spdm/session_walk.h"

#include <algorithm>

namespace assay::spdm {

using namespace wire;

namespace {

bool measures(const Parameters& p) { return p.meas_cap() != 0 && p.measurement_specification != 0; }

}  // namespace

SessionWalk::SessionWalk(Requester& requester, SessionOptions options)
    : requester_(requester), options_(std::move(options)) {
    if (requester_.state() != ConnectionState::negotiated) {
        for (Step step : {Step::version, Step::capabilities, Step::algorithms}) tasks_.push_back({step});
    }
    for (Step step : {Step::digests, Step::certificate}) tasks_.push_back({step});
    // One handshake after the other: the responder has one turn at a time, and in the clear FINISH belongs to
    // the latest exchange.
    for (unsigned i = 0; i < options_.sessions; ++i) {
        for (Step step : {Step::exchange, Step::finish}) tasks_.push_back({step, i});
    }
    plan(Step::heartbeat, options_.heartbeats);
    plan_update(Step::update_key, options_.key_updates);
    plan_update(Step::update_all_keys, options_.all_key_updates);
    plan(Step::poll, options_.poll ? 1 : 0);
    plan(Step::session_digests, options_.digests ? 1 : 0);
    plan(Step::measurements, options_.measurements ? 1 : 0);
    plan(Step::signed_measurements, options_.measurements ? 1 : 0);
    plan(Step::vendor, options_.vendor ? 1 : 0);
    plan(Step::end, options_.end ? 1 : 0);
}

// In every session, alternating between them.
void SessionWalk::plan(Step step, unsigned times) {
    for (; times > 0; --times) {
        for (unsigned i = 0; i < options_.sessions; ++i) tasks_.push_back({step, i});
    }
}

void SessionWalk::plan_update(Step step, unsigned times) {
    for (; times > 0; --times) {
        plan(step);
        plan(Step::verify_new_key);
    }
}

std::optional<ToSend> SessionWalk::next() {
    if (refusal_) return std::nullopt;
    if (again_) return std::exchange(again_, std::nullopt);
    bool begins = !tasks_.empty() && tasks_.front().step == Step::version;
    answering_ = !begins && requester_.turn() != Turn::none;
    while (!answering_ && !tasks_.empty() && !applies(tasks_.front())) tasks_.pop_front();
    if (!answering_ && tasks_.empty()) {
        requester_.use_session(std::nullopt);
        return std::nullopt;
    }
    Bytes message = answering_ ? requester_.take_turn() : request(tasks_.front());
    if (message.empty()) {
        refusal_ = requester_.unsent().value_or(Refusal{Check::answer_place, std::nullopt, 0, {}});
        return std::nullopt;
    }
    return ToSend{std::move(message), Micros{0}, requester_.secured()};
}

Checked<> SessionWalk::receive(ByteView response, bool secured) {
    return take(requester_.receive(response, secured));
}

Checked<> SessionWalk::timed_out() { return take(requester_.timed_out()); }

bool SessionWalk::complete() const {
    return !refusal_ && !again_ && requester_.turn() == Turn::none &&
           std::ranges::none_of(tasks_, [&](const Task& task) { return applies(task); });
}

Checked<> SessionWalk::take(Checked<Outcome> outcome) {
    if (!outcome && !nothing_pending(outcome.error())) {
        refusal_ = outcome.error();
        return std::unexpected(std::move(outcome).error());
    }
    if (outcome && !outcome->done()) {
        again_ = ToSend{std::move(outcome->again), outcome->delay, outcome->secured};
    } else if (!answering_) {
        advance();
    }
    return {};
}

// A poll may find nothing.
bool SessionWalk::nothing_pending(const Refusal& refusal) const {
    bool polled = !answering_ && !tasks_.empty() && tasks_.front().step == Step::poll;
    auto error = requester_.peer_error();
    return polled && refusal.check == Check::response_error &&
           (error == ErrorCode::no_pending_requests || error == ErrorCode::unexpected_request);
}

void SessionWalk::advance() {
    if (tasks_.empty()) return;
    if (tasks_.front().step == Step::exchange) sessions_.push_back(requester_.last_session().value_or(0));
    if (tasks_.front().step == Step::certificate) {
        size_t now = requester_.received(options_.slot);
        // A portion that brings nothing, or that goes beyond what an offset can say, ends the chain.
        if (requester_.chain(options_.slot) == nullptr && now > read_before_ && now <= 0xffff) return;
    }
    tasks_.pop_front();
}

bool SessionWalk::applies(const Task& task) const {
    const Parameters& p = requester_.parameters();
    bool reads = !options_.psk && p.both(cap::key_ex) && (p.responder_flags & cap::cert) != 0 &&
                 requester_.chain(options_.slot) == nullptr;
    switch (task.step) {
        case Step::version:
        case Step::capabilities:
        case Step::algorithms: return true;
        case Step::digests:
        case Step::certificate: return reads;
        case Step::exchange: return options_.psk ? p.psk() : p.both(cap::key_ex);
        default: return task.session < sessions_.size() && applies_in_session(task);
    }
}

bool SessionWalk::applies_in_session(const Task& task) const {
    const Parameters& p = requester_.parameters();
    uint32_t id = sessions_[task.session];
    const Session* session = requester_.session(id);
    if (session == nullptr) return false;
    if (task.step == Step::finish) return session->phase() == Phase::handshake;
    if (session->phase() != Phase::application) return false;
    switch (task.step) {
        case Step::heartbeat: return requester_.heartbeat_period(id) != 0;
        case Step::update_key:
        case Step::update_all_keys:
        case Step::verify_new_key: return p.both(cap::key_upd);
        case Step::poll: return p.encapsulates();
        case Step::session_digests: return (p.responder_flags & cap::cert) != 0;
        case Step::measurements: return measures(p);
        case Step::signed_measurements:
            return measures(p) && p.meas_cap() == cap::meas_sig && requester_.chain(options_.slot) != nullptr;
        default: return true;
    }
}

Bytes SessionWalk::request(const Task& task) {
    if (task.step > Step::exchange) {
        requester_.use_session(sessions_[task.session]);
    } else {
        requester_.use_session(std::nullopt);
    }
    switch (task.step) {
        case Step::version: return requester_.get_version();
        case Step::capabilities: return requester_.get_capabilities();
        case Step::algorithms: return requester_.negotiate_algorithms();
        case Step::digests:
        case Step::session_digests: return requester_.get_digests();
        case Step::certificate:
            read_before_ = requester_.received(options_.slot);
            return requester_.get_certificate(options_.slot, static_cast<uint16_t>(read_before_),
                                              options_.portion);
        case Step::exchange: return exchange();
        case Step::finish: return options_.psk ? requester_.psk_finish() : requester_.finish();
        case Step::heartbeat: return requester_.heartbeat();
        case Step::update_key: return requester_.key_update(KeyOperation::update_key);
        case Step::update_all_keys: return requester_.key_update(KeyOperation::update_all_keys);
        case Step::verify_new_key: return requester_.key_update(KeyOperation::verify_new_key);
        case Step::poll: return requester_.get_encapsulated_request();
        case Step::measurements: return requester_.get_measurements({});
        case Step::signed_measurements:
            return requester_.get_measurements({.sign = true, .slot = options_.slot});
        case Step::vendor: return requester_.vendor_defined(*options_.vendor);
        case Step::end: return requester_.end_session();
    }
    return {};
}

Bytes SessionWalk::exchange() {
    uint8_t type = measures(requester_.parameters()) ? options_.summary_type : summary::none;
    if (options_.psk) {
        return requester_.psk_exchange({.measurement_summary_hash_type = type,
                                        .session_policy = options_.session_policy,
                                        .req_session_id = options_.req_session_id});
    }
    return requester_.key_exchange({.slot = options_.slot,
                                    .measurement_summary_hash_type = type,
                                    .session_policy = options_.session_policy,
                                    .req_session_id = options_.req_session_id});
}

}  // namespace assay::spdm
