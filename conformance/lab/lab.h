// A scripted requester against a device under test: brings it to any state in one line, sends anything from
// well-formed to raw, and keeps every byte with what is known about it.
#pragma once

#include <vector>

#include "conformance/lab/dut.h"
#include "conformance/lab/observer.h"
#include "conformance/lab/sealing.h"
#include "stack/base/random.h"
#include "stack/spdm/identities.h"
#include "stack/wire/encode.h"
#include "stack/wire/messages/challenge.h"
#include "stack/wire/messages/error.h"
#include "stack/wire/messages/finish.h"
#include "stack/wire/messages/key_exchange.h"
#include "stack/wire/messages/measurements.h"
#include "stack/wire/messages/psk.h"

namespace assay::lab {

// One request and what came back.
struct Exchange {
    Bytes request;
    std::optional<Bytes> response;  // nullopt: silence
    wire::Context request_context;
    wire::Context response_context;
    std::optional<SignatureCheck> signature;  // of a signed response

    // Inside a session: its identifier and the records, with the messages above in the clear.
    std::optional<uint32_t> session{};
    Bytes request_record{};
    Bytes response_record{};
    bool outside = false;      // the answer to a record came as a message outside of the session
    bool unreadable = false;   // it came as a record without a message: `response` is that record
    bool application = false;  // which could be opened, and holds application data that is no SPDM message
    bool sent_application = false;  // the request's record holds such data
    std::vector<MacCheck> macs{};

    bool silent() const { return !response.has_value(); }
    // The ErrorCode, if the response is an ERROR.
    std::optional<wire::ErrorCode> error() const;
    // Whether it is the response that belongs to the request (looking at the code only).
    bool answered() const;
};

// What a requester offers in VCA.
struct Offer {
    uint32_t flags = 0;
    uint8_t ct_exponent = 0;
    uint32_t data_transfer_size = 0x8000;  // also MaxSPDMmsgSize
    uint32_t base_asym = 0xffffffff;       // cut to what the version has, without SM2 and Ed448
    uint32_t base_hash = 0xffffffff;       // likewise, without SM3
    uint8_t measurement_specification = wire::kMeasurementSpecDmtf;
    uint8_t other_params = wire::kOpaqueDataFmt1;
    uint16_t dhe = 0xffff;  // these three are sent with KEY_EX_CAP or PSK_CAP, and cut to what is built
    uint16_t aead = 0xffff;
    uint16_t req_base_asym = 0xffff;  // with MUT_AUTH_CAP; cut to what the requester has keys for
    bool every_structure = false;     // all four structures, whatever the flags need
    // A requester of encapsulated requests has this capability too where the device was seen to ask
    // requesters without MUT_AUTH_CAP for mutual authentication, and to accept ours: else no session could be
    // established.
    bool authenticates_if_asked = true;
};

// The flags of a requester that can do everything inside sessions but authenticate itself, and of one that
// can do that too. HANDSHAKE_IN_THE_CLEAR is in neither.
inline constexpr uint32_t kSessionFlags = wire::cap::key_ex | wire::cap::psk_requester | wire::cap::encrypt |
                                          wire::cap::mac | wire::cap::hbeat | wire::cap::key_upd |
                                          wire::cap::encap;
inline constexpr uint32_t kMutualFlags =
    kSessionFlags | wire::cap::mut_auth | wire::cap::cert | wire::cap::chal;
Offer session_offer(uint32_t flags = kSessionFlags);

// What KEY_EXCHANGE and PSK_EXCHANGE ask for.
struct ExchangeOptions {
    uint8_t slot = 0;
    uint8_t summary_type = wire::summary::none;
    uint8_t policy = 0;
    std::optional<uint16_t> req_session_id{};
    std::vector<uint16_t> versions{spdm::kSecured1_0, spdm::kSecured1_1, spdm::kSecured1_2};
    std::optional<uint8_t> aead_limit{};
};

// The identity of the scripted requester, and the key it shares with the device.
struct RequesterIdentity {
    std::map<crypto::SignAlgo, spdm::Slots> identities;
    uint8_t slot = 0;
    spdm::PreSharedKey psk;
    bool anchored = false;  // the user says that the device trusts its root
};

// Makes an error one of this program's own (Errc::internal) that is none of the target's.
template <class T>
Result<T> ours(Result<T> made) {
    if (!made) made.error().code = Errc::internal;
    return made;
}

// What a lab learns of its target for good: connections that come later take it as known.
struct Learned {
    // Chains by negotiated (BaseAsymSel, BaseHashSel, version) and slot: the hash and the header differ with
    // the former.
    std::map<std::tuple<uint32_t, uint32_t, uint8_t>, std::map<uint8_t, Bytes>> chains{};
    // For mutual authentication, of a requester without MUT_AUTH_CAP; and whether it takes ours.
    bool asked_uninvited = false;
    bool authenticates = false;
    // Which reading of FINISH's transcript it follows.
    spdm::FinishTranscript finish_transcript = spdm::FinishTranscript::whole;
};

class Lab {
   public:
    // `leaf_keys` as for Observer.
    Lab(Dut& dut, Random& random, const crypto::Provider& provider, LeafKeys* leaf_keys = nullptr);

