// A hostile responder for the cases against a requester: honest, but for one lie.
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "conformance/engine/case.h"
#include "stack/crypto/pki.h"
#include "stack/spdm/attestation.h"
#include "stack/spdm/responder.h"
#include "stack/wire/encode.h"
#include "stack/wire/messages/certificate.h"
#include "stack/wire/messages/digests.h"

namespace assay::cases {

// One exchange as the requester saw it.
struct Seen {
    Bytes request;
    Bytes response;
};

// Where the exchange stands when a lie is told.
struct Moment {
    const spdm::Parameters& parameters;  // as the requester has them
    const std::vector<Seen>& log;
    const Bytes& request;

    wire::Context context() const;
    bool signed_measurements() const;
    // Gives `response` the signature that a responder with the right key would give: its lies are covered.
    void sign(Bytes& response) const;
};

// Given the request, changes its response.
using Lie = std::function<void(const Moment&, Bytes& response)>;
// Changes who the two are before they meet.
using Setup = std::function<void(spdm::Device&, spdm::RequesterConfig&)>;

// A lie, and the check of the reference requester that it is told to.
struct LieRow {
    spdm::Check check;
    wire::Version version = wire::Version::v1_2;
    Lie lie = {};
    Setup setup = {};
    bool later = false;     // it can only be found out at the next signature
    std::string also = {};  // another requirement that it proves
};

// What became of a lie.
struct Outcome {
    std::vector<Seen> log;
    std::optional<size_t> told;            // the exchange in which it was told first
    std::optional<spdm::Refusal> refusal;  // what the requester says
    bool complete = false;                 // everything was asked and answered
    bool believed = false;                 // it took the device for authentic
};

// Runs a requester through everything it can ask for, with one lie (none: an honest responder).
Outcome tell(const LieRow& row, const spdm::Waivers& requester_waivers);

// The lies, by message group. All of a check stand in the order in which they were added: their place is part
// of their case's id.
void add_vca_lies(std::vector<LieRow>& rows);
void add_identity_lies(std::vector<LieRow>& rows);
void add_measurement_lies(std::vector<LieRow>& rows);
const std::vector<LieRow>& lies();

// The cases without a lie.
void add_honest(std::vector<engine::Case>& cases);
// Those, and one case a lie.
void add_requester(std::vector<engine::Case>& cases);

// Changes the fields of one kind of response, every time it comes, and signs it anew.
template <class M>
Lie fields(const std::function<void(M&)>& change, const std::function<bool(const Moment&)>& when = {}) {
    return [change, when](const Moment& now, Bytes& response) {
        if (response.size() < 2 || response[1] != M::kCode || (when && !when(now))) return;
        auto message = wire::decode<M>(response, now.context());
        if (!message) return;
        change(*message);
        response = wire::encode_raw(*message, now.context());
        now.sign(response);
    };
}
// Changes bytes, the first `times` that a request of the kind is answered.
Lie bytes(uint8_t code, const std::function<void(Bytes&)>& change, unsigned times = 1);
// The same with a whole other response.
Lie answer(uint8_t code, std::string_view hex, unsigned times = 1);
void flip(Bytes& bytes);

// The identity behind both slots of every lie.
const crypto::TestPki& hostile_pki();
Setup identity(const std::function<void(spdm::Identity&)>& change);
Setup leaf(const std::function<void(crypto::CertificateSpec&)>& change);

}  // namespace assay::cases
