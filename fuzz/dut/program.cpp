#include "fuzz/dut/program.h"

#include <fmt/format.h>

#include "fuzz/dut/oracles.h"
#include "fuzz/spdm/message_program.h"
#include "fuzz/spdm/session_driver.h"
#include "stack/base/ranges.h"
#include "stack/wire/header.h"
#include "stack/wire/registry.h"

namespace assay::fuzz {

namespace {

using namespace wire;

constexpr uint8_t kProgramKinds = 2;

// A hash of small numbers, for what is new.
class Feature {
   public:
    Feature& operator<<(uint64_t part) {
        hash_ = (hash_ ^ part) * 0xff51afd7ed558ccd;
        hash_ ^= hash_ >> 32;
        return *this;
    }
    uint64_t value() const { return hash_; }

   private:
    uint64_t hash_ = 0x9e3779b97f4a7c15;
};

// Thrown where a device is gone, as a violation is: the rest of the program has nobody to speak to.
struct Gone {
    Error error;
};

// Holds each exchange against the oracles, and notes what it came to.
class Recorder {
   public:
    Recorder(lab::Lab& lab, lab::ReferenceDut* reference) : lab_(lab), reference_(reference) {}

    void before() {
        now_ = {};
        now_.version = lab_.seen().parameters().version;
        now_.state = lab_.seen().state();
        sessions_ = session_states(lab_.seen());
        asked_ = lab_.seen().encapsulated();
    }

    void after(size_t step, const lab::Exchange& exchange, StepFacts facts, size_t share_size) {
        now_.step = step;
        now_.exchange = exchange;
        now_.scope = scope_of(exchange);
        if (exchange.request.size() > 1 && code_of(exchange.request) == code::get_version) requests_.clear();
        now_.repeats = !requests_.insert(exchange.request).second;
        if (reference_ != nullptr && reference_->responder().last_refusal())
            now_.refusal = reference_->responder().last_refusal()->check;
        note_features();
        trace_.exchanges.push_back(now_);
        // Without the chain that a handshake was signed with, none of its secrets are known.
        unknown_chain_ = unknown_chain_ || is_with_unknown_chain(exchange);
        if (unknown_chain_) facts.parted.insert(0);
        if (reference_ != nullptr) return;  // the reference has oracles of its own
        responses_are_well_formed(lab_, exchange);
        nothing_undue_is_accepted(exchange, facts);
        what_is_answered_is_legal(sessions_, exchange);
        encapsulated_flows_go_on(asked_, lab_.seen().encapsulated(), exchange);
        answers_are_authentic(exchange, facts);
        establishment_is_earned(lab_, sessions_, exchange);
        key_updates_are_acknowledged(exchange);
        what_begins_a_session_is_fresh(sessions_, given_, share_size, exchange);
    }

    DeviceTrace take() { return std::move(trace_); }
    DeviceTrace& trace() { return trace_; }

   private:
    bool is_with_unknown_chain(const lab::Exchange& exchange) const {
        return exchange.answered() && exchange.request.size() >= 4 &&
               code_of(exchange.request) == code::key_exchange &&
               !lab_.seen().chains().contains(param2(exchange.request));
    }
    SessionScope scope_of(const lab::Exchange& exchange) const {
        if (!exchange.session) return SessionScope::outside;
        const auto session = sessions_.find(*exchange.session);
        const bool established =
            session != sessions_.end() && session->second.phase == spdm::Phase::application;
        return established ? SessionScope::application : SessionScope::handshake;
    }

    void note_features() {
        const lab::Exchange& exchange = now_.exchange;
        const uint64_t asked = exchange.request.size() > 1 ? byte(code_of(exchange.request)) : 0x100;
        Feature seen;
        seen << byte(now_.version) << static_cast<uint64_t>(now_.state) << static_cast<uint64_t>(now_.scope)
             << sessions_.size() << asked;
        if (!exchange.response) {
            trace_.features.insert((seen << 1).value());
            return;
        }
        const Bytes& response = *exchange.response;
        seen << (exchange.unreadable ? 2U
                 : exchange.outside  ? 3U
                                     : 4U)
             << (response.size() > 1 ? byte(code_of(response)) : 0x100U);
        trace_.features.insert(seen.value());
        if (response.size() < 4) return;
        trace_.features.insert((Feature(seen) << 5 << param1(response) << param2(response)).value());
        trace_.features.insert((Feature(seen) << 6 << std::bit_width(response.size())).value());
    }

    lab::Lab& lab_;
    lab::ReferenceDut* reference_;
    DeviceTrace trace_;
    ExchangeOutcome now_;
    SessionStates sessions_;
    Bytes asked_;
    std::set<Bytes> requests_;
    std::set<Bytes> given_;  // random values and shares
    bool unknown_chain_ = false;
};

class SessionsOnDevice final : public SessionDriver {
   public:
    SessionsOnDevice(lab::Lab& lab, Recorder& recorder) : SessionDriver(lab), recorder_(recorder) {}

    void all(ByteView input) {
        if (input.size() < kSessionPrefix) return;
        negotiate(negotiation_of(input[1], input[2]));
        for (const SessionStep& step : parse_session_program(input.subspan(kSessionPrefix))) {
            take(step);
            ++step_;
        }
    }

