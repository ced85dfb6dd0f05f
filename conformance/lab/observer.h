// Follows a connection from the outside, by nothing but the bytes on the wire: what was negotiated, the
// layout of the next message, which bytes a signature must cover and whether it does. It shares no state with
// either end, so that it can check both.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <tuple>

#include "stack/crypto/x509.h"
#include "stack/spdm/parameters.h"
#include "stack/spdm/session.h"
#include "stack/wire/messages/chunk.h"

namespace assay::lab {

// The verdict over one signed response.
struct SignatureCheck {
    // no_key: the signer's chain was never seen, or its algorithm is none that is known here.
    enum class Result : uint8_t { good, bad, no_key };
    Result result = Result::no_key;
    wire::Code code{};  // CHALLENGE_AUTH, MEASUREMENTS or KEY_EXCHANGE_RSP
    uint8_t slot = 0;
    Bytes transcript;  // the bytes the signature covers or, if it is bad, should, before any hash
    std::string why;   // of a bad one, or of no_key
};

// The verdict over the HMAC in a FINISH, in a response to one, or in a response that begins a session.
struct MacCheck {
    bool good = false;
    wire::Code code{};  // of the message that holds it
    Bytes due;          // what it should be
};

// Messages that a signature may cover. Whether a refused request restarts them cannot be seen from outside
// (it may have been refused before or after the point where it would): each place where one may have is kept,
// and a signature from any of them on is good.
struct Collected {
    Bytes bytes{};
    std::vector<size_t> restarts{};

    void clear();
    void may_restart();
    // From the last possible restart back to the beginning, behind `head`, before `tail`.
    std::vector<Bytes> candidates(ByteView head, ByteView tail) const;
};

// A session as an observer sees it that knows its secret.
struct ObservedSession {
    spdm::Session channel;
    uint8_t heartbeat_period = 0;
    uint8_t mut_auth_requested = 0;
    std::optional<uint8_t> requester_slot{};  // settled by the encapsulated flow, or by SlotIDParam
    Collected measured{};
    bool updating_response = false;  // a new key for responses waits for the answer that shows it
    unsigned encapsulated = 0;       // responses that the requester delivered in this handshake
    Bytes requester_digests{};       // the first of them, where TH holds it
};

// Gives what the secret of a session may be, the shared one of KEY_EXCHANGE or the pre-shared one: the first
// that ResponderVerifyData confirms is taken, or the last. Without any, nothing of the session can be read.
using SecretSource =
    std::function<std::vector<Bytes>(spdm::SessionKind kind, ByteView request, ByteView response)>;

// The result of reading a record.
struct ObservedRecord {
    enum class Result : uint8_t {
        message,      // it held an SPDM message
        application,  // it held something else, which is of its session's numbers all the same
        refused,      // it does not verify as the next record of its session
        no_session,   // nothing is known of a session with that identifier
    };
    Result result = Result::no_session;
    uint32_t session = 0;
    uint64_t sequence = 0;
    Bytes application_data{};  // of the first two
    std::string why{};         // of the third
};

// A message that came in chunks.
struct Reassembled {
    bool request = false;
    Bytes message{};
    wire::Context context{};
};

// A cache of leaf keys by certificate chain, which observers may share: reading certificates takes longer
// than anything else here.
using LeafKeys = std::map<Bytes, crypto::PublicKey>;

class Observer {
   public:
    // `leaf_keys`, if given, is filled and used by every observer that shares it; it must outlive them.
    explicit Observer(const crypto::Provider& provider, LeafKeys* leaf_keys = nullptr)
        : provider_(&provider), leaf_keys_(leaf_keys) {}

    // The messages in the order of the wire. A request without an answer may be followed by another request.
    // Bytes after the end of a message (transport padding) are left out of transcripts.
    void request(ByteView message);
    void response(ByteView message);

