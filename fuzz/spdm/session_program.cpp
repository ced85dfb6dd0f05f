// A requester's steps against a live responder, sessions and all. The input begins with the device (byte 0)
// and the first negotiation (bytes 1 and 2, see session_offer.h); the rest is the program of session_steps.h.
#include <fmt/format.h>

#include <algorithm>

#include "fuzz/common/coverage.h"
#include "fuzz/spdm/fixtures.h"
#include "fuzz/spdm/session_dut.h"
#include "fuzz/spdm/session_messages.h"
#include "fuzz/spdm/session_offer.h"
#include "fuzz/spdm/session_oracles.h"
#include "fuzz/spdm/session_steps.h"
#include "fuzz/spdm/targets.h"
#include "stack/wire/header.h"
#include "stack/wire/registry.h"

namespace assay::fuzz {

namespace {

using namespace wire;
using spdm::Direction;

constexpr size_t kShapeSize = 3;  // bytes an exchange, see note()
constexpr uint32_t kInSession = 80, kReplayed = 81, kWaited = 82;

class Run {
   public:
    Run(ByteView input, Fixtures& fixtures)
        : fixtures_(fixtures),
          dut_(*fixtures.session_devices[input[0] % fixtures.session_devices.size()], fixtures),
          lab_(dut_, random_, fixtures.provider, &fixtures.leaf_keys),
          messages_(lab_),
          first_(negotiation(input[1], input[2])),
          program_(parse_session_program(input.subspan(kSessionPrefix))) {}

    // What was answered, for those who compare two runs.
    Bytes all() {
        secrets_ = SecretBytes::live();
        negotiate(first_);
        for (const SessionStep& step : program_) {
            take(step);
            if (lab_.seen().sessions().empty()) no_secret_is_left(dut_.responder(), secrets_);
        }
        return std::move(shape_);
    }

   private:
    void negotiate(const Negotiation& wanted) {
        parted_.clear();
        silent_.clear();
        waited_.clear();
        honest_ = true;
        flow_begun_ = false;
        if (!lab_.negotiate_again(wanted.version, wanted.offer)) return;
        for (uint8_t slot : {uint8_t{0}, uint8_t{1}}) {
            const Bytes& chain = fixtures_.chain(lab_.seen().parameters(), slot);
            if (!chain.empty()) lab_.provide_chain(slot, chain);
        }
    }

    // The session that a step means; nullopt when none lives.
    std::optional<uint32_t> meant(const SessionStep& step) const {
        const auto& sessions = lab_.seen().sessions();
        if (sessions.empty()) return std::nullopt;
        return std::next(sessions.begin(), step.session % sessions.size())->first;
    }

