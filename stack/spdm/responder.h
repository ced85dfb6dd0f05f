// An SPDM responder, without I/O: bytes in, bytes out.
#pragma once

#include <memory>
#include <optional>

#include "stack/base/clock.h"
#include "stack/base/random.h"
#include "stack/spdm/check.h"
#include "stack/spdm/device.h"
#include "stack/spdm/encapsulated_flow.h"
#include "stack/spdm/identities.h"
#include "stack/spdm/legality.h"
#include "stack/spdm/session.h"
#include "stack/spdm/transcript.h"
#include "stack/wire/decode.h"
#include "stack/wire/encode.h"
#include "stack/wire/messages/encapsulated.h"
#include "stack/wire/messages/error.h"
#include "stack/wire/messages/finish.h"
#include "stack/wire/messages/key_exchange.h"
#include "stack/wire/messages/session.h"

namespace assay::spdm {

// A session at the responder.
struct ResponderSession {
    Session channel;
    uint8_t heartbeat_period = 0;        // seconds
    Micros heard{0};                     // when it was established, or a record of it last opened
    uint8_t mut_auth_requested = 0;      // of KEY_EXCHANGE_RSP
    std::optional<PeerChain> requester;  // whose signature FINISH has to carry
    bool update_pending = false;         // a key update waits for VerifyNewKey
};

// One connection of a device. The device, provider, random source and clock must outlive it. Without a clock
// no session expires.
class Responder {
   public:
    Responder(const Device& device, const crypto::Provider& provider, Random& random, FaultConfig faults = {},
              const Clock* clock = nullptr);

    // Takes one request and gives its response; nullopt when the request is to be dropped without an answer.
    // Bytes after the end of a message (transports pad) are ignored.
    std::optional<Bytes> receive(ByteView request);

    // Takes a record of a session and gives the record that answers; nullopt as above.
    std::optional<Bytes> receive_secured(ByteView record);
    // Whether what it gave last is a record: with a planted defect it may be a message.
    bool answered_secured() const { return answered_secured_; }
    // A record with application data that is no answer, or of a transport whose records hold other things
    // too. Errors: Errc::state without such a session.
    Result<Bytes> seal(uint32_t session_id, ByteView application_data);

    // The responder wants new keys in a session: it asks when the requester polls (encapsulated KEY_UPDATE).
    // False when that is not possible now.
    bool ask_for_key_update(uint32_t session_id);

    // The device was reset behind the connection's back: everything but GET_VERSION is answered with
    // RequestResynch.
    void lose_state();

    ConnectionState state() const { return state_; }
    const Parameters& parameters() const { return parameters_; }
    // Whether a CHALLENGE was answered on this connection.
    bool authenticated() const { return authenticated_; }
    // Why the last request was refused, if it was.
    const std::optional<Refusal>& last_refusal() const { return last_refusal_; }
    const Transcript& transcript() const { return transcript_; }
    const std::map<uint32_t, ResponderSession>& sessions() const { return sessions_; }
    // For harnesses that bring a session near the end of its numbers. Null when there is none.
    Session* session(uint32_t id);
    // Whether an encapsulated flow is open.
    bool encapsulating() const { return flow_.has_value(); }
    // Whether the requester has authenticated itself, by basic mutual authentication.
    bool requester_authenticated() const { return requester_authenticated_; }

    // Whether there is a handler for the request; else only its row of the legality table is known.
    static bool handles(wire::Code code) { return handler_of(code) != nullptr; }

   private:
    struct Handler {
        wire::Code code;
        Checked<Bytes> (Responder::*handle)(ByteView request);
    };
    static const Handler kHandlers[];
    static const Handler* handler_of(wire::Code code);

    // The answer to a message; afterwards settle() does what had to wait until it was sealed.
    std::optional<Bytes> respond(ByteView request);
    void settle();
    Checked<Bytes> dispatch(ByteView request);
    Checked<Bytes> handle(ByteView request);
    Checked<> admit(ByteView request) const;
    Checked<> admit_place(const wire::RequestInfo& row) const;
    Checked<Bytes> open(const record::Parsed& record);
    std::optional<Bytes> seal_answer(uint32_t id, ByteView response);
    std::optional<Bytes> bad_record(uint32_t id);
    std::optional<Bytes> respond_unprotected(const record::Parsed& record);
    void expire();
    void end_session(uint32_t id);
    void end_sessions();
    // The session that the request came in; null outside.
    ResponderSession* current();
    // L1/L2 of the place where the request came.
    Transcript& measured();
    std::optional<Bytes> put_off(ByteView request);
    // Whether a RESPOND_IF_READY names the deferred request.
    bool ready_for(ByteView request) const;

    Checked<Bytes> get_version(ByteView request);
    Checked<Bytes> get_capabilities(ByteView request);
    Checked<Bytes> negotiate_algorithms(ByteView request);
    Checked<Bytes> get_digests(ByteView request);
    Checked<Bytes> get_certificate(ByteView request);
    Checked<Bytes> challenge(ByteView request);
    Checked<Bytes> get_measurements(ByteView request);
    Checked<Bytes> vendor_defined(ByteView request);
    Checked<Bytes> respond_if_ready(ByteView request);

