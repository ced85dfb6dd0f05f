// The requester under test, the hostile responder, and the wire between them.
#pragma once

#include "conformance/cases/requester/lie.h"
#include "conformance/lab/observer.h"

namespace assay::cases {

class Meeting {
   public:
    Meeting(const LieRow& row, const spdm::Waivers& waivers);
    Meeting(const Meeting&) = delete;
    Meeting& operator=(const Meeting&) = delete;

    // The walk, or the row's script.
    Told run();

    spdm::Requester& requester() { return *requester_; }
    spdm::Responder& responder() { return *responder_; }
    const spdm::Device& device() const { return device_; }
    const lab::Observer& seen() const { return observer_; }
    const std::vector<Seen>& log() const { return outcome_.log; }

    // What a builder of the requester returned, brought to the responder; what comes back of it. The lies of
    // the row are told on the way.
    struct Carried {
        Bytes bytes;
        bool secured = false;
    };
    Carried round_trip(const Bytes& sent, bool secured);
    // The message in a record that is not brought to the responder.
    Bytes intercept(const Bytes& sent);
    // The same, taken by the requester, until it has what it asked for.
    spdm::Checked<> exchange(Bytes sent);
    // VCA, and slot 0's chain.
    spdm::Checked<> meet();
    // A session in its application phase, where requests go from here on.
    spdm::Checked<uint32_t> establish(bool psk = false);
    // The responder's turn, to its end.
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
    // From here on a lie is told, whatever the row says.
    void lie(RecordLie record) { record_lie_ = std::move(record); }
    void lie(Lie message) { lie_ = std::move(message); }

   private:
    spdm::Checked<> everything();
    // A requester that asks for ever is stopped.
    spdm::Checked<> comes_to_an_end() const;
    Moment moment(const Bytes& request, std::optional<uint32_t> session);
    Carried outside(const Bytes& request);
    Carried inside(const Bytes& sent);
    // The message in the record that the requester is due; nullopt when it cannot be read.
    std::optional<Bytes> message_in(uint32_t session_id, ByteView record) const;
    void told(bool changed) {
        if (changed && !outcome_.told) outcome_.told = outcome_.log.size();
    }

    const LieRow& row_;
    Lie lie_;
    RecordLie record_lie_;
    spdm::Device device_;
    spdm::RequesterConfig config_;
    SeededRandom responder_random_{1}, requester_random_{2};
    Bytes secret_;  // of the last handshake
    std::optional<spdm::Responder> responder_;
    std::optional<spdm::Requester> requester_;
    lab::Observer observer_;
    Told outcome_;
};

}  // namespace assay::cases
