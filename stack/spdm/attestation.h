// The flow of requests from GET_VERSION to signed measurements, without I/O.
#pragma once

#include "stack/spdm/requester.h"

namespace assay::spdm {

// Which requests the flow sends, and with what parameters.
struct AttestationOptions {
    uint16_t portion = 1024;            // Length of each GET_CERTIFICATE
    uint8_t slot = 0;                   // that signs, if it is provisioned; else the lowest one that is
    bool every_slot = true;             // reads the chains of all provisioned slots, or of that one only
    bool unsigned_measurements = true;  // asks for their number and all of them before the signed ones
    bool raw = false;                   // RawBitStreamRequested
    uint8_t summary_type = wire::summary::all;  // for CHALLENGE, where there are measurements
};

// A message, or a record of a session, to be sent after a wait.
struct ToSend {
    Bytes message;
    Micros delay{0};
    bool secured = false;  // it is a record
};

// Drives a requester: version, capabilities, algorithms, digests, certificates, challenge, measurements, and
// whatever the responder asks in between. What the responder does not claim is left out. The caller takes
// each message from next() to the responder and its answer to receive(). After an error of the transport a
// new flow is made.
class AttestationWalk {
   public:
    explicit AttestationWalk(Requester& requester, AttestationOptions options = {})
        : requester_(requester), options_(options) {}

    // The next message to be sent; nullopt when the flow is complete or was refused.
    std::optional<ToSend> next();
    // Takes the response to the message that next() gave, or the record it came in.
    Checked<> receive(ByteView response, bool secured = false);
    // No response came in time: next() gives the same message again, as often as the requester allows.
    Checked<> timed_out();

    // Whether the flow was completed without a refusal.
    bool complete() const { return step_ == Step::end && !refusal_ && requester_.turn() == Turn::none; }
    const std::optional<Refusal>& refusal() const { return refusal_; }
    // The slot whose key signs. Settled once DIGESTS is here.
    uint8_t slot() const { return slot_; }

   private:
    enum class Step : uint8_t {
        version,
        capabilities,
        algorithms,
        digests,
        certificates,
        challenge,
        measurement_count,
        unsigned_measurements,
        signed_measurements,
        end,
    };

    bool applies(Step step) const;
    Bytes request();
    Checked<> take(Checked<Outcome> outcome);
    void advance();
    void settle_slot();
    uint8_t measurement_slot() const;
    // The provisioned slots with certificates that are to be read.
    bool wanted(uint8_t slot) const;

    Requester& requester_;
    AttestationOptions options_;
    Step step_ = Step::version;
    uint8_t slot_ = 0;
    uint8_t reading_ = kSlots;  // the slot whose chain is being read
    size_t read_before_ = 0;    // how much of it was there before the last portion
    bool answering_ = false;    // what was sent last belongs to the responder's turn
    std::optional<ToSend> again_;
    std::optional<Refusal> refusal_;
};

}  // namespace assay::spdm
