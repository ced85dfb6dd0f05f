// A responder that is honest but for the faults that are injected into its answers (BoringSSL's runner calls
// them bugs), and what it saw.
#pragma once

#include <functional>
#include <map>

#include "conformance/lab/fault_context.h"
#include "conformance/lab/requester_dut.h"
#include "stack/base/random.h"
#include "stack/spdm/responder.h"

namespace assay::lab {

// Given the request, changes its response, which is a message outside sessions or in a record. An empty
// response is silence.
using Fault = std::function<void(const FaultContext&, Bytes& response)>;
// Given the request, changes the record that answers it, or what comes in its stead (`secured` false: outside
// the session).
using RecordFault = std::function<void(const FaultContext&, Bytes& record, bool& secured)>;

// What is injected in a run.
struct Faults {
    Fault response{};
    RecordFault record{};
    // A man in the middle: changes requests on their way to the responder, outside sessions.
    std::function<void(Bytes& request)> request{};
    // The responses are changed on their way too: the responder does not know, and signs what it said itself.
    bool in_between = false;
};

class HostileResponder final : public ResponderPeer {
   public:
    // `seed`: of its nonces and keys.
    explicit HostileResponder(spdm::Device device, Faults faults = {}, uint64_t seed = 1);

    std::optional<Answer> answer(ByteView request, bool secured) override;
    bool has_enough() const override;

    // The chain in a slot of a requester that is known beforehand and sends none.
    void provide_requester_chain(uint8_t slot, Bytes chain) {
        observer_.provide_requester_chain(slot, std::move(chain));
    }

    const std::vector<Exchange>& exchanges() const { return exchanges_; }
    // The exchange in which a fault was injected first.
    std::optional<size_t> injected_at() const { return injected_at_; }
    const Observer& seen() const { return observer_; }

   private:
    FaultContext context(const Bytes& request, std::optional<uint32_t> session);
    std::optional<Answer> outside(ByteView request);
    std::optional<Answer> inside(ByteView record);
    // The message in a record of the responder's; nullopt when it cannot be read.
    std::optional<Bytes> message_in(uint32_t session_id, ByteView record) const;
    void note_injected(bool changed);
    void sign_again(Exchange& exchange, Bytes& response);
    void provide_chains();

    spdm::Device device_;
    Faults faults_;
    SeededRandom random_;
    Bytes secret_;  // of the last handshake
    std::optional<spdm::Responder> responder_;
    Observer observer_;
    std::vector<Exchange> exchanges_;
    std::optional<size_t> injected_at_;
};

// Who the responder and the requester in these runs are. Elliptic keys and names are always the same. The
// certificates of `ed25519` issuers are so too, byte for byte; those of issuers with the leaf's own
// algorithm, which more implementations can verify, differ in their signatures in every process.
enum class Issuers : uint8_t { ed25519, as_leaf };
const crypto::TestPki& hostile_pki(crypto::SignAlgo algo = crypto::SignAlgo::ecdsa_p256,
                                   Issuers issuers = Issuers::ed25519);
// The same with another leaf, or under another label: the roots are then others.
crypto::TestPki hostile_pki_with(crypto::SignAlgo algo, Issuers issuers, const crypto::CertificateSpec& leaf,
                                 std::string_view label = {});
inline constexpr crypto::SignAlgo kHostileAlgos[] = {crypto::SignAlgo::ecdsa_p256,
                                                     crypto::SignAlgo::ecdsa_p384};
// The time at which the built-in requester judges certificates: 2026-01-01.
inline constexpr crypto::UnixTime kHostileTime{std::chrono::seconds{1767225600}};
spdm::PreSharedKey hostile_psk();
// The built-in requester's, in slots 0 and 3.
const std::map<crypto::SignAlgo, spdm::Slots>& requester_identities();
spdm::Identity identity_of(const crypto::TestPki& pki);

}  // namespace assay::lab
