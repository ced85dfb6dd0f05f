#include "fuzz/spdm/session_driver.h"

#include <algorithm>

#include "stack/wire/header.h"
#include "stack/wire/registry.h"

namespace assay::fuzz {

namespace {

using namespace wire;
using spdm::Direction;

bool begins_session(const lab::Exchange& exchange) {
    return exchange.request.size() > 1 && wire::code_of(exchange.request) == code::key_exchange;
}

}  // namespace

void SessionDriver::negotiate(const Negotiation& wanted) {
    parted_.clear();
    honest_ = true;
    flow_begun_ = false;
    if (!lab_.negotiate_again(wanted.version, wanted.offer)) return;
    know_chains();
}

// The session that a step means; nullopt when none lives.
std::optional<uint32_t> SessionDriver::meant(const SessionStep& step) const {
    const auto& sessions = lab_.seen().sessions();
    if (sessions.empty()) return std::nullopt;
    return std::next(sessions.begin(), step.session % sessions.size())->first;
}

void SessionDriver::take(const SessionStep& step) {
    switch (step.kind) {
        case StepKind::negotiate:
            return negotiate(
                negotiation_of(static_cast<uint8_t>(step.seed), static_cast<uint8_t>(step.seed >> 8)));
        case StepKind::ask_key_update:
            if (auto id = meant(step)) ask_for_key_update(*id);
            flow_begun_ = true;
            return;
        case StepKind::wait: return wait(step.seed % 64);
        case StepKind::raw_record: return send({.record = step.extra}, {}, Turn::never);
        case StepKind::earlier_record: return send_again(step);
        default: break;
    }
    std::optional<uint32_t> id = meant(step);
    std::optional<Bytes> message = messages_.build(step, id);
    if (!message) return;
    // FINISH in the clear does not say of which session it is.
    bool of_another = step.kind == StepKind::finish && lab_.seen().parameters().clear_handshake() &&
                      lab_.seen().sessions().size() != 1;
    if (step.edit != EditMode::none || step.misplaced || of_another) honest_ = false;
    if (step.edit == EditMode::broken) {
        SeededRandom random(step.seed);
        mutate_field(*message, random, lab_.seen().request_context(*message));
    }
    if (step.edit == EditMode::replaced) *message = step.extra;
    if (id && belongs_inside(step)) return seal_and_send(step, *id, *message);
    send_plain(*message);
}

void SessionDriver::send_again(const SessionStep& step) {
    if (records_.empty()) return;
    const Sent again = records_[step.seed % records_.size()];
    const bool lives = lab_.seen().sessions().contains(again.id);
    replayed(turn_of(again), lives, lives && again.key && !under_its_key(again), again.number);
    send(again, {}, turn_of(again));
}

// A share that is not the one whose key we keep gives the two ends different secrets. Modulo a safe prime
// nearly every number is a share, which with fast cryptography it is not.
void SessionDriver::note_foreign_share(std::optional<uint32_t> last) {
    auto now = lab_.seen().last_session();
    if (now && now != last) parted_.insert(*now);
    constexpr uint16_t kFiniteFields = 0x07;
    if ((lab_.seen().parameters().dhe & kFiniteFields) != 0) finite_field_ = true;
}

bool SessionDriver::belongs_inside(const SessionStep& step) const {
    bool clear = lab_.seen().parameters().clear_handshake();
    bool inside = step.seal != SealMode::plain;
    switch (step.kind) {
        case StepKind::key_exchange:
        case StepKind::psk_exchange:
        case StepKind::challenge: inside = false; break;
        case StepKind::finish: inside = inside && !clear; break;
        default: break;
    }
    return inside != step.misplaced;
}

void SessionDriver::seal_and_send(const SessionStep& step, uint32_t id, const Bytes& message) {
    const spdm::Session& channel = lab_.session(id)->channel;
    lab::Sealing how;
    uint64_t next = channel.sequence(Direction::request);
    Turn turn = Turn::now;
    switch (step.seal) {
        case SealMode::stale:
            if (next > 0) turn = Turn::never;
            if (next > 0) how.sequence = next - 1;
            break;
        case SealMode::ahead: how.sequence = next + 1, turn = Turn::never; break;
        case SealMode::reflected: how.keys = Direction::response, turn = Turn::never; break;
        default: break;
    }
    Result<Bytes> record = lab_.seal(id, message, how);
    if (step.seal == SealMode::other_session) {
        const auto& sessions = lab_.seen().sessions();
        auto other = std::next(sessions.begin(), (step.seed + 1U) % sessions.size());
        how.session_id = id;
        how.sequence = next;
        if (other->first != id) {
            record = lab_.seal(other->first, message, how);
            turn = Turn::never;
        }
    }
    if (!record) return;
    Sent sent{.id = id, .number = how.sequence.value_or(next), .key = key_of(channel)};
    if (step.seal == SealMode::broken) {
        (*record)[step.seed / 8 % record->size()] ^= static_cast<uint8_t>(1U << step.seed % 8);
        turn = Turn::never;
    }
    if (step.seal == SealMode::cut) {
        record->resize(step.seed % record->size());
        turn = Turn::never;
    }
    // What was ahead of its turn may come in its turn; what was tampered with has none.
    if (turn == Turn::never && step.seal != SealMode::ahead && step.seal != SealMode::stale) sent.key.reset();
    sent.record = std::move(*record);
    send(sent, message, turn);
    if (step.twice) send(sent, message, Turn::never);
}

crypto::Digest SessionDriver::key_of(const spdm::Session& channel) const {
    return lab_.provider().digest(crypto::HashAlgo::sha256,
                                  channel.schedule().secret(Direction::request).view());
}

bool SessionDriver::under_its_key(const Sent& sent) const {
    auto found = lab_.seen().sessions().find(sent.id);
    bool there = found != lab_.seen().sessions().end();
    return there && sent.key && key_of(found->second.channel) == *sent.key;
}

// While a key is updated the one before it has its turns too, and how many it had is not counted here.
Turn SessionDriver::turn_of(const Sent& sent) const {
    auto found = lab_.seen().sessions().find(sent.id);
    if (!sent.key || found == lab_.seen().sessions().end()) return Turn::never;
    const spdm::Session& channel = found->second.channel;
    if (!under_its_key(sent)) return channel.updating(Direction::request) ? Turn::perhaps : Turn::never;
    return channel.sequence(Direction::request) == sent.number ? Turn::now : Turn::never;
}

void SessionDriver::send(const Sent& sent, const Bytes& message, Turn turn) {
    records_.push_back(sent);
    observed([&] { return lab_.send_record(sent.record, message); }, turn);
}

void SessionDriver::send_plain(const Bytes& message) {
    observed([&] { return lab_.send_once(message); }, Turn::now);
}

void SessionDriver::observed(const std::function<Result<lab::Exchange>()>& send, Turn turn) {
    before_exchange();
    const std::optional<uint32_t> last = lab_.seen().last_session();
    asked_ = lab_.seen().encapsulated();
    const auto exchange = send();
    if (!exchange) return not_exchanged(exchange.error());
    if (begins_session(*exchange) && !messages_.holds_our_share(exchange->request)) note_foreign_share(last);
    flow_begun_ = flow_begun_ || may_begin_flow(*exchange);
    after_exchange(*exchange, {.turn = turn, .honest = honest_, .parted = parted_});
    messages_.remember_request_id(*exchange);
}

}  // namespace assay::fuzz