    Checked<Bytes> key_exchange(ByteView request);
    Checked<> check_exchange(const wire::KeyExchange& request) const;
    Checked<> check_summary_type(uint8_t type, Check known, Check possible) const;
    Checked<SecuredElements> read_secured(ByteView opaque) const;
    Checked<uint16_t> secured_version(const SecuredElements& said) const;
    Bytes secured_answer(uint16_t version) const;
    Checked<ResponderSession*> new_session(SessionKind kind, uint16_t req_session_id, uint16_t version,
                                           const SecuredElements& said);
    void ask_for_mutual_authentication(ResponderSession& session, wire::KeyExchangeResponse& response);
    Checked<SecretBytes> agree(ByteView share, Bytes& ours);
    bool sign_exchange(Session& channel, uint8_t slot, const SecretBytes& shared,
                       const wire::Context& context, Bytes& response);
    Checked<Bytes> finish(ByteView request);
    Checked<ResponderSession*> session_to_finish();
    Checked<> check_finish(ResponderSession& session, const wire::Finish& request, ByteView bytes);
    Checked<Bytes> psk_exchange(ByteView request);
    Checked<Bytes> psk_finish(ByteView request);
    Checked<Bytes> heartbeat(ByteView request);
    Checked<Bytes> key_update(ByteView request);
    Checked<> update_keys(ResponderSession& session, wire::KeyOperation operation);
    Checked<Bytes> end_session(ByteView request);

    Checked<Bytes> get_encapsulated_request(ByteView request);
    Checked<Bytes> deliver_encapsulated_response(ByteView request);
    Checked<> check_delivery(const wire::DeliverEncapsulatedResponse& delivery) const;
    Checked<> encapsulated_response(ByteView response);
    Checked<> encapsulated_digests(ByteView response);
    Checked<> encapsulated_certificate(ByteView response);
    Checked<> encapsulated_challenge_auth(ByteView response);
    Checked<> encapsulated_key_update_ack(ByteView response);
    Checked<PeerChain> requester_chain(Bytes bytes) const;
    std::optional<PeerChain> known_requester() const;
    void ask_for_portion();
    Bytes acknowledgement(uint8_t delivered);
    bool asks_for_basic_mutual_authentication() const;
    void open_flow(EncapsulatedFlow::Purpose purpose, std::optional<uint32_t> session, bool implicit);
    template <class M>
    void ask(const M& request);
    template <class M>
    Checked<M> delivered(ByteView response, const wire::Context& context) const;
    wire::Context encapsulated_context() const;

    // Planted defects (responder_defects.cpp).
    void plant_exchange(ByteView request) const;
    void plant_psk_exchange(ByteView request) const;
    void plant_finish(ByteView request, Defect overread) const;
    void plant_delivery(ByteView request) const;
    void plant_digests(ByteView response) const;
    void plant_portion(ByteView response) const;
    void plant_record(const record::Parsed& record) const;
    void plant_vendor(ByteView request) const;

    Checked<> check_algorithms(const wire::NegotiateAlgorithms& request) const;
    wire::Algorithms select_algorithms(const wire::NegotiateAlgorithms& request);
    const Identity* identity(uint8_t slot) const { return identities_.find(slot); }
    Bytes summary_hash(uint8_t type) const;
    std::optional<crypto::HashAlgo> measurement_hash() const;
    Bytes error(wire::ErrorCode code, uint8_t data = 0) const;
    size_t most_taken(wire::Code response) const;
    // Whether a response can go out. One that cannot is given unfinished, and respond() refuses it.
    bool fits(ByteView response) const;
    Bytes too_large(size_t size);
    wire::Nonce fresh_nonce();

    // A request decoded by its description. When the check is waived, missing bytes read as zeros.
    template <class M>
    Checked<M> decoded(Check check, ByteView request, size_t* used = nullptr) const {
        wire::DecodeOptions options{.lenient = checker_.waived(check)};
        return checker_.demand_value(check, wire::decode<M>(request, parameters_.context(), options, used));
    }

    // A response. It is legal unless a check was waived on the way to it: then it says what it holds.
    template <class M>
    static Bytes encoded(const M& message, const wire::Context& context) {
        Result<Bytes> bytes = wire::encode(message, context);
        return bytes ? std::move(*bytes) : wire::encode_raw(message, context);
    }

    const Device& device_;
    const crypto::Provider& provider_;
    Random& random_;
    Checker checker_;
    const Clock* clock_;

    ConnectionState state_ = ConnectionState::not_started;
    Parameters parameters_;
    Transcript transcript_;
    bool authenticated_ = false;
    bool resynch_ = false;
    Identities identities_;
    std::map<wire::Code, Deferral> deferrals_;
    struct Deferred {
        Bytes request;
        std::optional<uint32_t> session;
    };
    std::optional<Deferred> deferred_;
    uint8_t token_ = 0;

    std::map<uint32_t, ResponderSession> sessions_;
    std::optional<uint32_t> current_;    // the session that the request came in
    std::optional<uint32_t> handshake_;  // the last that KEY_EXCHANGE began, for handshakes in the clear
    uint16_t next_session_id_ = 0xffff;
    // What happens once the response is on its way.
    enum class After : uint8_t { nothing, establish, end };
    After after_ = After::nothing;
    std::optional<uint32_t> after_session_;
    bool answered_secured_ = false;
    std::optional<EncapsulatedFlow> flow_;
    std::map<uint8_t, PeerChain> requester_chains_;  // by the requester's slot, once verified
    bool requester_authenticated_ = false;
    std::optional<Refusal> last_refusal_;
};

}  // namespace assay::spdm
