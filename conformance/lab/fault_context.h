// The state of an exchange at which a fault is injected, with every key that the responder has.
#pragma once

#include <map>
#include <vector>

#include "conformance/lab/lab.h"
#include "stack/spdm/device.h"

namespace assay::lab {

struct FaultContext {
    const spdm::Parameters& parameters;  // as the requester has them
    const std::vector<Exchange>& log;
    const Bytes& request;
    const spdm::Device& device;
    ByteView secret{};                                        // of the last handshake
    std::map<uint32_t, ObservedSession>* sessions = nullptr;  // as the requester has them
    std::optional<uint32_t> session{};                        // which the exchange is in
    Bytes honest{};                                           // inside a session: the message of the record
    // The responder's own end of that session, which has handled the request; null when it is over.
    const spdm::Session* own = nullptr;

    wire::Context context() const;
    bool signed_measurements() const;
    // The key that signs for the responder; null when it has none of the negotiated algorithm.
    const crypto::PrivateKey* signer() const;
    // Gives `response` the signature and the HMAC that a responder with the right key would make: they cover
    // the fault.
    void sign(Bytes& response) const;
    // A CHALLENGE_AUTH or MEASUREMENTS with a signature over `transcript`, which ends before it.
    void sign_over(Bytes& response, ByteView transcript) const;
    // The HMAC alone.
    void authenticate(Bytes& response) const;
    // How many bytes at the end of a KEY_EXCHANGE_RSP are its HMAC, and its signature.
    size_t hmac_size() const;
    size_t signature_size() const;
    // KEY_EXCHANGE_RSP with another signature, under the right HMAC.
    void sign_with(Bytes& response, const crypto::PrivateKey& key, std::string_view context,
                   wire::Version version) const;
    // A record as the device would make it, but for `how`. Of the session that the exchange is in, or of
    // another; empty when there is none.
    Bytes seal(ByteView message, const Sealing& how = {}, std::optional<uint32_t> of = {}) const;
    // The same by the responder's own end: under the keys that it has behind the request.
    Bytes seal_by_own(ByteView message) const;
    // The last exchange so far whose request has this code; null if there was none.
    const Exchange* last(wire::Code code) const;

   private:
    Bytes transcript_of_exchange(ByteView head) const;
};

}  // namespace assay::lab