    // A fresh connection; the exchanges so far are forgotten, certificate chains are not.
    Result<> reset();

    // Sends bytes as they are. Errors: those of Dut::exchange.
    Result<Exchange> send_once(ByteView request, Wait wait = Wait::due);
    // The same, and when the target is Busy or not ready, waits and asks again as DSP0274 says, a few times.
    Result<Exchange> send(ByteView request, Wait wait = Wait::due);
    // Sends a well-formed message. Errors: also Errc::internal when the strict encoder refuses the message.
    template <class M>
        requires requires(M m, wire::Visitor& v) { m.describe(v); }
    Result<Exchange> send(const M& message, Wait wait = Wait::due) {
        return send(TRY(encode(message)), wait);
    }
    // The bytes that send(message) would send. Errors: Errc::internal.
    template <class M>
    Result<Bytes> encode(const M& message) {
        return ours(wire::encode(message, context_for(M::kCode)));
    }

    // The messages of VCA, well-formed, without any expectation.
    wire::GetCapabilities capabilities(wire::Version version, const Offer& offer = {}) const;
    wire::NegotiateAlgorithms algorithms(wire::Version version, const Offer& offer = {}) const;
    // Messages with fresh nonces.
    wire::Challenge challenge(uint8_t slot = 0, uint8_t summary_hash_type = wire::summary::none);
    wire::GetMeasurements get_measurements(uint8_t operation, bool sign, uint8_t slot = 0,
                                           uint8_t attributes = 0);

    // GET_VERSION answered with VERSION. Each of the following begins with reset() and does what the one
    // before does. Errors: Errc::refused with the answer that came instead, and refused_step() names the
    // request.
    Result<> after_version();
    Result<> after_capabilities(wire::Version version, const Offer& offer = {});
    Result<> negotiated(wire::Version version, const Offer& offer = {});
    // The same on the connection that is there: GET_VERSION alone clears it.
    Result<> negotiate_again(wire::Version version, const Offer& offer = {});
    // A slot's chain that is known beforehand.
    void provide_chain(uint8_t slot, Bytes chain) { observer_.provide_chain(slot, std::move(chain)); }
    // Reads a slot's whole chain, portion by portion. The connection must be negotiated.
    Result<Bytes> read_chain(uint8_t slot, uint16_t portion = 0x0400);
    // The same only when the chain was not seen before on this target with these algorithms.
    Result<> ensure_chain(uint8_t slot);

    // The bytes as a record of a session, without sending them. Errors: Errc::state without such a session.
    Result<Bytes> seal(uint32_t session_id, ByteView message, const Sealing& how = {}) const;
    // Sends a record. `plaintext` is what it is known to hold, for the reports, if it will not open.
    Result<Exchange> send_record(ByteView record, ByteView plaintext = {}, Wait wait = Wait::due);
    // A message inside a session, and the same when the target puts it off, as send().
    Result<Exchange> send_in(uint32_t session_id, ByteView message, const Sealing& how = {});
    template <class M>
        requires requires(M m, wire::Visitor& v) { m.describe(v); }
    Result<Exchange> send_in(uint32_t session_id, const M& message, const Sealing& how = {}) {
        return send_in(session_id, TRY(encode(message)), how);
    }

