// The devices of one machine, by what their reports say of each other: GPUs with protected PCIe
// (PROTECTED_PCIE_STATUS) are trusted only with the switches between them, and no other GPU.
#pragma once

#include "stack/attest/gpu.h"

namespace assay::attest {

// A machine with protected PCIe (NVIDIA nvtrust, ppcie-verifier, validate_topology: HGX H100 and H200).
inline constexpr size_t kProtectedGpus = 8;
inline constexpr size_t kProtectedSwitches = 4;

// Makes gpu_modes: all GPUs are set to the same. And, when one has protected PCIe and the policy wants it, of
// all devices that are shown: ppcie_devices, as many as such a machine has; ppcie_switches, each GPU names
// the same switches (SWITCH_PDI: 8 bytes a link, in reverse order, zeros where there is none);
// ppcie_switch_pdi, those are the switches that are shown (DEVICE_PDI); ppcie_gpus, each switch names the
// same GPUs (SWITCH_GPU_PDIS: 8 bytes a GPU, then a byte a port). A GPU's report does not have the GPU's own
// PDI, so whether the GPUs that are shown are those that the switches name cannot be seen.
void appraise_topology(Appraisal& appraisal, const Policy& policy, const std::vector<GpuFacts>& devices);

}  // namespace assay::attest
