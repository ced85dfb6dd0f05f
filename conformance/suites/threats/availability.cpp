// Attacks on availability: who can keep whom from working.
#include <algorithm>

#include "conformance/suites/threats/attack.h"

namespace assay::cases::threats {

namespace {

using device::Mode;
using guest::MachineFaultConfig;

// What the hypervisor serves of one launch without falling behind.
constexpr uint64_t kServed = 64;

// A program of the same instruction throughout.
Bytes program(device::Op op, uint8_t operand) {
    Bytes code;
    while (code.size() < tenant_code().size()) {
        code.insert(code.end(), {static_cast<uint8_t>(op), operand});
    }
    return code;
}

Observation dos_hypervisor_by_tenant(Mode mode, const MachineFaultConfig& faults) {
    Attack attack(mode, faults);
    if (!attack.boot() || !attack.put_data()) return attack.conclude();
    if (!attack.put_code(program(device::Op::interrupt, 0)) || !attack.launch()) return attack.conclude();
    const uint64_t raised = attack.gpu().inside().interrupts;
    attack.add({.what = "a program raised interrupts without end",
                .success = raised > kServed,
                .check = attack.gpu_check(),
                .bytes = {static_cast<uint8_t>(std::min<uint64_t>(raised, 0xff))}});
    if (!attack.put_code(program(device::Op::store_out, 1)) || !attack.launch()) return attack.conclude();
    const auto host = attack.bus().host();
    const bool written = std::ranges::any_of(host, [](uint8_t byte) { return byte != 0; });
    attack.add({.what = "a program wrote to the hypervisor's memory",
                .success = written,
                .check = attack.gpu_check(),
                .bytes = to_bytes(host.subspan(16, 4))});
    const bool reset = attack.gpu().reset().has_value();
    attack.add({.what = "the hypervisor reset the GPU",
                .success = !reset || attack.gpu().has_path(),
                .why_without = "the GPU obeyed"});
    return attack.conclude();
}

Observation dos_tenant_by_tenant(Mode mode, const MachineFaultConfig& faults) {
    Attack attack(mode, faults);
    if (!attack.boot() || !attack.put_data() || !attack.put_code()) return attack.conclude();
    auto other = device::TenantPort::attach(attack.gpu(), 2);
    if (!other) {
        return attack.not_applicable("there is one tenant, who has the whole GPU",
                                     std::string(other.error().name()));
    }
    other->flood(uint64_t{1} << 40);
    std::ignore = attack.launch();
    const Bytes output = attack.truth(kOutputAt, tenant_data().size());
    const bool done = output == run_of(tenant_code(), tenant_data());
    // No request is refused here: the scheduler gives the flood its share.
    attack.add({.what = "another tenant flooded the GPU",
                .success = !done,
                .check = done ? std::string(device::info(device::Check::tenant_share).name) : std::string(),
                .bytes = output});
    return attack.conclude();
}

Observation dos_tenant_by_hypervisor(Mode mode, const MachineFaultConfig& faults) {
    Attack attack(mode, faults);
    if (!attack.boot() || !attack.put_data()) return attack.conclude();
    attack.bus().set_stalled(true);
    const bool copied = attack.put_code();
    attack.add({.what = "the bus was stalled, and the tenant got no further",
                .success = !copied,
                .bytes = attack.truth(kCodeAt, 32)});

    Attack second(mode, faults);
    if (!second.boot() || !second.put_data()) return second.conclude();
    std::ignore = second.gpu().reset();
    const auto got = second.guest().copy_to_cpu(kDataAt, tenant_data().size());
    attack.add(
        {.what = "the GPU was reset under the tenant", .success = !got, .bytes = second.truth(kDataAt, 32)});
    return attack.conclude();
}

constexpr Scenario kScenarios[] = {
    {"dos-hypervisor-by-tenant", dos_hypervisor_by_tenant},
    {"dos-tenant-by-tenant", dos_tenant_by_tenant},
    {"dos-tenant-by-hypervisor", dos_tenant_by_hypervisor},
};

}  // namespace

std::span<const Scenario> availability_scenarios() { return kScenarios; }

}  // namespace assay::cases::threats
