// Measurements against golden values: which manifests a device needs, and whether it is what they say.
#pragma once

#include "stack/attest/gpu.h"
#include "stack/attest/rim.h"

namespace assay::attest {

// The golden value that is not compared when NVDEC0 is off, of a driver's manifest.
inline constexpr uint8_t kNvdec0Golden = 35;

// Chooses for a GPU the manifests of its driver and its VBIOS, for a switch that of its BIOS, and makes for
// each
// ("gpu-0/driver-rim") rim_present, or rim_kind and rim_version; then rim_conflict, and measurement_present
// and measurement_match for every active golden value. Of manifests that fit, the first is chosen; else one
// of another version, else one of another product. Measurements without a golden value are not looked at.
// Writes claims "measres", "x-nvidia-mismatch-measurement-records" and those about the manifests. Returns the
// manifests chosen.
std::vector<const Rim*> appraise_measurements(Appraisal& appraisal, const GpuFacts& gpu,
                                              const std::vector<Rim>& rims);

// The identifiers under which NVIDIA's service has a device's manifests: "NV_GPU_DRIVER_GH100_550.90.07".
std::vector<std::string> rim_ids(const GpuFacts& gpu);

}  // namespace assay::attest
