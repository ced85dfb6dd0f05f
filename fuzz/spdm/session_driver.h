// Takes the steps of a session program against a device: builds each message, edits and seals it as its step
// says, and knows what is due. What the exchanges are held against is for those who derive from it.
#pragma once

#include <functional>
#include <map>
#include <set>
#include <vector>

#include "conformance/lab/lab.h"
#include "fuzz/spdm/session_messages.h"
#include "fuzz/spdm/session_offer.h"
#include "fuzz/spdm/session_oracles.h"
#include "fuzz/spdm/session_steps.h"

namespace assay::fuzz {

class SessionDriver {
   public:
    explicit SessionDriver(lab::Lab& lab) : lab_(lab), messages_(lab) {}
    SessionDriver(const SessionDriver&) = delete;
    SessionDriver& operator=(const SessionDriver&) = delete;
    virtual ~SessionDriver() = default;

   protected:
    // GET_VERSION and the rest of VCA; what was due before is not any more.
    void negotiate(const Negotiation& wanted);
    void take(const SessionStep& step);
    lab::Lab& lab() { return lab_; }
    const SessionMessages& messages() const { return messages_; }
    // Whether a key exchange went wrong in a group where fast and real cryptography differ.
    bool parted_over_finite_field() const { return finite_field_; }

    // Chains that are known beforehand, after a negotiation.
    virtual void know_chains() {}
    virtual void ask_for_key_update(uint32_t session) = 0;
    virtual void wait(unsigned seconds) = 0;
    // What a step of two bytes negotiates.
    virtual Negotiation negotiation_of(uint8_t how, uint8_t algorithms) const {
        return negotiation(how, algorithms);
    }
    // A record that was sent before comes again.
    virtual void replayed(Turn /*turn*/, bool /*lives*/, bool /*other_key*/, uint64_t /*number*/) {}
    // Around each exchange. `facts.silent` and `facts.heartbeat_period` are for who derives.
    virtual void before_exchange() {}
    virtual void after_exchange(const lab::Exchange& exchange, StepFacts facts) = 0;
    // The target is gone, or cannot carry what was sent.
    virtual void not_exchanged(const Error& /*error*/) {}
    bool flow_begun() const { return flow_begun_; }
    // The encapsulated request that was out before the last exchange.
    const Bytes& asked_before() const { return asked_; }

   private:
    // A record that was sent; `key` names the one it is authentic under, if it is.
    struct Sent {
        Bytes record{};
        uint32_t id = 0;
        uint64_t number = 0;
        std::optional<crypto::Digest> key{};
    };

    std::optional<uint32_t> meant(const SessionStep& step) const;
    void send_again(const SessionStep& step);
    bool belongs_inside(const SessionStep& step) const;
    void note_foreign_share(std::optional<uint32_t> last);
    void seal_and_send(const SessionStep& step, uint32_t id, const Bytes& message);
    crypto::Digest key_of(const spdm::Session& channel) const;
    bool under_its_key(const Sent& sent) const;
    Turn turn_of(const Sent& sent) const;
    void send(const Sent& sent, const Bytes& message, Turn turn);
    void send_plain(const Bytes& message);
    void observed(const std::function<Result<lab::Exchange>()>& send, Turn turn);

    lab::Lab& lab_;
    SessionMessages messages_;
    std::set<uint32_t> parted_;
    bool honest_ = true;       // nothing was changed since the negotiation
    bool flow_begun_ = false;  // since the negotiation
    bool finite_field_ = false;
    Bytes asked_;
    std::vector<Sent> records_;
};

}  // namespace assay::fuzz