    void take(const SessionStep& step) {
        switch (step.kind) {
            case StepKind::negotiate:
                return negotiate(
                    negotiation(static_cast<uint8_t>(step.seed), static_cast<uint8_t>(step.seed >> 8)));
            case StepKind::ask_key_update:
                if (auto id = meant(step)) dut_.responder().ask_for_key_update(*id);
                flow_begun_ = true;
                return;
            case StepKind::wait: return wait(step.seed % 64);
            case StepKind::raw_record: return send({.record = step.extra}, {}, Turn::never);
            case StepKind::earlier_record:
                if (!records_.empty()) {
                    Sent again = records_[step.seed % records_.size()];
                    bool lives = lab_.seen().sessions().contains(again.id);
                    bool other_key = lives && again.key && !under_its_key(again);
                    feature(kReplayed, static_cast<uint32_t>(turn_of(again)), lives + 2U * other_key,
                            static_cast<uint32_t>(again.number));
                    send(again, {}, turn_of(again));
                }
                return;
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

    static bool begins_session(const lab::Exchange& exchange) {
        return exchange.request.size() > 1 && wire::code_of(exchange.request) == code::key_exchange;
    }

    // A share that is not the one whose key we keep gives the two ends different secrets. Modulo a safe prime
    // nearly every number is a share, which with fast cryptography it is not.
    void note_foreign_share(std::optional<uint32_t> last) {
        auto now = lab_.seen().last_session();
        if (now && now != last) parted_.insert(*now);
        constexpr uint16_t kFiniteFields = 0x07;
        if ((lab_.seen().parameters().dhe & kFiniteFields) != 0) comparable_ = false;
    }

    void wait(unsigned seconds) {
        for (const auto& [id, session] : dut_.responder().sessions()) {
            if (session.channel.phase() != spdm::Phase::application) continue;
            unsigned most = 2U * session.heartbeat_period;
            feature(kWaited, (silent_[id] += seconds) > most, (waited_[id] += seconds) > most);
        }
        dut_.wait(std::chrono::seconds(seconds));
    }

    bool belongs_inside(const SessionStep& step) const {
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

    void seal_and_send(const SessionStep& step, uint32_t id, const Bytes& message) {
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
        if (turn == Turn::never && step.seal != SealMode::ahead && step.seal != SealMode::stale)
            sent.key.reset();
        sent.record = std::move(*record);
        send(sent, message, turn);
        if (step.twice) send(sent, message, Turn::never);
    }

    // A record that was sent; `key` names the one it is authentic under, if it is.
    struct Sent {
        Bytes record{};
        uint32_t id = 0;
        uint64_t number = 0;
        std::optional<crypto::Digest> key{};
    };

    crypto::Digest key_of(const spdm::Session& channel) const {
        return fixtures_.provider.digest(crypto::HashAlgo::sha256,
                                         channel.schedule().secret(Direction::request).view());
    }

    bool under_its_key(const Sent& sent) const {
        auto found = lab_.seen().sessions().find(sent.id);
        bool there = found != lab_.seen().sessions().end();
        return there && sent.key && key_of(found->second.channel) == *sent.key;
    }

    // While a key is updated the one before it has its turns too, and how many it had is not counted here.
    Turn turn_of(const Sent& sent) const {
        auto found = lab_.seen().sessions().find(sent.id);
        if (!sent.key || found == lab_.seen().sessions().end()) return Turn::never;
        const spdm::Session& channel = found->second.channel;
        if (!under_its_key(sent)) return channel.updating(Direction::request) ? Turn::perhaps : Turn::never;
        return channel.sequence(Direction::request) == sent.number ? Turn::now : Turn::never;
    }

    void send(const Sent& sent, const Bytes& message, Turn turn) {
        records_.push_back(sent);
        observed([&] { return lab_.send_record(sent.record, message); }, turn);
    }

    void send_plain(const Bytes& message) {
        observed([&] { return lab_.send_once(message); }, Turn::now);
    }

    void observed(const std::function<Result<lab::Exchange>()>& send, Turn turn) {
        spdm::Responder& responder = dut_.responder();
        Before before(responder);
        SessionStates sessions = session_states(responder);
        const std::optional<uint32_t> last = lab_.seen().last_session();
        const Bytes asked = lab_.seen().encapsulated();
        auto exchange = send();
        if (!exchange) return;
        bool foreign = begins_session(*exchange) && !messages_.holds_our_share(exchange->request);
        if (foreign) note_foreign_share(last);
        flow_begun_ = flow_begun_ || may_begin_flow(*exchange);
        note(*exchange);
        const std::map<uint32_t, unsigned> silent_before = silent_;
        forget_silence(sessions);
        StepFacts facts{.turn = turn,
                        .honest = honest_,
                        .parted = parted_,
                        .silent = silent_before,
                        .heartbeat_period = dut_.device().heartbeat_period};
        nothing_undue_is_accepted(*exchange, facts);
        what_is_answered_is_legal(sessions, *exchange);
        only_a_flow_is_in_flight(responder, *exchange, flow_begun_);
        encapsulated_flows_go_on(asked, lab_.seen().encapsulated(), *exchange);
        answers_are_authentic(*exchange, facts);
        a_refusal_leaves_no_trace(before, sessions, responder, *exchange);
        establishment_is_earned(sessions, responder, lab_.seen(), *exchange);
        both_ends_agree(responder, lab_.observer(), facts);
        honest_proofs_are_accepted(responder, *exchange, facts);
        key_updates_take_effect(sessions, responder, *exchange);
        facts.silent = silent_;
        silent_sessions_end(responder, facts);
        what_begins_a_session_is_fresh(sessions, given_, messages_.share().size(), *exchange);
        the_highest_version_is_selected(dut_.device().secured_versions, *exchange);
        messages_.remember_request_id(*exchange);
    }

    // A record that was opened ends the silence of its session.
    void forget_silence(const SessionStates& before) {
        std::map<uint32_t, unsigned> silent;
        for (const auto& [id, now] : session_states(dut_.responder())) {
            auto was = before.find(id);
            bool same = was != before.end() && was->second.sequences[0] == now.sequences[0] &&
                        was->second.generations[0] == now.generations[0] && was->second.phase == now.phase;
            if (same && silent_.contains(id)) silent.emplace(id, silent_[id]);
        }
        silent_ = std::move(silent);
    }

    void note(const lab::Exchange& exchange) {
        const spdm::Responder& responder = dut_.responder();
        uint32_t code = byte(wire::code_of(exchange.request));
        uint32_t refusal =
            responder.last_refusal() ? 1 + static_cast<uint32_t>(responder.last_refusal()->check) : 0;
        auto session =
            exchange.session ? responder.sessions().find(*exchange.session) : responder.sessions().end();
        uint32_t place = session == responder.sessions().end()
                             ? 0
                             : 1 + static_cast<uint32_t>(session->second.channel.phase());
        if (place == 1 + static_cast<uint32_t>(spdm::Phase::application)) reached(std::string(kEstablished));
        uint32_t others = static_cast<uint32_t>(responder.sessions().size());
        feature(kInSession, code | place << 8 | others << 12, byte(responder.parameters().version), refusal);
        if (responder.last_refusal()) {
            reached("refused by " + std::string(spdm::info(responder.last_refusal()->check).name));
        } else if (exchange.answered()) {
            reached(fmt::format("{} at {}", message_name(wire::code_of(*exchange.response)),
                                name(responder.parameters().version)));
        }
        // What is compared between fast and real cryptography: codes and sizes, not what keys make of them.
        if (!comparable_) return;
        const Bytes none;
        const Bytes& response = exchange.response && !exchange.unreadable ? *exchange.response : none;
        shape_.push_back(byte(wire::code_of(response)));
        bool error = response.size() > 2 && wire::code_of(response) == code::error;
        shape_.push_back(error ? wire::param1(response) : static_cast<uint8_t>(response.size()));
        shape_.push_back(static_cast<uint8_t>(others << 4 | place));
    }

    Fixtures& fixtures_;
    SeededRandom random_{2};
    ExactDut dut_;
    lab::Lab lab_;
    SessionMessages messages_;
    Negotiation first_;
    std::vector<SessionStep> program_;
    std::set<uint32_t> parted_;
    std::map<uint32_t, unsigned> silent_, waited_;  // seconds
    std::set<Bytes> given_;                         // random values and shares
    bool honest_ = true;                            // nothing was changed since the negotiation
    bool flow_begun_ = false;                       // since the negotiation
    std::vector<Sent> records_;
    size_t secrets_ = 0;
    bool comparable_ = true;
    Bytes shape_;
};

}  // namespace

void session_program(ByteView input) {
    if (input.size() < kSessionPrefix) return;
    Run(input, fixtures()).all();
}

void session_program_real(ByteView input) {
    if (input.size() < kSessionPrefix) return;
    Run(input, real_fixtures()).all();
}

void session_program_both(ByteView input) {
    if (input.size() < kSessionPrefix) return;
    const Bytes fast = Run(input, fixtures()).all(), real = Run(input, real_fixtures()).all();
    if (fast == real) return;
    const size_t same = static_cast<size_t>(std::ranges::mismatch(fast, real).in1 - fast.begin());
    const auto shape = [&](const Bytes& of) {
        return to_hex(ByteView(of).subspan(std::min(same / kShapeSize * kShapeSize, of.size())));
    };
    violated("fast and real cryptography lead to the same answers",
             fmt::format("from exchange {} on: {} and {}\n{}", same / kShapeSize, shape(fast), shape(real),
                         to_hex(input)));
}

}  // namespace assay::fuzz
