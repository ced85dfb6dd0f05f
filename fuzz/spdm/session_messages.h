// What each step of a session's program sends, before it is sealed.
#pragma once

#include "conformance/lab/lab.h"
#include "fuzz/spdm/session_steps.h"

namespace assay::fuzz {

class SessionMessages {
   public:
    explicit SessionMessages(lab::Lab& lab) : lab_(lab) {}

    // The message of a step that means session `id`; nullopt when there is none to be made.
    std::optional<Bytes> build(const SessionStep& step, std::optional<uint32_t> id);
    // The last public value of ours, that KEY_EXCHANGE went out with.
    const Bytes& share() const { return share_; }
    // Whether a KEY_EXCHANGE holds that value. Another one gives the two ends different secrets.
    bool holds_our_share(ByteView key_exchange) const;
    // DELIVER_ENCAPSULATED_RESPONSE repeats the identifier of what was asked last.
    void remember_request_id(const lab::Exchange& exchange);

   private:
    template <class M>
    std::optional<Bytes> plain(M message) const;
    std::optional<Bytes> finish(const SessionStep& step, uint32_t id);
    std::optional<Bytes> key_exchange(const SessionStep& step);
    std::optional<Bytes> deliver(const SessionStep& step);

    lab::Lab& lab_;
    Bytes share_;
    uint8_t request_id_ = 0;
};

}  // namespace assay::fuzz
