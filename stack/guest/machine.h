// A confidential VM with its GPU, bus and verifier: everything that has to fit together, from one seed.
#pragma once

#include "stack/guest/attested_verifier.h"
#include "stack/guest/guest.h"
#include "stack/guest/manifests.h"

namespace assay::guest {

// The vendor whose root and firmware signatures are trusted.
inline constexpr std::string_view kVendor = "Assay model vendor";
inline constexpr crypto::UnixTime kToday = std::chrono::sys_days(std::chrono::year(2026) / 1 / 1);

// The checks that are waived, and the defects planted, in each module.
struct MachineFaultConfig {
    device::FaultConfig gpu{};
    FaultConfig guest{};
    transfer::FaultConfig path{};  // on both ends
};

struct MachineOptions {
    device::Mode mode = device::Mode::cc;  // that the guest wants and the GPU has
    uint64_t seed = 1;
    MachineFaultConfig faults{};
    // Changes what the GPU is, before it is made.
    std::function<void(device::GpuConfig&)> change_gpu{};
    size_t shared_size = 64 + size_t{4} * (4096 + 64);  // bytes
};

// The fuses of the GPU of a seed, 48 bytes.
Bytes fuses_of(uint64_t seed);

// Trusts the vendor's GPUs, with the firmware of today in the mode that is wanted.
AttestedVerifier make_verifier(device::Mode mode);

// Why a machine did not boot: the check of the GPU or the guest ("cannot" when it was none), and a sentence.
struct BootRefusal {
    std::string_view check;
    std::string text;
};

class Machine {
   public:
    explicit Machine(const MachineOptions& options = {});

    // Powers the GPU on and boots the guest with it. Nothing: CUDA work may start.
    std::optional<BootRefusal> boot();

    ManualClock clock;
    SeededRandom random;
    device::Gpu gpu;
    device::Bus bus;
    AttestedVerifier verifier;
    Guest guest;
};

}  // namespace assay::guest
