// What an observer makes of sessions whose secret it knows.
#include <algorithm>

#include "conformance/lab/observer.h"
#include "stack/spdm/algorithms.h"
#include "stack/spdm/secured_opaque.h"
#include "stack/wire/annotate.h"
#include "stack/wire/decode.h"
#include "stack/wire/header.h"
#include "stack/wire/messages/encapsulated.h"
#include "stack/wire/messages/error.h"
#include "stack/wire/messages/finish.h"
#include "stack/wire/messages/key_exchange.h"
#include "stack/wire/messages/measurements.h"
#include "stack/wire/messages/psk.h"
#include "stack/wire/messages/session.h"

namespace assay::lab {

using namespace wire;
using spdm::Direction;
using spdm::Phase;
using spdm::SessionKind;

namespace {

// An observer waives nothing; the names of the refusals are the requester's or the responder's.
const spdm::Checker kStrict;

// What the exchange that begins a session says.
struct Begun {
    uint32_t id = 0;
    uint8_t heartbeat_period = 0;
    uint8_t mut_auth_requested = 0, slot_id_param = 0;  // of KEY_EXCHANGE_RSP
    Bytes ours{}, theirs{};                             // opaque data
    Bytes verify_data{};
};
template <class Request, class Response>
std::optional<Begun> read_exchange(ByteView request, ByteView response, const Context& context) {
    auto asked = decode<Request>(request, context);
    auto answer = decode<Response>(response, context);
    if (!asked || !answer) return std::nullopt;
    Begun begun{.id = spdm::session_id(asked->req_session_id, answer->rsp_session_id),
                .heartbeat_period = answer->heartbeat_period,
                .ours = std::move(asked->opaque_data),
                .theirs = std::move(answer->opaque_data),
                .verify_data = std::move(answer->responder_verify_data)};
    if constexpr (requires { answer->mut_auth_requested; }) {
        begun.mut_auth_requested = answer->mut_auth_requested;
        begun.slot_id_param = answer->slot_id_param;
    }
    return begun;
}

}  // namespace

ObservedSession* Observer::pending_in() {
    auto found = pending_session_ ? sessions_.find(*pending_session_) : sessions_.end();
    return found == sessions_.end() ? nullptr : &found->second;
}

// The session that a message outside of it belongs to, when handshakes are in the clear.
ObservedSession* Observer::handshake() {
    auto found = last_exchange_ ? sessions_.find(*last_exchange_) : sessions_.end();
    if (found == sessions_.end() || found->second.channel.phase() != Phase::handshake) return nullptr;
    return &found->second;
}

void Observer::end_session(uint32_t id) {
    sessions_.erase(id);
    if (last_session_ == id) last_session_.reset();
    if (last_exchange_ == id) last_exchange_.reset();
}

Bytes Observer::chain_digest(const std::map<uint8_t, Bytes>& chains, uint8_t slot) const {
    auto hash = spdm::hash_algo(parameters_.base_hash);
    auto chain = chains.find(slot);
    if (hash && chain != chains.end()) return to_bytes(provider_->digest(*hash, chain->second).view());
    // DIGESTS has it too.
    const auto& digests = &chains == &chains_ ? digests_ : requester_digests_;
    auto digest = digests.find(slot);
    return digest == digests.end() ? Bytes{} : digest->second;
}

// UpdateAllKeys, or the acknowledgement of an encapsulated UpdateKey.
bool Observer::renews_responses(ByteView message) const {
    if (message.size() < 4) return false;
    if (code_of(message) == code::key_update)
        return param1(message) == static_cast<uint8_t>(KeyOperation::update_all_keys);
    constexpr auto kUpdate = static_cast<uint8_t>(KeyOperation::update_key);
    return code_of(message) == code::deliver_encapsulated_response && message.size() >= 8 &&
           Code{message[5]} == code::key_update_ack && message[6] == kUpdate && encapsulated_.size() >= 4 &&
           code_of(encapsulated_) == code::key_update && param1(encapsulated_) == kUpdate;
}

std::optional<Bytes> Observer::request_record(ByteView record) {
    forget_last();
    pending_.clear();
    pending_session_.reset();
    reassembled_.clear();
    std::optional<Bytes> message = inside(record, Direction::request, spdm::kResponderRecordChecks);
    if (!message) return std::nullopt;
    pending_ = to_bytes(exact(*message, request_context(*message)));
    auto session = sessions_.find(last_record_.session);
    spdm::Session& channel = session->second.channel;
    pending_session_ = session->first;
    // The answer comes under a new key already if it accepts, else under the old one. It does not accept a
    // KEY_UPDATE before the last one was verified; its own update it may well begin by then.
    bool poll = message->size() >= 4 && code_of(*message) == code::respond_if_ready && deferred_;
    const Bytes& asked = poll ? *deferred_ : *message;
    bool can = renews_responses(asked) && channel.phase() == Phase::application;
    if (can && (code_of(asked) != code::key_update || !channel.updating(Direction::response))) {
        channel.update(Direction::response);
        session->second.updating_response = true;
    }
    return message;
}

std::optional<Bytes> Observer::response_record(ByteView record) {
    forget_last();
    reassembled_.clear();
    std::optional<Bytes> message = inside(record, Direction::response, spdm::kRequesterRecordChecks);
    if (last_record_.result == ObservedRecord::Result::refused ||
        last_record_.result == ObservedRecord::Result::no_session) {
        return std::nullopt;
    }
    auto session = sessions_.find(last_record_.session);
    spdm::Session& channel = session->second.channel;
    if (session->second.updating_response && channel.opened_by_old_key()) {
        channel.roll_back(Direction::response);
        session->second.updating_response = false;
    }
    if (!message) return std::nullopt;
    // An ERROR(DecryptError) answers what was no request to us.
    if (!pending_session_ || pending_session_ != session->first) {
        if (message->size() >= 4 && code_of(*message) == code::error) {
            pending_session_ = session->first;
            refused_in_session({}, *message);
            pending_session_.reset();
        }
        return message;
    }
    answered(*message);
    return message;
}

// The SPDM message in a record, which counts as received even when it holds none.
std::optional<Bytes> Observer::inside(ByteView record, Direction way, const spdm::RecordChecks& checks) {
    using Result = ObservedRecord::Result;
    last_record_ = {};
    auto parsed = record::parse(record, *transport_);
    if (!parsed) {
        last_record_ = {.result = Result::refused, .why = parsed.error().text()};
        return std::nullopt;
    }
    last_record_ = {.session = parsed->session_id, .sequence = parsed->sequence};
    auto session = sessions_.find(parsed->session_id);
    if (session == sessions_.end()) return std::nullopt;
    spdm::Session& channel = session->second.channel;
    auto opened = channel.open(way, *parsed, kStrict, checks);
    if (!opened) {
        last_record_.result = Result::refused;
        last_record_.why = opened.error().text();
        return std::nullopt;
    }
    if (!channel.opened_by_old_key()) last_record_.sequence = channel.sequence(way) - 1;
    last_record_.application_data = *opened;
    std::optional<ByteView> message = record::from_application(*transport_, *opened);
    last_record_.result = message ? Result::message : Result::application;
    if (!message) return std::nullopt;
    return to_bytes(*message);
}

void Observer::check_mac(wire::Code code, const crypto::Digest& due, ByteView mac) {
    bool good = equal(due.view(), mac);
    ++mac_counts_[good];
    last_macs_.push_back({good, code, to_bytes(due.view())});
}

void Observer::begin_session(SessionKind kind, ByteView request, ByteView response) {
    std::vector<Bytes> secrets = secrets_ ? secrets_(kind, request, response) : std::vector<Bytes>{};
    if (secrets.empty() || request.size() < 6 || response.size() < 6) return;
    Context context = response_context(request);
    spdm::SessionSetup setup;
    setup.kind = kind;
    setup.transport = transport_;
    ObservedSession session{.channel = {*provider_, setup, parameters_, vca_, kStrict}};
    std::optional<Begun> begun =
        kind == SessionKind::key_exchange
            ? read_exchange<KeyExchange, KeyExchangeResponse>(request, response, context)
            : read_exchange<PskExchange, PskExchangeResponse>(request, response, context);
    if (!begun) return;
    setup.id = begun->id;
    session.heartbeat_period = begun->heartbeat_period;
    if (kind == SessionKind::key_exchange) {
        session.mut_auth_requested = begun->mut_auth_requested;
        flow_open_ |= begun->mut_auth_requested > mut_auth::plain;
        if (begun->mut_auth_requested == mut_auth::plain)
            session.requester_slot = begun->slot_id_param & 0x0f;
    }
    const Bytes& verify_data = begun->verify_data;
    auto offered = spdm::read_secured_opaque(begun->ours, context);
    auto selected = spdm::read_secured_opaque(begun->theirs, context);
    if (offered && selected && selected->selected) {
        setup.limit =
            spdm::record_limit(*selected->selected, offered->aead_limit.value_or(64), selected->aead_limit);
    }
    spdm::Session& channel = session.channel;
    for (const Bytes& secret : secrets) {
        channel = spdm::Session(*provider_, setup, parameters_, vca_, kStrict);
        if (kind == SessionKind::key_exchange) {
            if (parameters_.multi_key_rsp) channel.add_th(first_digests_);
            channel.add_th(chain_digest(chains_, param2(request)));
        }
        channel.add_th(request);
        channel.add_th(response.first(response.size() - verify_data.size()));
        channel.begin(secret);
        if (!verify_data.empty() && channel.verifies(Direction::response, verify_data)) break;
    }
    if (!verify_data.empty()) {
        check_mac(code_of(response), channel.verify_data(Direction::response), verify_data);
        channel.add_th(verify_data);
    }
    bool at_once =
        kind == SessionKind::psk && (parameters_.responder_flags & cap::psk) == cap::psk_no_context;
    if (at_once) channel.establish();
    sessions_.erase(setup.id);
    sessions_.emplace(setup.id, std::move(session));
    last_session_ = setup.id;
    if (kind == SessionKind::key_exchange) last_exchange_ = setup.id;
}

void Observer::finish(ByteView request, ByteView response) {
    ObservedSession* session = pending_session_ ? pending_in() : handshake();
    Context context = context_;
    auto asked = decode<Finish>(request, context);
    auto answer = decode<FinishResponse>(response, context);
    if (session == nullptr || !asked || !answer) return;
    spdm::Session& channel = session->channel;
    size_t tail = asked->signature.size() + asked->requester_verify_data.size();
    const ByteView head = request.first(request.size() - tail);
    const ByteView part = spdm::finish_part(finish_transcript_, head);
    if (!asked->signature.empty()) {
        uint8_t slot = session->requester_slot.value_or(asked->slot_id);
        channel.add_th(session->requester_digests);
        channel.add_th(chain_digest(requester_chains_, slot));
        // The hash of TH is what is signed; the transcript itself is not kept.
        check_finish_signature(channel.th_with({part}), slot, asked->signature);
    }
    check_mac(code::finish,
              channel.verify_data(Direction::request, channel.th_with({part, asked->signature})),
              asked->requester_verify_data);
    for (ByteView more : {head, ByteView(asked->signature), ByteView(asked->requester_verify_data)})
        channel.add_th(more);
    size_t verify_size = answer->responder_verify_data.size();
    const ByteView answered = response.first(response.size() - verify_size);
    if (verify_size != 0) {
        const ByteView answered_part = spdm::finish_part(finish_transcript_, answered);
        check_mac(code::finish_rsp,
                  channel.verify_data(Direction::response, channel.th_with({answered_part})),
                  answer->responder_verify_data);
    }
    channel.add_th(answered);
    channel.add_th(answer->responder_verify_data);
    channel.establish();
}

void Observer::check_finish_signature(const crypto::Digest& th, uint8_t slot, ByteView signature) {
    SignatureCheck result{.code = code::finish, .slot = slot, .transcript = {}, .why = {}};
    auto signer = key(requester_chains_, slot, result.why);
    auto suite = parameters_.requester_suite();
    if (signer && suite) {
        bool good = spdm::verify_transcript(*provider_, *suite, *signer, spdm::kFinishContext, th, signature)
                        .has_value();
        result.result = good ? SignatureCheck::Result::good : SignatureCheck::Result::bad;
        if (!good) result.why = "the signature does not cover this transcript";
    }
    ++counts_[static_cast<size_t>(result.result)];
    last_signature_ = std::move(result);
}

void Observer::psk_finish(ByteView request, ByteView response) {
    ObservedSession* session = pending_in();
    auto asked = decode<PskFinish>(request, context_);
    if (session == nullptr || !asked) return;
    spdm::Session& channel = session->channel;
    channel.add_th(request.first(request.size() - asked->requester_verify_data.size()));
    check_mac(code::psk_finish, channel.verify_data(Direction::request), asked->requester_verify_data);
    channel.add_th(asked->requester_verify_data);
    channel.add_th(response);
    channel.establish();
}

void Observer::key_update(ObservedSession& session, uint8_t operation) {
    spdm::Session& channel = session.channel;
    switch (static_cast<KeyOperation>(operation)) {
        case KeyOperation::update_all_keys: session.updating_response = false; [[fallthrough]];
        case KeyOperation::update_key: channel.update(Direction::request); return;
        case KeyOperation::verify_new_key:
            for (Direction way : {Direction::request, Direction::response}) channel.confirm(way);
            return;
    }
}

void Observer::in_session(ByteView request, ByteView response) {
    ObservedSession* session = pending_in();
    if (session == nullptr || request.size() < 4) return;
    if (code_of(request) != code::get_measurements) session->measured.clear();
    switch (code_of(request)) {
        case code::finish: finish(request, response); break;
        case code::psk_finish: psk_finish(request, response); break;
        case code::key_update: key_update(*session, param1(request)); break;
        case code::end_session: end_session(session->channel.id()); break;
        case code::get_measurements: measurements(request, response); break;
        case code::get_encapsulated_request:
        case code::deliver_encapsulated_response: encapsulated(request, response); break;
        default: break;
    }
}

void Observer::refused_in_session(wire::Code code, ByteView response) {
    ObservedSession* session = pending_in();
    if (session == nullptr) return;
    auto error = static_cast<ErrorCode>(param1(response));
    // DecryptError ends the session, and so does a FINISH that was not authentic.
    if (error == ErrorCode::decrypt_error) return end_session(session->channel.id());
    if (code == code::get_measurements) {
        session->measured.clear();
    } else {
        session->measured.may_restart();
    }
    // InvalidResponseCode ends the flow; other refusals leave it where it was.
    bool over = error == ErrorCode::invalid_response_code;
    if (code == code::deliver_encapsulated_response && over) encapsulated_.clear();
}

}  // namespace assay::lab
