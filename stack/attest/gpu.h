// One GPU or switch: its report, its certificates, and its claims.
#pragma once

#include "stack/attest/chain.h"
#include "stack/attest/fwid.h"
#include "stack/attest/gpu_report.h"
#include "stack/attest/opaque.h"

namespace assay::attest {

// What was found of one device, for its manifests, the policy and its binding to other evidence.
struct GpuFacts {
    std::string subject;  // "gpu-0"
    std::string model;    // as its certificates have it: "GH100"
    DeviceKind kind = DeviceKind::gpu;
    wire::Version version{};
    std::optional<GpuReport> report;
    OpaqueFields opaque;
    std::optional<FirmwareId> fwid;
    Chain chain;  // as in the evidence, verified or not; empty when it could not be read
    std::optional<GpuMode> mode;
    bool protected_pcie = false;  // whatever else it is set to

    std::string driver_version() const;
    std::string vbios_version() const;
};

// Makes every check of one device but those of manifests and policy, cert_* to fwid_match, and writes its
// claims under its subject.
GpuFacts appraise_gpu(Appraisal& appraisal, const std::string& subject, const GpuEvidence& evidence,
                      const Context& context);

// The model that a certificate of NVIDIA's is of, by its common name: "GH100" of "GH100 A01 GSP BROM", "LS10"
// of "LS_10 A01 FSP BROM"; empty when it is none.
std::string model_of(std::string_view common_name);
// nullopt for a model that is not known.
std::optional<DeviceKind> kind_of(std::string_view model);

}  // namespace assay::attest
