// An SPDM requester, without I/O: it builds requests, and checks and remembers what their responses say.
#pragma once

#include <array>
#include <functional>
#include <map>
#include <optional>
#include <vector>

#include "stack/base/clock.h"
#include "stack/base/random.h"
#include "stack/crypto/x509.h"
#include "stack/spdm/algorithms.h"
#include "stack/spdm/check.h"
#include "stack/spdm/device.h"
#include "stack/spdm/identities.h"
#include "stack/spdm/requester_session.h"
#include "stack/spdm/transcript.h"
#include "stack/wire/decode.h"
#include "stack/wire/header.h"
#include "stack/wire/messages/key_exchange.h"
#include "stack/wire/messages/psk.h"
#include "stack/wire/messages/session.h"
#include "stack/wire/messages/vendor_defined.h"

namespace assay::spdm {

// What a requester offers, and which roots it trusts. Immutable during a connection. What the negotiated
// version does not have, and algorithms that are not implemented, are left out of what is sent.
struct RequesterConfig : Trust {
    std::vector<wire::Version> versions{wire::kVersions.begin(), wire::kVersions.end()};
    uint32_t flags = 0;
    uint8_t ct_exponent = 14;
    uint32_t data_transfer_size = 4608;
    uint32_t max_msg_size = 4608;
    bool supported_algorithms = false;  // asks for the block in CAPABILITIES; needs CHUNK_CAP

    uint32_t base_asym = kAllBaseAsym;
    uint32_t base_hash = kAllBaseHash;
    uint8_t measurement_specification = wire::kMeasurementSpecDmtf;
    uint8_t opaque_formats = wire::kOpaqueDataFmt1;
    uint8_t mel_specification = 0;
    uint16_t dhe = 0;  // 0 in these four: no algorithm structure of that type is sent
    uint16_t aead = 0;
    uint16_t req_base_asym = 0;
    uint16_t key_schedule = 0;

    // Sessions.
    const record::Transport* transport = &record::none();
    KeyLog keylog;
    std::vector<uint16_t> secured_versions{kSecured1_0, kSecured1_1, kSecured1_2};
    std::optional<PreSharedKey> pre_shared_key;
    uint8_t aead_limit_exponent = 64;              // DSP0277 1.3
    std::map<crypto::SignAlgo, Slots> identities;  // for mutual authentication
    uint8_t slot = 0;                              // the one that authenticates, where it may choose
    unsigned max_encapsulated_requests = 512;      // in one flow

    unsigned max_retries = 8;    // how often one request may be put off
    Micros busy_delay{100'000};  // before a request that was answered with Busy is sent again
};

// What GET_MEASUREMENTS asks for.
struct MeasurementRequest {
    uint8_t operation = wire::kAllMeasurements;
    bool sign = false;
    bool raw = false;    // 1.2+
    bool fresh = false;  // NewMeasurementRequested, 1.3+
    uint8_t slot = 0;    // whose key signs
};

// What a response led to: the exchange is done, or `again` is to be sent after `delay` and its response given
// to receive().
struct Outcome {
    Bytes again;
    Micros delay{0};
    bool secured = false;  // whether `again` is a record

    bool done() const { return again.empty(); }
};

// A slot's certificate chain that passed every check.
struct VerifiedChain {
    Bytes bytes;  // the chain structure
    std::vector<crypto::Certificate> certificates;

    // Of the leaf; not valid() when checks were waived and there is no leaf.
    crypto::PublicKey key() const;
};

// What DIGESTS said.
struct SlotDigests {
    uint8_t provisioned = 0;  // masks, bit n for slot n
    uint8_t supported = 0;    // 1.3+
    std::array<std::optional<Bytes>, kSlots> digests;
    bool multi_key = false;  // a multi-key connection (1.3+), which alone has the next two
    std::array<uint8_t, kSlots> certificate_info{};
    std::array<uint16_t, kSlots> key_usage{};