    // Records, in the order of the wire. What could be opened is taken like the messages above and given
    // back; nullopt when nothing was known of the session or the record is not what its session is due.
    std::optional<Bytes> request_record(ByteView record);
    std::optional<Bytes> response_record(ByteView record);
    // More about the last of them.
    const ObservedRecord& last_record() const { return last_record_; }
    // What they need beforehand.
    void set_secrets(SecretSource secrets) { secrets_ = std::move(secrets); }
    // How the two sides read DISPUTE-FINISH-OPAQUE.
    void set_finish_transcript(spdm::FinishTranscript reading) { finish_transcript_ = reading; }
    void set_transport(const record::Transport& transport) { transport_ = &transport; }
    // The sessions that are alive, by identifier, and the last one that began.
    std::map<uint32_t, ObservedSession>& sessions() { return sessions_; }
    const std::map<uint32_t, ObservedSession>& sessions() const { return sessions_; }
    std::optional<uint32_t> last_session() const { return last_session_; }
    // Whether a session got a responder's answer since its handshake began, and through which place the
    // pending request went.
    std::optional<uint32_t> pending_session() const { return pending_session_; }
    // The verify data of the last exchange, in the order of the wire, and how many were good or bad so far.
    const std::vector<MacCheck>& last_macs() const { return last_macs_; }
    size_t macs(bool good) const { return mac_counts_[good]; }
    // The encapsulated request that waits for its response; empty when there is none.
    const Bytes& encapsulated() const { return encapsulated_; }
    // The responder asked for a flow of encapsulated requests that is not over: until then it answers every
    // other request with RequestInFlight (DSP0274, ErrorCode values).
    bool flow_is_open() const { return flow_open_; }
    // What the requester's M1/M2 holds of the flow so far.
    const Bytes& mutual() const { return mutual_; }
    // The requester's certificate chains by slot, as encapsulated messages carried them.
    const std::map<uint8_t, Bytes>& requester_chains() const { return requester_chains_; }
    void provide_requester_chain(uint8_t slot, Bytes chain) { requester_chains_[slot] = std::move(chain); }

    spdm::ConnectionState state() const { return state_; }
    const spdm::Parameters& parameters() const { return parameters_; }
    // The layout of the request that comes next, or of `message`, which may be the GET_CAPABILITIES that
    // chooses the version.
    wire::Context request_context() const { return context_; }
    wire::Context request_context(ByteView message) const;
    // The layout of the response to `request`.
    wire::Context response_context(ByteView request) const;
    // The layout of the response that comes next.
    wire::Context expected_response_context() const;
    // The request that is to be answered: after RESPOND_IF_READY the one that was deferred.
    const Bytes& pending() const { return pending_; }
    // The request that ResponseNotReady put off; null when there is none.
    const Bytes* deferred() const { return deferred_ ? &*deferred_ : nullptr; }

    // VCA as it stands.
    const Bytes& vca() const { return vca_; }

    // The version numbers of VERSION.
    const std::vector<uint16_t>& versions() const { return versions_; }
    // Digests by slot, from the last DIGESTS.
    const std::map<uint8_t, Bytes>& digests() const { return digests_; }
    // Complete chain structures by slot. They outlive GET_VERSION, as a certificate cache does, until other
    // algorithms are negotiated.
    const std::map<uint8_t, Bytes>& chains() const { return chains_; }
    void provide_chain(uint8_t slot, Bytes chain) { chains_[slot] = std::move(chain); }
    // The chain structure of which the last response had the last portion, the requester's too.
    const std::optional<Bytes>& last_chain() const { return last_chain_; }

    // What the last response completed: the large request, the large response. Transcripts hold these, and
    // not the messages in which the chunks came.
    const std::vector<Reassembled>& last_reassembled() const { return reassembled_; }

    // What the last response was found to be, if it was a signed one.
    const std::optional<SignatureCheck>& last_signature() const { return last_signature_; }
    // Signed responses so far, by result.
    size_t signatures(SignatureCheck::Result result) const { return counts_[static_cast<size_t>(result)]; }

