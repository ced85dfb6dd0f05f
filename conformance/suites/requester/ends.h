// The two ends of a run: how the hostile responder is configured, and what the requester should offer.
#pragma once

#include <functional>
#include <string>

#include "conformance/lab/hostile_responder.h"
#include "conformance/lab/requester_dut.h"

namespace assay::cases::requester {

// What the user gave the responder, besides what it has of its own.
struct ResponderOptions {
    lab::Issuers issuers = lab::Issuers::ed25519;
    // An identity in place of Assay's own: cases that need another certificate are then not applicable.
    std::map<crypto::SignAlgo, spdm::Identity> identities{};
    std::vector<crypto::Certificate> requester_roots{};  // for mutual authentication
    std::optional<spdm::PreSharedKey> psk{};
    std::optional<crypto::UnixTime> judged_at{};  // requesters' certificates; none: kHostileTime
    uint64_t seed = 1;
};

struct Ends {
    spdm::Device device;
    lab::RequesterSettings settings;
    lab::Issuers issuers = lab::Issuers::ed25519;
    bool own_identity = true;                  // the certificates are Assay's
    const record::Transport* needs = nullptr;  // records must be carried so
    std::string impossible{};                  // why there is no such run
};

// Honest ends for a flow of a requester at one version. One that cannot be told what to do finds sessions
// possible whatever the flow.
Ends honest_ends(const ResponderOptions& options, wire::Version version, lab::Flow flow,
                 const lab::RequesterDut& dut);

// For `impossible`.
inline constexpr std::string_view kOwnIssuer =
    "it needs a certificate that the issuer of the given chain did not make";

// Changes the ends before a run begins.
using Setup = std::function<void(Ends&)>;

Setup both(Setup first, Setup second);
// In all slots.
Setup identity(const std::function<void(spdm::Identity&)>& change);
// Certificates with another leaf; under another label also with another root.
Setup leaf(const std::function<void(crypto::CertificateSpec&)>& change, std::string_view label = {});
// Neither side has these flags, or the handshake is in the clear, or mutual authentication is asked for.
Setup without(uint32_t flags);
Setup in_the_clear();
Setup mutual(uint8_t form);
Setup over(const record::Transport& transport);
// Both have the version before that of the case too, which is then no first one.
void with_the_version_before(Ends& ends);

}  // namespace assay::cases::requester
