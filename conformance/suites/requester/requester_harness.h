// The requester under test, the hostile responder, and the wire between them.
#pragma once

#include "conformance/lab/observer.h"
#include "conformance/suites/requester/fault.h"

namespace assay::cases {

class RequesterHarness {
   public:
    RequesterHarness(const FaultRow& row, const spdm::FaultConfig& faults);
    RequesterHarness(const RequesterHarness&) = delete;
    RequesterHarness& operator=(const RequesterHarness&) = delete;

    // Runs the flow, or the row's script.
    FaultOutcome run();

    spdm::Requester& requester() { return *requester_; }
    spdm::Responder& responder() { return *responder_; }
    const spdm::Device& device() const { return device_; }
    const lab::Observer& seen() const { return observer_; }
    const std::vector<SeenExchange>& log() const { return outcome_.log; }

    // Delivers what a builder of the requester returned to the responder, and returns the answer. The fault
    // of the row is injected on the way.
    struct Carried {
        Bytes bytes;
        bool secured = false;
    };
    Carried round_trip(const Bytes& sent, bool secured);
    // The message in a record of the requester's, which is not delivered.
    Bytes intercept(const Bytes& sent);
    // Makes round trips until the requester has the answer to its request.
    spdm::Checked<> exchange(Bytes sent);
    // VCA, and slot 0's chain.
    spdm::Checked<> connect();
    // A session in its application phase, where requests go from here on.
    spdm::Checked<uint32_t> establish(bool psk = false);
    // Answers the responder's encapsulated requests until there are no more.
    spdm::Checked<> take_turns();
    template <class Walk>
    spdm::Checked<> walk(Walk walk) {
        while (auto send = walk.next()) {
            TRY(comes_to_an_end());
            Carried back = round_trip(send->message, send->secured);
            TRY(walk.receive(back.bytes, back.secured));
        }
        if (walk.refusal()) return std::unexpected(*walk.refusal());
        return {};
    }
    // From here on this fault is injected, instead of the row's.
    void inject(RecordFault record) { record_fault_ = std::move(record); }
    void inject(Fault message) { fault_ = std::move(message); }

   private:
    spdm::Checked<> everything();
    // Stops a requester that never stops asking.
    spdm::Checked<> comes_to_an_end() const;
    FaultContext fault_context(const Bytes& request, std::optional<uint32_t> session);
    Carried outside(const Bytes& request);
    Carried inside(const Bytes& sent);
    // The message in the responder's record; nullopt when it cannot be read.
    std::optional<Bytes> message_in(uint32_t session_id, ByteView record) const;
    void note_injected(bool changed) {
        if (changed && !outcome_.injected_at) outcome_.injected_at = outcome_.log.size();
    }

    const FaultRow& row_;
    Fault fault_;
    RecordFault record_fault_;
    spdm::Device device_;
    spdm::RequesterConfig config_;
    SeededRandom responder_random_{1}, requester_random_{2};
    Bytes secret_;  // of the last handshake
    std::optional<spdm::Responder> responder_;
    std::optional<spdm::Requester> requester_;
    lab::Observer observer_;
    FaultOutcome outcome_;
};

}  // namespace assay::cases