   private:
    void reset();
    void forget_last();  // what was found of the message before
    void negotiated(ByteView request, ByteView response);
    void digests(ByteView request, ByteView response);
    void certificate(ByteView request, ByteView response);
    void challenge_auth(ByteView request, ByteView response);
    void measurements(ByteView request, ByteView response);
    void key_exchange(ByteView request, ByteView response);
    void refused(wire::Code code);
    void answered(ByteView message);
    void answered_well(const Bytes& asked,
                       ByteView message);  // with the response that belongs to the request
    void check(wire::Code code, uint8_t slot, std::string_view context, std::vector<Bytes> transcripts,
               ByteView signature);
    void check_requester(wire::Code code, uint8_t slot, std::string_view context, const Bytes& transcript,
                         ByteView signature);
    void check_by(std::optional<crypto::PublicKey> signer, const spdm::Suite& suite, SignatureCheck result,
                  std::string_view context, std::vector<Bytes> transcripts, ByteView signature);
    // The leaf's key of a slot's chain, if the chain can be read.
    std::optional<crypto::PublicKey> key(const std::map<uint8_t, Bytes>& chains, uint8_t slot,
                                         std::string& why) const;

    // Sessions (observer_sessions.cpp).
    ObservedSession* pending_in();
    bool renews_responses(ByteView message) const;
    ObservedSession* handshake();
    void begin_session(spdm::SessionKind kind, ByteView request, ByteView response);
    void finish(ByteView request, ByteView response);
    void check_finish_signature(const crypto::Digest& th, uint8_t slot, ByteView signature);
    void psk_finish(ByteView request, ByteView response);
    void in_session(ByteView request, ByteView response);
    void key_update(ObservedSession& session, uint8_t operation);
    void end_session(uint32_t id);
    void refused_in_session(wire::Code code, ByteView response);
    void check_mac(wire::Code code, const crypto::Digest& due, ByteView mac);
    Bytes chain_digest(const std::map<uint8_t, Bytes>& chains, uint8_t slot) const;

    std::optional<Bytes> inside(ByteView record, spdm::Direction way, const spdm::RecordChecks& checks);

    // Large messages (observer_chunks.cpp).
    struct Transfer {
        Bytes asked;        // the request that a large response answers
        Bytes bytes;        // so far
        uint32_t next = 0;  // ChunkSeqNo
        bool take(const wire::Chunk& chunk);
    };
    bool chunked(ByteView request, ByteView response);
    void chunk_sent(ByteView request, ByteView response);
    void chunk_got(ByteView response);

    // Encapsulated messages (observer_encapsulated.cpp).
    void encapsulated(ByteView request, ByteView response);
    void encapsulated_request(ByteView request);
    void encapsulated_response(ByteView response);
    void flow_refused(wire::Code code, wire::ErrorCode error);
    void keep_digests(ByteView response);
    wire::Context encapsulated_context() const;

    const crypto::Provider* provider_;
    LeafKeys* leaf_keys_;
    spdm::ConnectionState state_ = spdm::ConnectionState::not_started;
    spdm::Parameters parameters_;
    wire::Context context_;
    Bytes pending_;
    std::optional<Bytes> deferred_;
    Bytes vca_, first_digests_;
    Collected b_, measurements_;
    SecretSource secrets_;
    spdm::FinishTranscript finish_transcript_ = spdm::FinishTranscript::whole;
    const record::Transport* transport_ = &record::none();
    std::map<uint32_t, ObservedSession> sessions_;
    std::optional<uint32_t> last_session_, last_exchange_, pending_session_;
    ObservedRecord last_record_;
    std::map<std::optional<uint32_t>, Transfer> transfers_;  // by place
    std::vector<Reassembled> reassembled_;
    std::vector<MacCheck> last_macs_;
    std::array<size_t, 2> mac_counts_{};
    Bytes encapsulated_, mutual_;  // the request that is out; M1/M2 of the requester so far
    std::map<uint8_t, Bytes> requester_chains_, requester_portions_;
    std::map<uint8_t, Bytes> requester_digests_;
    bool flow_open_ = false;
    bool authenticated_ = false;
    bool digests_open_ = false;  // nothing but GET_DIGESTS since ALGORITHMS
    std::vector<uint16_t> versions_;
    std::map<uint8_t, Bytes> digests_;
    std::map<uint8_t, Bytes> chains_;
    std::tuple<uint32_t, uint32_t, wire::Version> chains_of_{};  // BaseAsymSel, BaseHashSel
    std::map<uint8_t, Bytes> portions_;
    std::optional<Bytes> last_chain_{};
    std::optional<SignatureCheck> last_signature_;
    std::array<size_t, 3> counts_{};
};

}  // namespace assay::lab
