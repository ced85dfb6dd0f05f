// The GPU, without I/O: modes, firmware, a responder, its end of the encrypted path, memory. The other ways
// to access it, which an attacker may try, are in ports.h.
#pragma once

#include <map>
#include <memory>

#include "stack/base/clock.h"
#include "stack/device/firmware.h"
#include "stack/device/kernel.h"
#include "stack/device/memory.h"
#include "stack/device/report.h"
#include "stack/spdm/responder.h"
#include "stack/transfer/gpu_endpoint.h"

namespace assay::device {

enum class Mode : uint8_t {
    off,
    devtools,  // as cc for the guest, and open for those who debug it
    apm,       // memory is protected and tenant data travels encrypted
    cc,
};
std::string_view name(Mode mode);
// Of the encrypted path.
transfer::Mode path_mode(Mode mode);

struct GpuConfig {
    Mode mode = Mode::cc;
    bool capable = true;  // of apm and cc
    DeviceIdentity identity;
    crypto::PublicKey vendor;           // whose signature firmware needs
    std::vector<Component> firmware{};  // measured from index 1 on
    Bytes fuses{};                      // the device's persistent secret
    size_t protected_size = 65536;      // bytes
    size_t open_size = 4096;
    size_t channels = 2;
    transfer::StagingLayout staging{.buffer_size = 4096, .page_size = 1024, .initial = 2, .most = 4};
    transfer::Thresholds thresholds = transfer::EndpointConfig{}.thresholds;  // of a key's work
    uint8_t heartbeat_period = 4;                                             // seconds
    uint64_t seed = 1;
    FaultConfig faults{};
    transfer::FaultConfig path_faults{};
};

// The registers that the guest reads before it trusts anything. The bus may change them.
struct Registers {
    bool capable = false;
    Mode mode = Mode::off;
    bool running = false;
    transfer::Iv mask{};  // of the copy engines
    bool operator==(const Registers&) const = default;
};

// What counters and load figures say, since they were read last.
struct Activity {
    uint64_t copied = 0;      // bytes
    uint64_t launches = 0;    // programs that ran
    uint64_t operations = 0;  // bytes that programs worked on
    uint64_t busy = 0;        // units of time
    bool operator==(const Activity&) const = default;
};

// The memory of the machine: at its front what the GPU is to reach, behind it the hypervisor's own.
struct SystemMemory {
    std::span<uint8_t> all;
    size_t shared = 0;  // bytes

    std::span<uint8_t> window() const { return all.first(shared); }
};

inline constexpr uint64_t kInterruptLimit = 16;  // of one launch
inline constexpr uint64_t kTimeLimit = 64;       // units that one launch may wait and run
inline constexpr uint64_t kStepLimit = 1 << 20;  // instructions of one launch, over all its bytes
inline constexpr TenantId kTenant = 1;           // the guest
inline constexpr size_t kLeakSize = 256;         // bytes that a leaking component keeps, at the memory's end

class Gpu {
   public:
    // The clock must outlive it. It is off.
    Gpu(GpuConfig config, const Clock& clock);
    ~Gpu();
    Gpu(const Gpu&) = delete;
    Gpu& operator=(const Gpu&) = delete;

    // Boots the firmware in the mode that was asked for last. Refuses by firmware_signature, mode_supported;
    // it is then halted.
    Checked<> power_on(SystemMemory system);
    // Scrubs the memory and boots again; works even when the GPU hangs.
    Checked<> reset();
    // From the next reset on. Refuses by mode_supported.
    Checked<> request_mode(Mode mode);
    // Without a reset. Refuses by mode_change_live.
    Checked<> convert(Mode mode);
    // Takes effect with the next reset.
    void flash(std::vector<Component> firmware) { config_.firmware = std::move(firmware); }

    Registers registers() const;
    Mode mode() const { return mode_; }
    bool running() const { return running_; }

    // SPDM. Nothing while it does not run.
    std::optional<Bytes> receive(ByteView message, bool secured);
    bool answered_secured() const { return responder_ && responder_->answered_secured(); }

    // Work. What it refuses stands in last_refusal().
    bool execute(ByteView submission);
    // The guest's control calls, an RPC element each: "ready".
    bool control(ByteView element);
    // Once a second: heartbeats may be missing, and keys may have done their work. Rotating them is up to the
    // driver.
    void tick();
    // The text of the last refusal, and the name of the check that made it ("cannot": none did, it is not
    // possible in any mode); empty: none yet.
    const std::string& last_refusal() const { return last_refusal_; }
    std::string_view last_check() const { return last_check_; }

    bool has_path() const { return path_ != nullptr && !path_->failure(); }
    transfer::GpuEndpoint* path() { return path_.get(); }
    const transfer::EndpointConfig& path_config() const { return path_config_; }

    // The parts of the GPU that the ports access.
    struct Inside {
        Memory memory;
        Cache cache;
        Activity activity;
        Checker checker;
        std::map<TenantId, uint64_t> backlog;  // units of time that other tenants' work waits for
        uint64_t interrupts = 0;               // raised at the machine
        Bytes fuses;
        std::vector<Component> running;
    };
    Inside& inside() { return inside_; }
    // In apm and cc memory is protected.
    bool protects() const { return mode_ == Mode::apm || mode_ == Mode::cc; }
    // The secret that the path's keys come from; empty without a session.
    ByteView session_secret() const;

   private:
    class Watched;
    Checked<> boot();
    void open_path();
    void close_path(transfer::Check cause);
    void scrub();
    bool refused(std::string_view check, std::string text);
    bool refused(const Refusal& refusal) { return refused(refusal.name(), refusal.text()); }
    bool refused(const transfer::Refusal& refusal) {
        return refused(transfer::info(refusal.check).name, refusal.text());
    }
    bool launch(const Launch& wanted);
    Checked<> run(const Launch& wanted);
    uint64_t waits() const;
    void leak(uint64_t address, size_t size);
    std::optional<uint32_t> live_session() const;

    GpuConfig config_;
    const Clock& clock_;
    SeededRandom random_;
    SystemMemory system_{};
    Inside inside_;
    Mode next_mode_;
    Mode mode_ = Mode::off;
    bool running_ = false;
    spdm::Device device_;
    std::unique_ptr<spdm::Responder> responder_;
    transfer::EndpointConfig path_config_;
    std::unique_ptr<Watched> watched_;
    std::unique_ptr<transfer::GpuEndpoint> path_;
    std::optional<uint32_t> session_;  // that the path belongs to
    std::string last_refusal_;
    std::string_view last_check_;
};

}  // namespace assay::device
