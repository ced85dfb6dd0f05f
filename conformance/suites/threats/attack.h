// One row of the threat model tried in one mode: a machine with a tenant's work on it, what was attempted,
// and what came of it. The cell follows from the attempts alone.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "conformance/suites/threats/threat_model.h"
#include "stack/device/ports.h"
#include "stack/guest/machine.h"

namespace assay::cases::threats {

// What the tenant puts on the GPU: data and a program that can be recognised.
const Bytes& tenant_data();  // 96 bytes
const Bytes& tenant_code();  // 64 bytes, 32 instructions
inline constexpr uint64_t kDataAt = 0x100, kCodeAt = 0x1000, kOutputAt = 0x2000;
device::Launch tenant_launch();
// What the program makes of a byte string.
Bytes run_of(ByteView code, ByteView input);

// Whether 16 bytes in a row of the secret occur in what was seen; a secret that is shorter, whole.
bool holds_part(ByteView seen, ByteView secret);

struct Attempt {
    std::string what;           // as text, for a line of the report
    bool success = false;       // the attacker holds, or has changed, the tenant's bytes
    std::string check{};        // that refused; empty: none
    std::string why_without{};  // why it failed although nothing refused it
    Bytes bytes{};              // that the attacker holds or has put there, the first 32 at most
};

struct Observation {
    Cell cell = Cell::unclear;
    std::string what;   // of the attempt that decides
    std::string check;  // that refused; empty: none
    Bytes bytes;        // concerned
    std::vector<Attempt> attempts;
};

// Records everything that passes on the bus, and the memory between the two ends.
struct Recorder final : device::Tap {
    struct Work {
        Bytes submission, shared;
    };
    void on_message(device::Direction way, Bytes& message) override;
    void on_control(Bytes& element) override;
    void on_submission(Bytes& submission, std::span<uint8_t> shared) override;
    void on_completion(std::span<uint8_t> shared) override;

    // All of it.
    Bytes seen;
    std::vector<Work> work;
};

class Attack {
   public:
    Attack(device::Mode mode, const guest::MachineFaultConfig& faults,
           std::function<void(device::GpuConfig&)> change_gpu = {});

    // Boots, and says so as a failed attempt when it cannot.
    bool boot();
    // The tenant's work: data, or a program and its run; what the tenant gets back. Empty: nothing.
    bool put_data(ByteView data = tenant_data());
    bool put_code(ByteView code = tenant_code());
    bool launch() { return guest().launch(tenant_launch()).has_value(); }

    device::Mode mode() const { return mode_; }
    guest::Machine& machine() { return machine_; }
    guest::Guest& guest() { return machine_.guest; }
    device::Gpu& gpu() { return machine_.gpu; }
    device::Bus& bus() { return machine_.bus; }
    // The real content of the GPU's memory, to decide whether an attempt succeeded.
    Bytes truth(uint64_t address, size_t size);
    // The name of the check by which the GPU refused last; empty: none.
    std::string gpu_check();

    // Attempts. A port gave something, or refused: it is success when it holds a part of the secret.
    void read(std::string what, const device::Checked<Bytes>& got, ByteView secret,
              std::string why_without = {});
    // A port took something, or refused; whether the change is there, and what is.
    void write(std::string what, const device::Checked<>& taken, bool changed, ByteView bytes);
    void add(Attempt attempt) { attempts_.push_back(std::move(attempt)); }
    // The mode has no target or no attacker for this row.
    Observation not_applicable(std::string why, std::string check);
    Observation conclude();

   private:
    device::Mode mode_;
    guest::Machine machine_;
    std::vector<Attempt> attempts_;
};

// A row's scenario.
struct Scenario {
    std::string_view id;
    Observation (*run)(device::Mode mode, const guest::MachineFaultConfig& faults);
};
// One file a category.
std::span<const Scenario> confidentiality_scenarios();
std::span<const Scenario> integrity_scenarios();
std::span<const Scenario> availability_scenarios();
std::span<const Scenario> general_scenarios();

}  // namespace assay::cases::threats