    // Whether the slot has a certificate chain: on multi-key connections it may have a key alone.
    bool has_certificate(uint8_t slot) const;
};

// One connection to a responder. The config, provider and random source must outlive it.
//
// Each exchange is one of the builders below, then receive() with what came back, until the outcome is done.
// The builders enforce no order: a request that is illegal in the current state is built all the same, and
// the responder refuses it. After a refusal other than `response_error` the connection is given up: until the
// next GET_VERSION nothing can be authenticated any more. Inside a session such a refusal ends that session
// and nothing else, and what comes outside of it does not end it; established sessions outlive a connection
// that is given up.
class Requester {
   public:
    Requester(const RequesterConfig& config, const crypto::Provider& provider, Random& random,
              FaultConfig faults = {});

    // Forgets the connection, sessions included, and begins a new one.
    Bytes get_version();
    Bytes get_capabilities();
    Bytes negotiate_algorithms();
    Bytes get_digests();
    // Portions of a slot's chain are put together when they follow one another; offset 0 begins anew.
    Bytes get_certificate(uint8_t slot, uint16_t offset, uint16_t length);
    Bytes challenge(uint8_t slot, uint8_t measurement_summary_hash_type);
    Bytes get_measurements(const MeasurementRequest& wanted);
    Bytes vendor_defined(const wire::VendorDefinedBody& body);

    // These begin and establish a session. The last two act on the session of use_session() if it is in its
    // handshake, else on the one begun last. With PSK_CAP 01b there is nothing to finish.
    Bytes key_exchange(const KeyExchangeRequest& wanted = {});
    Bytes finish();
    Bytes psk_exchange(const PskExchangeRequest& wanted = {});
    Bytes psk_finish();
    Bytes heartbeat();
    // UpdateKey and UpdateAllKeys are to be followed by VerifyNewKey.
    Bytes key_update(wire::KeyOperation operation);
    Bytes end_session(bool clear_negotiated_state = false);
    // The messages of a flow of encapsulated requests, sent inside or outside of a session as the flow is.
    Bytes get_encapsulated_request();
    Bytes deliver_encapsulated_response();
    // The one of these two that turn() asks for.
    Bytes take_turn();
    Turn turn() const;

    // Where requests go from here on: into a session, or outside. Those of handshakes and of the responder's
    // turn go where they belong.
    void use_session(std::optional<uint32_t> id) { place_ = id; }
    // Whether what a builder returned is a record. It returned nothing when the session is no more, or ended
    // now because it had no number left for another record, or when the responder does not take so long a
    // message.
    bool secured() const { return pending_ && pending_->session.has_value(); }
    // The check that kept the last message from being sent, if any.
    const std::optional<Refusal>& unsent() const { return unsent_; }

    // Takes the response to the last request, or the record it came in. Bytes after its end (transports pad)
    // are ignored.
    Checked<Outcome> receive(ByteView response, bool secured = false);
    // No response came in time: the same bytes again, as often as `max_retries` allows.
    Checked<Outcome> timed_out();
    // How long the responder may take for the last request, without the way there and back.
    Micros response_time() const;

    ConnectionState state() const { return state_; }
    const RequesterConfig& config() const { return config_; }
    const Transcript& transcript() const { return transcript_; }
    const Parameters& parameters() const { return learned_.parameters; }
    // Whether a CHALLENGE_AUTH was verified on this connection.
    bool authenticated() const { return learned_.authenticated; }
    // Whether the responder took our CHALLENGE_AUTH (basic mutual authentication).
    bool mutually_authenticated() const { return learned_.mutually_authenticated; }
    // VersionNumberEntry values, as VERSION had them.
    const std::vector<uint16_t>& versions() const { return learned_.versions; }
    const SlotDigests& digests() const { return learned_.digests; }
    // Null while the slot's chain is not complete.
    const VerifiedChain* chain(uint8_t slot) const;
    // Bytes of the slot's chain that are here so far.
    size_t received(uint8_t slot) const;
    // Of the last CHALLENGE_AUTH; empty when none was asked for.
    const Bytes& measurement_summary_hash() const { return learned_.measurement_summary_hash; }
    // What a count said; 0 before one was asked for.
    uint8_t measurement_count() const { return learned_.measurement_count; }
    // The last measurement of each index, and those that the last verified signature covers.
    const Measured& measurements() const { return learned_.measurements; }
    const Measured& signed_measurements() const { return learned_.signed_measurements; }
    // Our nonce of the last CHALLENGE or signed GET_MEASUREMENTS.
    const wire::Nonce& last_nonce() const { return learned_.last_nonce; }
    const wire::VendorDefinedBody& vendor_response() const { return learned_.vendor_response; }
    // The ERROR that answered the last request, if one did.
    const std::optional<wire::ErrorCode>& peer_error() const { return peer_error_; }

