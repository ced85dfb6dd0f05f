// The flow of requests of sessions, without I/O: from KEY_EXCHANGE or PSK_EXCHANGE to END_SESSION.
#pragma once

#include <deque>

#include "stack/spdm/attestation.h"

namespace assay::spdm {

// What is done in sessions. What the two sides cannot do is left out.
struct SessionOptions {
    bool psk = false;         // PSK_EXCHANGE, or else KEY_EXCHANGE
    uint8_t slot = 0;         // of the responder, whose key signs KEY_EXCHANGE_RSP
    uint16_t portion = 1024;  // Length of each GET_CERTIFICATE, where its chain is not here yet
    uint8_t summary_type = wire::summary::all;  // of the exchange, where there are measurements
    uint8_t session_policy = 0;
    unsigned sessions = 1;                     // at the same time, taking turns
    std::optional<uint16_t> req_session_id{};  // ReqSessionID of each, instead of a fresh one

    unsigned heartbeats = 1;
    unsigned key_updates = 1;      // of our keys
    unsigned all_key_updates = 1;  // of the responder's too
    bool poll = false;             // asks whether the responder has requests of its own
    bool digests = true;
    bool measurements = true;
    std::optional<wire::VendorDefinedBody> vendor{};
    bool end = true;
};

// Drives a requester, one that has negotiated or one that has not begun: then it begins with VCA. Whatever
// the responder asks in between is answered. Used as AttestationWalk is.
class SessionWalk {
   public:
    explicit SessionWalk(Requester& requester, SessionOptions options = {});

    std::optional<ToSend> next();
    Checked<> receive(ByteView response, bool secured = false);
    Checked<> timed_out();

    // Whether the flow was completed without a refusal.
    bool complete() const;
    const std::optional<Refusal>& refusal() const { return refusal_; }
    // The sessions in the order in which they were begun, whether they live or not. Empty at the end when the
    // two sides have no kind of session in common.
    const std::vector<uint32_t>& sessions() const { return sessions_; }

   private:
    enum class Step : uint8_t {
        version,
        capabilities,
        algorithms,
        digests,
        certificate,
        exchange,
        finish,
        heartbeat,
        update_key,
        update_all_keys,
        verify_new_key,
        poll,
        session_digests,
        measurements,
        signed_measurements,
        vendor,
        end,
    };
    struct Task {
        Step step = Step::version;
        unsigned session = 0;  // which of several
    };

    void plan(Step step, unsigned times = 1);
    void plan_update(Step step, unsigned times);
    bool applies(const Task& task) const;
    bool applies_in_session(const Task& task) const;
    Bytes request(const Task& task);
    Bytes exchange();
    Checked<> take(Checked<Outcome> outcome);
    bool nothing_pending(const Refusal& refusal) const;
    void advance();

    Requester& requester_;
    SessionOptions options_;
    std::deque<Task> tasks_;
    std::vector<uint32_t> sessions_;
    size_t read_before_ = 0;  // of the certificate chain
    bool answering_ = false;  // what was sent last belongs to the responder's turn
    std::optional<ToSend> again_;
    std::optional<Refusal> refusal_;
};

}  // namespace assay::spdm