    // Messages of a handshake. KEY_EXCHANGE has a fresh Diffie-Hellman key, which is kept for its answer.
    Result<wire::KeyExchange> key_exchange(const ExchangeOptions& options = {});
    wire::PskExchange psk_exchange(const ExchangeOptions& options = {});
    // The correct FINISH and PSK_FINISH of the session; `edit` is applied before signature and HMAC are made.
    using EditFinish = std::function<void(wire::Finish&)>;
    Result<Bytes> finish(uint32_t session_id, const EditFinish& edit = {});
    Result<Bytes> psk_finish(uint32_t session_id);
    void set_finish_transcript(spdm::FinishTranscript reading) {
        learned_.finish_transcript = reading;
        observer_.set_finish_transcript(reading);
    }
    spdm::FinishTranscript finish_transcript() const { return learned_.finish_transcript; }
    const Learned& learned() const { return learned_; }
    // What another lab learned of the same target. Takes effect with the next reset().
    void set_learned(Learned learned) { learned_ = std::move(learned); }
    // Another source of nonces and keys from now on, which must outlive its use here.
    void set_random(Random& random) { random_ = &random; }
    // What a session of the last KEY_EXCHANGE comes from, or one of our pre-shared key; empty when the
    // response does not say.
    Bytes secret(spdm::SessionKind kind, ByteView request, ByteView response) const;
    // Handshake steps on a negotiated connection. The exchange's answer must be the normal one.
    Result<uint32_t> begin_session(const ExchangeOptions& options = {});  // up to KEY_EXCHANGE_RSP
    Result<> finish_session(uint32_t session_id);                       // with the encapsulated flow, if due
    Result<uint32_t> new_session(const ExchangeOptions& options = {});  // both
    Result<uint32_t> begin_psk_session(const ExchangeOptions& options = {});
    Result<uint32_t> new_psk_session(const ExchangeOptions& options = {});
    // Negotiates, having read slot 0's chain on a connection before if it was not known.
    Result<> negotiated_with_chain(wire::Version version, const Offer& offer = session_offer());
    // The same, and has a session established.
    Result<uint32_t> in_session(wire::Version version, const Offer& offer = session_offer());
    Result<uint32_t> in_psk_session(wire::Version version, const Offer& offer = session_offer());
    // The exchange where a handshake's message goes: inside, or outside when the handshake is in the clear.
    Result<Exchange> send_handshake(uint32_t session_id, ByteView message, Wait wait = Wait::due);
    // Polls and delivers until the encapsulated flow is over. `session`: where it goes on; nullopt outside.
    // `implicit`: it begins with an unasked DIGESTS. Gives the last exchange.
    Result<Exchange> run_encapsulated(std::optional<uint32_t> session_id, bool implicit = false);
    // Our answer to an encapsulated request.
    Bytes answer_encapsulated(ByteView request);

    const ObservedSession* session(uint32_t id) const;
    ObservedSession* session(uint32_t id);
    // The default is reference_requester().
    void set_identity(RequesterIdentity identity) { identity_ = std::move(identity); }
    const RequesterIdentity& identity() const { return identity_; }

    // Adds an exchange that was not made by this lab.
    void record(Exchange exchange) { exchanges_.push_back(std::move(exchange)); }

    const Observer& seen() const { return observer_; }
    // For harnesses that show the observer messages that this lab did not send, or tell it of something that
    // is not on the wire.
    Observer& observer() { return observer_; }
    const std::vector<Exchange>& exchanges() const { return exchanges_; }
    const crypto::Provider& provider() const { return *provider_; }
    Random& random() { return *random_; }
    Dut& dut() { return *dut_; }
    wire::Nonce nonce();
    // How many bytes arrive of a message of that size: transports pad.
    size_t arriving(size_t size) const;
    // The request that the target had to answer before a case could begin, and did not, since reset().
    std::optional<wire::Code> refused_step() const { return refused_step_; }
    // Exchanges since the lab was made.
    size_t count() const { return count_; }

   private:
    // The context of a well-formed request with that code.
    wire::Context context_for(wire::Code code) const;
    template <class M>
    Result<> step(const M& message);
    uint32_t flags_of(const Offer& offer) const;
    void try_to_authenticate();
    Result<> expect_step(const Exchange& exchange);
    // The error for an answer that is not the one that a step needs.
    std::unexpected<Error> unusable(wire::Code request_code, std::string_view field, std::string why);
    // Asks again as long as the target puts off.
    Result<Exchange> persist(Exchange exchange, const std::function<Result<Exchange>(ByteView)>& again);
    void connect_observer();
    void know_chains();

    Dut* dut_;
    Random* random_;
    const crypto::Provider* provider_;
    LeafKeys* leaf_keys_;
    Observer observer_;
    std::optional<wire::Version> version_;  // wanted, while VCA is on its way
    std::vector<Exchange> exchanges_;
    std::optional<wire::Code> refused_step_;
    Learned learned_;
    size_t count_ = 0;
    RequesterIdentity identity_;
    std::unique_ptr<crypto::Dhe> dhe_;  // of the last KEY_EXCHANGE
    std::unique_ptr<spdm::Identities> slots_;
};

// What came, as text: "ERROR InvalidRequest", "silence", "DIGESTS".
std::string describe(const Exchange& exchange);

}  // namespace assay::lab