    // Live sessions. Null when there is none with that identifier.
    const std::map<uint32_t, RequesterSession>& sessions() const { return sessions_; }
    const Session* session(uint32_t id) const;
    Session* session(uint32_t id);
    // The last one that was begun, if it lives.
    std::optional<uint32_t> last_session() const { return last_session_; }
    // Seconds; 0 when the session has no heartbeats.
    uint8_t heartbeat_period(uint32_t id) const;

   private:
    // The request that waits for its response.
    struct Pending {
        Bytes request;                      // as it enters transcripts
        Bytes sent;                         // the request, or the RESPOND_IF_READY that stands for it
        Bytes record;                       // around what was sent, inside a session
        std::optional<uint32_t> session;    // which that is
        std::optional<uint32_t> handshake;  // the session whose handshake the request belongs to
        std::unique_ptr<crypto::Dhe> dhe;   // of KEY_EXCHANGE
        unsigned put_off = 0;

        wire::Code code() const { return wire::code_of(request); }
    };

    Bytes begin(Bytes request) { return begin_at(std::move(request), place_); }
    Bytes begin_at(Bytes request, std::optional<uint32_t> place);
    template <class M>
    Bytes begin_message(const M& message);
    template <class M>
    static Bytes encoded(M message, const wire::Context& context);
    // The pending request, decoded.
    template <class M>
    M asked() const;

    // What the pending request goes out as.
    Result<Bytes> outgoing();
    Checked<Bytes> open(ByteView bytes);
    Checked<Outcome> receive_at(ByteView response, bool secured);
    Checked<Outcome> dispatch(ByteView response);
    Checked<Outcome> error_received(ByteView response);
    Checked<Outcome> send_again(Bytes message, Micros delay);
    Checked<> handle(ByteView response);
    void refused(const Pending& request, const Refusal& refusal);
    void give_up();
    // What the header of the pending request's response has to say.
    uint8_t expected_version() const;

    Checked<> version_received(ByteView response);
    Checked<> capabilities_received(ByteView response);
    Checked<> algorithms_received(ByteView response);
    Checked<> check_selections(const wire::NegotiateAlgorithms& offer, const wire::Algorithms& chosen) const;
    void select(const wire::NegotiateAlgorithms& offer, const wire::Algorithms& chosen);
    Checked<> check_needed(const wire::NegotiateAlgorithms& offer, const wire::Algorithms& chosen) const;

    Checked<> digests_received(ByteView response);
    Checked<> certificate_received(ByteView response);
    Checked<> gather(uint8_t slot, size_t offset, const wire::CertificateResponse& response);
    Checked<> check_chain(uint8_t slot);
    Checked<> check_certificates(uint8_t slot, ByteView root_hash,
                                 const std::vector<crypto::Certificate>& certificates) const;
    Checked<> challenge_auth_received(ByteView response);
    bool opaque_allowed(ByteView opaque_data) const;
    bool opaque_well_formed(ByteView opaque_data) const;
    bool signature_holds(uint8_t slot, std::string_view context, const crypto::Digest& transcript,
                         ByteView signature) const;

    Checked<> measurements_received(ByteView response);
    Checked<std::vector<wire::MeasurementBlock>> check_record(uint8_t operation,
                                                              const wire::Measurements& response) const;
    Checked<> check_blocks(uint8_t operation, const std::vector<wire::MeasurementBlock>& blocks) const;
    Checked<> vendor_received(ByteView response);

