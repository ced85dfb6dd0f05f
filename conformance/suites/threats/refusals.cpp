#include "conformance/suites/threats/refusals.h"

#include "conformance/suites/threats/attack.h"

namespace assay::cases::threats {

namespace {

using device::Mode;
using guest::Machine;
using guest::MachineFaultConfig;

template <class T>
std::string outcome(const guest::Checked<T>& result) {
    return result ? "done" : std::string(guest::info(result.error().check).name);
}

std::string outcome(const device::Checked<>& result) {
    return result ? "done" : std::string(result.error().name());
}

// What booting with a GPU that was changed comes to.
std::string boot(const MachineFaultConfig& faults, std::function<void(device::GpuConfig&)> change) {
    Machine machine({.faults = faults, .change_gpu = std::move(change)});
    if (auto on = machine.bus.power_on(); !on) return outcome(on);
    return outcome(machine.guest.boot(machine.bus));
}

std::string second_gpu(const MachineFaultConfig& faults) {
    Machine machine({.faults = faults}), other;
    if (machine.boot() || !other.bus.power_on()) return "no machine";
    return outcome(machine.guest.attach(other.bus));
}

std::string gpu_without_power(const MachineFaultConfig& faults) {
    Machine machine({.faults = faults});
    return outcome(machine.guest.boot(machine.bus));
}

std::string gpu_without_mode(const MachineFaultConfig& faults) {
    return boot(faults, [](auto& gpu) {
        gpu.capable = false;
        gpu.mode = Mode::off;
    });
}

std::string mode_without_gpu(const MachineFaultConfig& faults) {
    return boot(faults, [](auto& gpu) { gpu.capable = false; });
}

std::string gpu_for_debugging(const MachineFaultConfig& faults) {
    return boot(faults, [](auto& gpu) { gpu.mode = Mode::devtools; });
}

std::string gpu_of_a_stranger(const MachineFaultConfig& faults) {
    return boot(faults, [](auto& gpu) { gpu.identity = device::make_identity("a stranger", gpu.fuses); });
}

std::string old_firmware(const MachineFaultConfig& faults) {
    return boot(faults, [](auto& gpu) {
        gpu.firmware = device::make_firmware(device::vendor_key(guest::kVendor), 1);
    });
}

struct StaleVerifier final : guest::Verifier {
    guest::VerifierResult judge(const guest::Evidence& /*evidence*/, const wire::Nonce& /*nonce*/) override {
        return {.accepted = true};
    }
};

std::string stale_judgement(const MachineFaultConfig& faults) {
    Machine machine({.faults = faults});
    StaleVerifier verifier;
    guest::Guest driver({.roots = {device::make_identity(guest::kVendor, guest::fuses_of(0)).root},
                         .time = guest::kToday,
                         .faults = faults.guest,
                         .path_faults = faults.path},
                        verifier, machine.random);
    if (!machine.bus.power_on()) return "no machine";
    return outcome(driver.boot(machine.bus));
}

std::string before_attestation(const MachineFaultConfig& faults) {
    Machine machine({.faults = faults});
    if (!machine.bus.power_on() || !machine.guest.attach(machine.bus)) return "no machine";
    return outcome(machine.guest.copy_to_gpu(0, tenant_data()));
}

// The hypervisor may send the guest's control call itself: it is in the clear only where commands are.
std::string gpu_before_ready(const MachineFaultConfig& faults) {
    Machine machine({.faults = faults});
    if (!machine.bus.power_on() || !machine.guest.attach(machine.bus)) return "no machine";
    return machine.bus.inject(Bytes(4 + 8 + 32)) ? "done" : std::string(machine.gpu.last_check());
}

std::string silent_gpu(const MachineFaultConfig& faults) {
    Machine machine({.faults = faults});
    if (machine.boot()) return "no machine";
    machine.bus.set_stalled(true);
    return outcome(machine.guest.tick());
}

std::string silent_guest(const MachineFaultConfig& faults) {
    Machine machine({.faults = faults});
    if (machine.boot()) return "no machine";
    machine.clock.advance(std::chrono::seconds(8));
    machine.gpu.tick();
    return machine.gpu.has_path() ? "done" : std::string(machine.gpu.last_check());
}

std::string failed_path(const MachineFaultConfig& faults) {
    Machine machine({.faults = faults});
    if (machine.boot()) return "no machine";
    machine.bus.set_stalled(true);
    return outcome(machine.guest.copy_to_gpu(0, tenant_data()));
}

std::string after_the_end(const MachineFaultConfig& faults) {
    Machine machine({.faults = faults});
    if (machine.boot()) return "no machine";
    machine.guest.shut_down();
    return outcome(machine.guest.copy_to_gpu(0, tenant_data()));
}

std::string keys_after_the_end(const MachineFaultConfig& faults) {
    Machine machine({.faults = faults});
    if (machine.boot()) return "no machine";
    machine.guest.shut_down();
    return machine.guest.keys_are_gone() ? "wiped" : "kept";
}

std::string registered_memory(const MachineFaultConfig& faults) {
    Machine machine({.faults = faults});
    if (machine.boot()) return "no machine";
    return outcome(machine.guest.host_register(tenant_data()));
}

std::string peer_to_peer(const MachineFaultConfig& faults) {
    Machine machine({.faults = faults});
    if (machine.boot()) return "no machine";
    return outcome(machine.guest.enable_peer_access());
}

constexpr Refusal kRefusals[] = {
    {"a second GPU", "gpu_single", second_gpu},
    {"a GPU that has no power", "gpu_running", gpu_without_power},
    {"a GPU without a confidential mode", "gpu_capable", gpu_without_mode},
    {"a confidential mode of a GPU that has none", "mode_supported", mode_without_gpu},
    {"a GPU that is open for debugging", "gpu_mode", gpu_for_debugging},
    {"a GPU whose certificate is a stranger's", "session", gpu_of_a_stranger},
    {"firmware that is out of date", "evidence", old_firmware},
    {"evidence that was judged for another nonce", "evidence_nonce", stale_judgement},
    {"a copy before the evidence was accepted", "gate", before_attestation},
    {"work at the GPU before it is ready", "not_ready", gpu_before_ready},
    {"a GPU that answers no heartbeat", "heartbeat", silent_gpu},
    {"a guest that sends no heartbeat", "heartbeat", silent_guest},
    {"a copy that nobody executes", "path", failed_path},
    {"a copy after the end", "closed", after_the_end},
    {"keys after the end", "wiped", keys_after_the_end},
    {"memory of the application that is to be registered", "host_register", registered_memory},
    {"access for a peer", "peer_access", peer_to_peer},
};

}  // namespace

std::span<const Refusal> refusals() { return kRefusals; }

}  // namespace assay::cases::threats
