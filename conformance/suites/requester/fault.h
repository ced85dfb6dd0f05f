// A hostile responder for the cases against a requester: honest, but for one lie.
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "conformance/engine/case.h"
#include "stack/crypto/pki.h"
#include "stack/spdm/responder.h"
#include "stack/spdm/session_walk.h"
#include "stack/wire/encode.h"
#include "stack/wire/messages/certificate.h"
#include "stack/wire/messages/digests.h"

namespace assay::cases {

// One exchange as the requester saw it. Of a session: the messages in the clear, four zeros for what cannot
// be read, and the records around them.
struct SeenExchange {
    Bytes request;
    Bytes response;
    std::optional<uint32_t> session{};
    Bytes request_record{};
    Bytes response_record{};
};

// How a record differs from the one that is due.
struct RecordEdit {
    std::optional<uint64_t> sequence{};
    std::optional<uint64_t> stated{};      // in its header, instead of `sequence`
    std::optional<uint32_t> session_id{};  // in its header
    spdm::Direction keys = spdm::Direction::response;
    record::NonceOrder order = record::NonceOrder::little;
    Bytes random{};
    bool raw = false;  // the bytes are the whole plaintext, ApplicationDataLength included
    const record::Transport* application = nullptr;  // whose header the message gets, instead of its own
    int longer = 0;                                  // Length says so much more than there is
};

// Where the exchange stands when a lie is told. The one who tells it has every key that the device has.
struct FaultContext {
    const spdm::Parameters& parameters;  // as the requester has them
    const std::vector<SeenExchange>& log;
    const Bytes& request;
    const spdm::Device& device;
    ByteView secret{};                                             // of the last handshake
    std::map<uint32_t, lab::ObservedSession>* sessions = nullptr;  // as the requester has them
    std::optional<uint32_t> session{};                             // which the exchange is in
    Bytes honest{};  // inside a session: the message that a record had

    wire::Context context() const;
    bool signed_measurements() const;
    // Gives `response` the signature and the HMAC that a responder with the right key would give: its lies
    // are covered.
    void sign(Bytes& response) const;
    // The HMAC alone.
    void authenticate(Bytes& response) const;
    // KEY_EXCHANGE_RSP signed otherwise, under the right HMAC.
    void sign_with(Bytes& response, const crypto::PrivateKey& key, std::string_view context,
                   wire::Version version) const;
    // A record as the device would make it, but for the forgery. Of the session that the exchange is in, or
    // of another; empty when there is none.
    Bytes seal(ByteView message, const RecordEdit& how = {}, std::optional<uint32_t> of = {}) const;
    // What the requester's answers to this code were so far: the last exchange with it, if there was one.
    const SeenExchange* last(uint8_t code) const;

   private:
    Bytes transcript_of_exchange(ByteView head) const;
};

// Given the request, changes its response.
using Fault = std::function<void(const FaultContext&, Bytes& response)>;
// Given the request, changes the record that answers it, or what comes in its stead (`secured` false: outside
// the session).
using RecordFault = std::function<void(const FaultContext&, Bytes& record, bool& secured)>;
// Changes who the two are before they meet.
using Setup = std::function<void(spdm::Device&, spdm::RequesterConfig&)>;

class RequesterHarness;

// A lie, and the check of the reference requester that it is told to.
struct FaultRow {
    spdm::Check check;
    wire::Version version = wire::Version::v1_2;
    Fault lie = {};
    Setup setup = {};
    bool later = false;     // it can only be found out at the next signature
    std::string also = {};  // another requirement that it proves

    // With sessions: what is walked, and lies about records.
    std::optional<spdm::SessionOptions> session{};
    RecordFault record = {};
    // A man in the middle: changes requests on their way too, outside sessions.
    std::function<void(Bytes& request)> on_request = {};
    // The request by whose answer it has to be found out, if not at once.
    uint8_t noticed_by = 0;
    // What is done instead of a walk.
    std::function<spdm::Checked<>(RequesterHarness&)> script = {};
};

// What became of a lie.
struct FaultOutcome {
    std::vector<SeenExchange> log;
    std::optional<size_t> injected_at;     // the exchange in which it was told first
    std::optional<spdm::Refusal> refusal;  // what the requester says
    bool complete = false;                 // everything was asked and answered
    bool believed = false;                 // it took the device for authentic
};

// Runs a requester through everything it can ask for, with one lie (none: an honest responder).
FaultOutcome tell(const FaultRow& row, const spdm::FaultConfig& requester_faults);

// The lies, by message group. All of a check stand in the order in which they were added: their place is part
// of their case's id.
void add_vca_faults(std::vector<FaultRow>& rows);
void add_identity_faults(std::vector<FaultRow>& rows);
void add_measurement_faults(std::vector<FaultRow>& rows);
void add_exchange_faults(std::vector<FaultRow>& rows);
void add_session_faults(std::vector<FaultRow>& rows);
void add_record_faults(std::vector<FaultRow>& rows);
void add_mitm_faults(std::vector<FaultRow>& rows);
const std::vector<FaultRow>& lies();

// The cases without a lie, and those in which the requester has to do more than give up.
void add_honest(std::vector<engine::Case>& cases);
void add_honest_sessions(std::vector<engine::Case>& cases);
void add_session_behaviour(std::vector<engine::Case>& cases);
// Those, and one case a lie.
void add_requester(std::vector<engine::Case>& cases);

// Keeps the exchanges in the test's lab.
void keep(engine::CaseContext& test, const std::vector<SeenExchange>& log);

// Changes the fields of one kind of response, every time it comes, and signs it anew.
template <class M>
Fault fields(const std::function<void(M&)>& change,
             const std::function<bool(const FaultContext&)>& when = {}) {
    return [change, when](const FaultContext& now, Bytes& response) {
        if (response.size() < 2 || response[1] != M::kCode || (when && !when(now))) return;
        auto message = wire::decode<M>(response, now.context());
        if (!message) return;
        change(*message);
        response = wire::encode_raw(*message, now.context());
        now.sign(response);
    };
}
// Changes bytes, the first `times` that a request of the kind is answered.
Fault bytes(uint8_t code, const std::function<void(Bytes&)>& change, unsigned times = 1);
// The same with a whole other response.
Fault answer(uint8_t code, std::string_view hex, unsigned times = 1);
void flip(Bytes& bytes);

// The identity behind both slots of every lie.
const crypto::TestPki& hostile_pki();
Setup identity(const std::function<void(spdm::Identity&)>& change);
Setup leaf(const std::function<void(crypto::CertificateSpec&)>& change);

// Sessions by KEY_EXCHANGE, and by the key that both share.
inline spdm::SessionOptions by_exchange(unsigned sessions = 1) { return {.sessions = sessions}; }
inline spdm::SessionOptions by_psk() { return {.psk = true}; }
// Neither side has these flags, or the handshake is in the clear, or mutual authentication is asked for.
Setup without(uint32_t flags);
Setup in_the_clear();
Setup mutual(uint8_t form);
Setup over(const record::Transport& transport);

}  // namespace assay::cases
