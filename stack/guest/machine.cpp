#include "stack/guest/machine.h"

namespace assay::guest {

namespace {

device::GpuConfig gpu_config(const MachineOptions& options) {
    const crypto::PrivateKey vendor = device::vendor_key(kVendor);
    const Bytes fuses = fuses_of(options.seed);
    device::GpuConfig config{.mode = options.mode,
                             .identity = device::make_identity(kVendor, fuses),
                             .vendor = vendor.public_key(),
                             .firmware = device::make_firmware(vendor),
                             .fuses = fuses,
                             .seed = options.seed,
                             .faults = options.faults.gpu,
                             .path_faults = options.faults.path};
    if (options.change_gpu) options.change_gpu(config);
    return config;
}

crypto::Certificate trusted_root() { return device::make_identity(kVendor, fuses_of(0)).root; }

GuestConfig guest_config(const MachineOptions& options) {
    return {.mode = options.mode,
            .roots = {trusted_root()},
            .time = kToday,
            .faults = options.faults.guest,
            .path_faults = options.faults.path};
}

}  // namespace

AttestedVerifier make_verifier(device::Mode mode) {
    attest::Context context;
    context.time = kToday;
    context.roots.device = {trusted_root()};
    context.roots.rim = {manifest_root()};
    context.policy.require = {attest::EvidenceKind::gpu};
    return {"GH100", std::move(context),
            manifests_for(device::make_firmware(device::vendor_key(kVendor)), mode)};
}

Bytes fuses_of(uint64_t seed) { return SeededRandom(seed ^ 0xf05e5).bytes(48); }

Machine::Machine(const MachineOptions& options)
    : random(options.seed + 1),
      gpu(gpu_config(options), clock),
      bus(gpu, options.shared_size),
      verifier(make_verifier(options.mode)),
      guest(guest_config(options), verifier, random) {}

std::optional<BootRefusal> Machine::boot() {
    if (auto on = bus.power_on(); !on) return BootRefusal{on.error().name(), on.error().text()};
    if (auto booted = guest.boot(bus); !booted)
        return BootRefusal{info(booted.error().check).name, booted.error().text()};
    return std::nullopt;
}

}  // namespace assay::guest