    RequesterSession* find(std::optional<uint32_t> id);
    // The session that the pending request went into; null outside.
    RequesterSession* current() { return find(pending_->session); }
    // L1/L2, and the measurements in it, of the place where the pending request went.
    Transcript& measured();
    Measured& in_transcript();
    void drop_session(uint32_t id);
    uint16_t fresh_session_id();
    Bytes secured_offer() const;
    Checked<> check_mutual(const wire::KeyExchangeResponse& response) const;
    struct Agreed {
        uint16_t version = kSecured1_0;
        std::optional<uint8_t> aead_limit;
    };
    Checked<Agreed> check_secured(ByteView opaque_data) const;
    Checked<SecretBytes> agree(ByteView share) const;
    Checked<Session> new_channel(SessionKind kind, uint16_t req, uint16_t rsp, const Agreed& agreed) const;
    Checked<> key_exchange_received(ByteView response);
    Checked<> psk_exchange_received(ByteView response);
    void session_begun(RequesterSession session);
    void add_signer(Session& channel, uint8_t slot) const;
    std::optional<uint32_t> session_to_finish() const;
    void sign_finish(RequesterSession& session, uint8_t slot, size_t signature_size, Bytes& message);
    Checked<> finish_received(ByteView response);
    Checked<> psk_finish_received(ByteView response);
    Checked<> key_update_ack_received(ByteView response);
    void settle_response_key(RequesterSession& session);
    Checked<> end_session_ack_received(ByteView response);

    void open_turn(std::optional<uint32_t> session, std::optional<uint32_t> place);
    void close_turn(std::optional<uint8_t> slot);
    wire::Context our_context() const;
    // With UnsupportedRequest: the code of the request, which stands in ErrorData.
    Bytes inner_error(wire::ErrorCode error, wire::Code refused = {}) const;
    Checked<> encapsulated_request_received(ByteView response);
    Checked<> encapsulated_ack_received(ByteView response);
    Checked<Bytes> answer(ByteView bytes);
    Bytes answer_get_digests(ByteView request);
    Bytes answer_get_certificate(ByteView request);
    Bytes answer_challenge(ByteView request);
    Bytes answer_key_update(ByteView request);

    wire::Nonce fresh_nonce();
    wire::RequesterContext fresh_context();

    // A response decoded by its description, with its exact length. When the check is waived, missing bytes
    // read as zeros.
    template <class M>
    Checked<M> decoded(ByteView response, const wire::Context& context, size_t* used) const;

    const RequesterConfig& config_;
    const crypto::Provider& provider_;
    Random& random_;
    Checker checker_;

    // What goes with GET_VERSION.
    struct Learned {
        Parameters parameters;
        bool authenticated = false;
        bool mutually_authenticated = false;
        std::vector<uint16_t> versions;
        SlotDigests digests;
        // DIGESTS as TH has it (1.3+, multi-key): the first one, if nothing came between it and ALGORITHMS.
        Bytes th_digests;
        bool th_digests_open = false;
        std::array<Bytes, kSlots> portions;  // of chains, from the front
        std::array<size_t, kSlots> chain_sizes{};
        std::array<std::optional<VerifiedChain>, kSlots> chains;
        Bytes measurement_summary_hash;
        uint8_t measurement_count = 0;
        Measured measurements;
        Measured in_transcript;  // since L1/L2 began
        Measured signed_measurements;
        wire::Nonce last_nonce{};
        wire::VendorDefinedBody vendor_response;
    };

    ConnectionState state_ = ConnectionState::not_started;
    Transcript transcript_;
    Learned learned_;
    std::optional<Pending> pending_;
    std::optional<wire::ErrorCode> peer_error_;
    std::optional<Refusal> unsent_;
    Identities identities_;  // ours

    std::map<uint32_t, RequesterSession> sessions_;
    std::optional<uint32_t> place_;
    std::optional<uint32_t> last_session_;
    std::optional<EncapsulatedTurn> turn_;
};

}  // namespace assay::spdm
