// A hostile responder for the cases against a requester: honest, but for one injected fault.
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "conformance/engine/case.h"
#include "stack/crypto/pki.h"
#include "stack/spdm/responder.h"
#include "stack/spdm/session_walk.h"
#include "stack/wire/encode.h"
#include "stack/wire/header.h"
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

// How a record differs from the correct one.
struct RecordEdit {
    std::optional<uint64_t> sequence{};
    std::optional<uint64_t> stated{};      // in its header, instead of `sequence`
    std::optional<uint32_t> session_id{};  // in its header
    spdm::Direction keys = spdm::Direction::response;
    record::NonceOrder order = record::NonceOrder::little;
    Bytes random{};
    bool raw = false;  // the bytes are the whole plaintext, ApplicationDataLength included
    const record::Transport* application = nullptr;  // whose header the message gets, instead of its own
    int longer = 0;                                  // added to Length, beyond what is there
};

// The state of the exchange at which a fault is injected. The fault has access to every key that the device
// has.
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
    // Gives `response` the signature and the HMAC that a responder with the right key would make: they cover
    // the fault.
    void sign(Bytes& response) const;
    // The HMAC alone.
    void authenticate(Bytes& response) const;
    // KEY_EXCHANGE_RSP with another signature, under the right HMAC.
    void sign_with(Bytes& response, const crypto::PrivateKey& key, std::string_view context,
                   wire::Version version) const;
    // A record as the device would make it, but for `how`. Of the session that the exchange is in, or of
    // another; empty when there is none.
    Bytes seal(ByteView message, const RecordEdit& how = {}, std::optional<uint32_t> of = {}) const;
    // The last exchange so far whose request has this code; null if there was none.
    const SeenExchange* last(uint8_t code) const;

   private:
    Bytes transcript_of_exchange(ByteView head) const;
};

// Given the request, changes its response.
using Fault = std::function<void(const FaultContext&, Bytes& response)>;
// Given the request, changes the record that answers it, or what comes in its stead (`secured` false: outside
// the session).
using RecordFault = std::function<void(const FaultContext&, Bytes& record, bool& secured)>;
// Changes the configuration of the two ends before the connection begins.
using Setup = std::function<void(spdm::Device&, spdm::RequesterConfig&)>;

class RequesterHarness;

// A fault, and the check of the reference requester that must find it.
struct FaultRow {
    spdm::Check check;
    wire::Version version = wire::Version::v1_2;
    Fault fault = {};
    Setup setup = {};
    bool later = false;     // it can only be found at the next signature
    std::string also = {};  // another requirement that it proves

    // With sessions: the flow to run, and faults in records.
    std::optional<spdm::SessionOptions> session{};
    RecordFault record = {};
    // A man in the middle: changes requests on their way too, outside sessions.
    std::function<void(Bytes& request)> on_request = {};
    // The request by whose answer it must be found, if not at once.
    uint8_t noticed_by = 0;
    // What is run instead of the usual flow.
    std::function<spdm::Checked<>(RequesterHarness&)> script = {};
};

// The result of a run with a fault.
struct FaultOutcome {
    std::vector<SeenExchange> log;
    std::optional<size_t> injected_at;     // the exchange in which it was injected first
    std::optional<spdm::Refusal> refusal;  // by the requester
    bool complete = false;                 // everything was asked and answered
    bool authenticated = false;            // it accepted the device as authentic
};

// Runs a requester through everything it can ask for, with one fault (none: an honest responder).
FaultOutcome run_requester(const FaultRow& row, const spdm::FaultConfig& requester_faults);

// The faults, by message group. Those of one check are numbered in the order in which they are added: the
// number is part of their case's id.
void add_vca_faults(std::vector<FaultRow>& rows);
void add_identity_faults(std::vector<FaultRow>& rows);
void add_measurement_faults(std::vector<FaultRow>& rows);
void add_exchange_faults(std::vector<FaultRow>& rows);
void add_session_faults(std::vector<FaultRow>& rows);
void add_record_faults(std::vector<FaultRow>& rows);
void add_mitm_faults(std::vector<FaultRow>& rows);
const std::vector<FaultRow>& fault_rows();

// The cases without a fault, and those in which the requester has to do more than give up.
void add_honest(std::vector<engine::Case>& cases);
void add_honest_sessions(std::vector<engine::Case>& cases);
void add_session_behaviour(std::vector<engine::Case>& cases);
// Those, and one case for each fault.
void add_requester(std::vector<engine::Case>& cases);

// Keeps the exchanges in the test's lab.
void keep(engine::CaseContext& test, const std::vector<SeenExchange>& log);

// Changes the fields of one kind of response, every time it comes, and signs it anew.
template <class M>
Fault fields(const std::function<void(M&)>& change,
             const std::function<bool(const FaultContext&)>& when = {}) {
    return [change, when](const FaultContext& now, Bytes& response) {
        if (response.size() < 2 || wire::code_of(response) != M::kCode || (when && !when(now))) return;
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

// The identity in both slots of the hostile responder.
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