   private:
    void ask_for_key_update(uint32_t session) override { lab().dut().ask_for_key_update(session); }
    // A device in real time would be waited for.
    void wait(unsigned seconds) override {
        if (lab().dut().time_is_cheap()) lab().dut().wait(std::chrono::seconds(seconds));
    }
    // What the device has of signatures and hashes is for it to choose.
    Negotiation negotiation_of(uint8_t how, uint8_t algorithms) const override {
        Negotiation wanted = negotiation(how, algorithms);
        wanted.offer.base_asym = 0xffffffff;
        wanted.offer.base_hash = 0xffffffff;
        constexpr uint8_t kChooseOne = 0x20;
        if ((algorithms & kChooseOne) == 0) wanted.offer.dhe = wanted.offer.aead = 0xffff;
        return wanted;
    }
    void before_exchange() override { recorder_.before(); }
    void after_exchange(const lab::Exchange& exchange, StepFacts facts) override {
        recorder_.after(step_, exchange, facts, messages().share().size());
    }
    void not_exchanged(const Error& error) override {
        if (error.code == Errc::closed || error.code == Errc::io) throw Gone{error};
    }

    Recorder& recorder_;
    size_t step_ = 0;
};

void run_messages(lab::Lab& lab, Recorder& recorder, ByteView program) {
    // The shares in its messages are nobody's, so that no secret is known.
    const StepFacts facts{.parted = {0}};
    uint8_t token = 0;
    size_t number = 0;
    for (Step& step : parse_program(program)) {
        repair(step, lab.seen(), token);
        recorder.before();
        const auto exchange = lab.send_once(step.message, lab::Wait::silence);
        if (!exchange && (exchange.error().code == Errc::closed || exchange.error().code == Errc::io))
            throw Gone{exchange.error()};
        if (exchange) {
            recorder.after(number, *exchange, facts, 0);
            const auto& response = exchange->response;
            if (response && response->size() > 6 && code_of(*response) == code::error) token = (*response)[6];
        }
        ++number;
        const auto& known = lab.learned().chains;
        const spdm::Parameters& p = lab.seen().parameters();
        const auto chains = known.find({p.base_asym, p.base_hash, byte(p.version)});
        if (lab.seen().state() != spdm::ConnectionState::negotiated || chains == known.end()) continue;
        for (const auto& [slot, chain] : chains->second) {
            if (!lab.seen().chains().contains(slot)) lab.provide_chain(slot, chain);
        }
    }
}

uint8_t kind_of(ByteView input) { return input.empty() ? kMessages : input[0] % kProgramKinds; }

}  // namespace

DeviceTrace run_on_device(DeviceUnderTest& device, lab::Dut& dut, ByteView input,
                          lab::ReferenceDut* reference) {
    SeededRandom random(2);
    dut.reseed(1);
    lab::Lab lab = device.lab(dut, random);
    Recorder recorder(lab, reference);
    const ThrowBrokenInvariants thrown;
    try {
        if (const auto ready = lab.reset(); !ready) throw Gone{ready.error()};
        if (kind_of(input) == kSessions) {
            SessionsOnDevice(lab, recorder).all(input);
        } else if (!input.empty()) {
            run_messages(lab, recorder, input.subspan(kDeviceProgramPrefix));
        }
    } catch (const BrokenInvariant& violation) {
        recorder.trace().violation = violation;
    } catch (const Gone& gone) {
        recorder.trace().gone = gone.error;
    }
    return recorder.take();
}

size_t step_count(ByteView input) {
    if (input.empty()) return 0;
    if (kind_of(input) == kMessages) return parse_program(input.subspan(kDeviceProgramPrefix)).size();
    if (input.size() < kSessionPrefix) return 0;
    return parse_session_program(input.subspan(kSessionPrefix)).size();
}

namespace {

template <class S>
Bytes joined(ByteView prefix, std::vector<S> steps, size_t from, size_t count) {
    from = std::min(from, steps.size());
    count = std::min(count, steps.size() - from);
    const auto begin = steps.begin() + static_cast<ptrdiff_t>(from);
    steps.erase(begin, begin + static_cast<ptrdiff_t>(count));
    Bytes bytes = to_bytes(prefix);
    append(bytes, to_input(steps));
    return bytes;
}

}  // namespace

Bytes without_steps(ByteView input, size_t from, size_t count) {
    if (kind_of(input) == kSessions && input.size() >= kSessionPrefix) {
        return joined(input.first(kSessionPrefix), parse_session_program(input.subspan(kSessionPrefix)), from,
                      count);
    }
    if (input.empty() || kind_of(input) == kSessions) return to_bytes(input);
    return joined(input.first(kDeviceProgramPrefix), parse_program(input.subspan(kDeviceProgramPrefix)), from,
                  count);
}

namespace {

size_t mutate_device_program(uint8_t* data, size_t size, size_t max_size, unsigned seed,
                             MutateBytes mutate_bytes) {
    const bool sessions = size > 0 && data[0] % kProgramKinds == kSessions;
    const size_t now = sessions
                           ? mutate_session_in_place(data, size, max_size, seed, mutate_bytes)
                           : mutate_in_place(data, size, max_size, seed, kDeviceProgramPrefix, mutate_bytes);
    // Programs of one kind mean nothing as the other.
    if (size > 0 && now > 0) data[0] = sessions ? kSessions : kMessages;
    return now;
}

size_t cross_device_programs(ByteView first, ByteView second, std::span<uint8_t> out, unsigned seed) {
    if (kind_of(first) != kind_of(second)) return 0;
    return kind_of(first) == kSessions ? cross_sessions_into(first, second, out, seed)
                                       : cross_into(first, second, out, seed, kDeviceProgramPrefix);
}

}  // namespace

const Mutator kDeviceProgramMutator{mutate_device_program, cross_device_programs};

}  // namespace assay::fuzz
