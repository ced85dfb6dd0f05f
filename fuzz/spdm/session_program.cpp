// A requester's steps against a live responder, sessions and all. The input begins with the device (byte 0)
// and the first negotiation (bytes 1 and 2, see session_offer.h); the rest is the program of session_steps.h.
#include <fmt/format.h>

#include <algorithm>

#include "fuzz/common/coverage.h"
#include "fuzz/spdm/fixtures.h"
#include "fuzz/spdm/session_driver.h"
#include "fuzz/spdm/session_dut.h"
#include "fuzz/spdm/targets.h"
#include "stack/wire/header.h"
#include "stack/wire/registry.h"

namespace assay::fuzz {

namespace {

using namespace wire;
using spdm::Direction;

constexpr size_t kShapeSize = 3;  // bytes an exchange, see note()
constexpr uint32_t kInSession = 80, kReplayed = 81, kWaited = 82;

// What is built before the driver that uses it.
struct Ends {
    Ends(const spdm::Device& device, Fixtures& fixtures)
        : dut(device, fixtures), scripted(dut, random, fixtures.provider, &fixtures.leaf_keys) {}
    SeededRandom random{2};
    ExactDut dut;
    lab::Lab scripted;
};

class Run : private Ends, private SessionDriver {
   public:
    Run(ByteView input, Fixtures& fixtures)
        : Ends(*fixtures.session_devices[input[0] % fixtures.session_devices.size()], fixtures),
          SessionDriver(scripted),
          fixtures_(fixtures),
          first_(negotiation(input[1], input[2])),
          program_(parse_session_program(input.subspan(kSessionPrefix))) {}

    // What was answered, for those who compare two runs.
    Bytes all() {
        secrets_ = SecretBytes::live();
        negotiate(first_);
        for (const SessionStep& step : program_) {
            if (step.kind == StepKind::negotiate) forget_all_silence();
            take(step);
            if (lab().seen().sessions().empty()) no_secret_is_left(dut.responder(), secrets_);
        }
        return std::move(shape_);
    }

   private:
    void know_chains() override {
        for (uint8_t slot : {uint8_t{0}, uint8_t{1}}) {
            const Bytes& chain = fixtures_.chain(lab().seen().parameters(), slot);
            if (!chain.empty()) lab().provide_chain(slot, chain);
        }
    }
    void ask_for_key_update(uint32_t session) override { dut.responder().ask_for_key_update(session); }
    void replayed(Turn turn, bool lives, bool other_key, uint64_t number) override {
        feature(kReplayed, static_cast<uint32_t>(turn), lives + 2U * other_key,
                static_cast<uint32_t>(number));
    }
    void forget_all_silence() {
        silent_.clear();
        waited_.clear();
    }

    void wait(unsigned seconds) override {
        for (const auto& [id, session] : dut.responder().sessions()) {
            if (session.channel.phase() != spdm::Phase::application) continue;
            unsigned most = 2U * session.heartbeat_period;
            feature(kWaited, (silent_[id] += seconds) > most, (waited_[id] += seconds) > most);
        }
        dut.wait(std::chrono::seconds(seconds));
    }

    void before_exchange() override {
        before_.emplace(dut.responder());
        sessions_ = session_states(dut.responder());
    }

    void after_exchange(const lab::Exchange& exchange, StepFacts facts) override {
        const spdm::Responder& responder = dut.responder();
        note(exchange);
        facts.silent = silent_;
        facts.heartbeat_period = dut.device().heartbeat_period;
        forget_silence(sessions_);
        nothing_undue_is_accepted(exchange, facts);
        what_is_answered_is_legal(sessions_, exchange);
        only_a_flow_is_in_flight(responder, exchange, flow_begun());
        encapsulated_flows_go_on(asked_before(), lab().seen().encapsulated(), exchange);
        answers_are_authentic(exchange, facts);
        a_refusal_leaves_no_trace(*before_, sessions_, responder, exchange);
        establishment_is_earned(sessions_, responder, lab().seen(), exchange);
        both_ends_agree(responder, lab().observer(), facts);
        honest_proofs_are_accepted(responder, exchange, facts);
        key_updates_take_effect(sessions_, responder, exchange);
        facts.silent = silent_;
        silent_sessions_end(responder, facts);
        what_begins_a_session_is_fresh(sessions_, given_, messages().share().size(), exchange);
        the_highest_version_is_selected(dut.device().secured_versions, exchange);
    }

    // A record that was opened ends the silence of its session.
    void forget_silence(const SessionStates& before) {
        std::map<uint32_t, unsigned> silent;
        for (const auto& [id, now] : session_states(dut.responder())) {
            auto was = before.find(id);
            bool same = was != before.end() && was->second.sequences[0] == now.sequences[0] &&
                        was->second.generations[0] == now.generations[0] && was->second.phase == now.phase;
            if (same && silent_.contains(id)) silent.emplace(id, silent_[id]);
        }
        silent_ = std::move(silent);
    }

    void note(const lab::Exchange& exchange) {
        const spdm::Responder& responder = dut.responder();
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
        if (parted_over_finite_field()) return;
        const Bytes none;
        const Bytes& response = exchange.response && !exchange.unreadable ? *exchange.response : none;
        shape_.push_back(byte(wire::code_of(response)));
        bool error = response.size() > 2 && wire::code_of(response) == code::error;
        shape_.push_back(error ? wire::param1(response) : static_cast<uint8_t>(response.size()));
        shape_.push_back(static_cast<uint8_t>(others << 4 | place));
    }

    Fixtures& fixtures_;
    Negotiation first_;
    std::vector<SessionStep> program_;
    std::optional<Before> before_;                  // the exchange that is under way
    SessionStates sessions_;                        // likewise
    std::map<uint32_t, unsigned> silent_, waited_;  // seconds
    std::set<Bytes> given_;                         // random values and shares
    size_t secrets_ = 0;
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
