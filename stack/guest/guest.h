// The driver in the confidential VM, without I/O of its own: it connects to its GPU over the bus, and accepts
// the application's work only once a verifier has accepted the GPU's evidence.
#pragma once

#include <memory>

#include "stack/device/bus.h"
#include "stack/guest/check.h"
#include "stack/guest/verifier.h"
#include "stack/spdm/session_walk.h"

namespace assay::guest {

struct GuestConfig {
    device::Mode mode = device::Mode::cc;    // apm or cc: the one that the GPU has to be in
    std::vector<crypto::Certificate> roots;  // of the session's certificates
    crypto::UnixTime time{};                 // at which they have to be valid
    size_t channels = 2;
    transfer::StagingLayout staging{.buffer_size = 4096, .page_size = 1024, .initial = 2, .most = 4};
    transfer::Thresholds thresholds = transfer::EndpointConfig{}.thresholds;  // of a key's work
    FaultConfig faults{};
    transfer::FaultConfig path_faults{};
};

// Passes another random source on, except for bytes that were set beforehand.
class PrimedRandom final : public Random {
   public:
    explicit PrimedRandom(Random& random) : random_(random) {}
    // The next request for as many bytes gets these.
    void prime(ByteView bytes) { primed_ = to_bytes(bytes); }
    void fill(std::span<uint8_t> out) override;

   private:
    Random& random_;
    Bytes primed_;
};

enum class Stage : uint8_t {
    off,
    attached,  // a session and a path, and nothing else
    ready,     // CUDA works
    closed,    // for good
};
std::string_view name(Stage stage);

class Guest {
   public:
    // Verifier and random source must outlive it.
    Guest(GuestConfig config, Verifier& verifier, Random& random);

    // Checks the GPU's registers, establishes a session with it and opens the encrypted path. The bus must
    // outlive the guest. Refuses by gpu_single, gpu_running, gpu_capable, gpu_mode, session, path.
    Checked<> attach(device::Bus& bus);
    // Has the GPU's evidence judged; if it is accepted, CUDA opens. If not, everything is closed. Refuses by
    // closed, session, evidence_nonce, evidence, path.
    Checked<> attest();
    // attach() and attest().
    Checked<> boot(device::Bus& bus);
    // Once a heartbeat period: a heartbeat, and new keys where they are due. Refuses by closed, heartbeat,
    // path; after the last two everything is closed.
    Checked<> tick();
    uint8_t heartbeat_period() const;  // seconds; 0: none
    // Ends the session and closes everything.
    void shut_down();

    // What the application calls. All refuse by closed; by gate, which keeps CUDA work from starting, in
    // every stage before ready; and by path, after which everything is closed.
    Checked<> copy_to_gpu(uint64_t address, ByteView data);
    Checked<> load_code(uint64_t address, ByteView code);
    Checked<Bytes> copy_to_cpu(uint64_t address, size_t size);
    Checked<> launch(const device::Launch& launch);
    Checked<> rotate_keys();  // of every channel
    // host_register, peer_access.
    Checked<> host_register(ByteView memory);
    Checked<> enable_peer_access();

    Stage stage() const { return stage_; }
    // Why it is closed, if it is.
    const std::optional<Refusal>& failure() const { return failure_; }
    bool keys_are_gone() const;
    const transfer::GuestEndpoint* path() const { return path_.get(); }
    // Of the last attestation.
    const Evidence& evidence() const { return evidence_; }

   private:
    Checked<> probe(const device::Registers& registers) const;
    Checked<> establish();
    Checked<> open_path(const device::Registers& registers);
    Checked<Evidence> measure(const wire::Nonce& nonce);
    Checked<> exchange(Bytes request);
    // The content of a record of the session, read without changing the session's state.
    Bytes inside(spdm::Direction way, ByteView record) const;
    Checked<> admit() const;
    Checked<> copy(transfer::Traffic traffic, uint64_t address, ByteView data);
    Checked<> rotate(uint32_t channel);
    Checked<> beat();
    template <class T>
    Checked<T> settled(transfer::Checked<T> result);
    // Refuses, and closes everything.
    std::unexpected<Refusal> closing(Refusal refusal);

    GuestConfig config_;
    Checker checker_;
    Verifier& verifier_;
    PrimedRandom random_;
    device::Bus* bus_ = nullptr;
    spdm::RequesterConfig requester_config_;
    std::unique_ptr<spdm::Requester> requester_;
    std::optional<uint32_t> session_;
    std::unique_ptr<transfer::GuestEndpoint> path_;
    Stage stage_ = Stage::off;
    std::optional<Refusal> failure_;
    Evidence evidence_;
};

}  // namespace assay::guest
