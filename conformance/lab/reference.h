// The built-in reference: a device with several keys, slots and measurements, in this process.
#pragma once

#include "conformance/lab/lab.h"
#include "stack/base/clock.h"
#include "stack/base/random.h"
#include "stack/spdm/responder.h"
#include "stack/transport/endpoint.h"

namespace assay::lab {

struct ReferenceOptions {
    uint64_t seed = 1;  // of the nonces
    spdm::FaultConfig faults{};
    std::vector<wire::Version> versions{wire::kVersions.begin(), wire::kVersions.end()};
    bool rsa = false;  // RSA keys too: they take time to make, and differ in every process
    std::map<wire::Code, spdm::Deferral> deferrals{};
    std::optional<uint32_t> flags{};  // instead of kReferenceFlags
    const record::Transport* transport = &record::none();
    uint8_t mut_auth_requested = wire::mut_auth::encapsulated;  // where the requester can
    bool basic_mut_auth = true;
    bool requester_known = false;                        // its chain need not be asked for
    std::vector<crypto::Certificate> requester_roots{};  // trusted besides those of reference_requester()
    std::optional<spdm::PreSharedKey> psk{};             // instead of that of reference_requester()
    spdm::BadRecord bad_record = spdm::BadRecord::answer;
    std::vector<uint16_t> secured_versions{spdm::kSecured1_0, spdm::kSecured1_1, spdm::kSecured1_2,
                                           spdm::kSecured1_3};
    spdm::KeyLog keylog{};
    uint8_t heartbeat_period = 10;                // seconds
    std::optional<crypto::UnixTime> judged_at{};  // the time for requesters' certificates
    const Clock* clock = nullptr;                 // that ends sessions, instead of one that wait() moves
    std::string target = "reference";             // how it was named
    transport::Binding binding = transport::Binding::none;  // of the frames that it takes besides messages
    transport::FramingFaultConfig framing{};                // in the receiver of the frames
};

// What the reference claims: certificates, challenge, signed measurements, and all of sessions.
inline constexpr uint32_t kReferenceFlags =
    wire::cap::cert | wire::cap::chal | wire::cap::meas_sig | wire::cap::meas_fresh | wire::cap::encrypt |
    wire::cap::mac | wire::cap::mut_auth | wire::cap::key_ex | wire::cap::psk_with_context |
    wire::cap::encap | wire::cap::hbeat | wire::cap::key_upd | wire::cap::handshake_in_the_clear;

// The same where records cannot be carried.
inline constexpr uint32_t kReferenceFlagsWithoutSessions =
    kReferenceFlags & ~(wire::cap::encrypt | wire::cap::mac | wire::cap::key_ex | wire::cap::psk |
                        wire::cap::hbeat | wire::cap::key_upd | wire::cap::handshake_in_the_clear);

// A device with slots 0 and 1 for each of ECDSA P-256, P-384, P-521 and Ed25519 (and RSA on request), which
// certify one key pair, a chain whose root is in it, and six measurements, one of them a device mode. The
// same options give the same device, byte for byte; of the faults only Defect::key_per_slot makes another.
std::shared_ptr<const spdm::Device> make_reference_device(const ReferenceOptions& options);
// The roots of its slots, for verifiers.
std::vector<crypto::Certificate> reference_roots();
// The requester that the reference trusts: keys and chains in slot 0 for each of ECDSA P-256, P-384, P-521
// and Ed25519, an untrusted one in slot 1, and the pre-shared key that DMTF's samples have too.
const RequesterIdentity& reference_requester();

class ReferenceDut final : public Dut {
   public:
    ReferenceDut(std::shared_ptr<const spdm::Device> device, const crypto::Provider& provider,
                 ReferenceOptions options);

    std::string target() const override { return options_.target; }
    Result<> reset() override;
    Result<std::optional<Bytes>> exchange(ByteView request, Wait wait = Wait::due) override;
    Result<std::optional<Answer>> exchange_secured(ByteView record, Wait wait = Wait::due) override;
    transport::Binding binding() const override { return options_.binding; }
    // Of its binding's layers: packets of MCTP, the stream of TCP, units and the emulator's framing of each.
    bool carries_frames(FrameLayer layer) const override;
    Result<Frames> exchange_frames(FrameLayer layer, std::span<const Bytes> frames, size_t due) override;
    const record::Transport& transport() const override { return *device_->transport; }
    bool set_sequence(uint32_t session, spdm::Direction way, uint64_t next) override;
    bool ask_for_key_update(uint32_t session) override;
    void reseed(uint64_t seed) override { random_ = SeededRandom(seed); }
    void wait(std::chrono::microseconds time) override { clock_.advance(time); }
    bool time_is_cheap() const override { return options_.clock == nullptr; }
    bool lose_state() override;
    bool trusts_reference_requester() const override { return true; }
    spdm::Responder& responder() { return *responder_; }

   private:
    std::shared_ptr<const spdm::Device> device_;
    const crypto::Provider* provider_;
    ReferenceOptions options_;
    SeededRandom random_;
    ManualClock clock_;
    std::unique_ptr<spdm::Responder> responder_;
    transport::Service service_;
    // Of each kind of connection one, which is made with the first frame.
    std::optional<transport::PacketEndpoint> packets_;
    std::optional<transport::UnitEndpoint> units_;
};

// The device behind an endpoint of a transport: messages and records go to it, and so does the wish for a key
// update. It must outlive what is returned.
transport::Service service(ReferenceDut& dut);

}  // namespace assay::lab
