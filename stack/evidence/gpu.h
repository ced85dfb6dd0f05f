// Synthetic GPUs and switches: identity, firmware and report, in the shapes that NVIDIA's have.
#pragma once

#include <map>
#include <span>

#include "stack/evidence/certificate.h"
#include "stack/evidence/report.h"

namespace assay::evidence {

enum class Model : uint8_t { gh100, gb100, ls10 };
std::string_view name(Model model);

// Extensions of the leaf that name its firmware (TCG DICE): as Hopper and LS10 have it, and as Blackwell.
inline constexpr std::string_view kOidCompositeDeviceId = "2.23.133.5.4.1";
inline constexpr std::string_view kOidTcbInfo = "2.23.133.5.4.1.1";
Bytes composite_device_id(const KeyName& name, ByteView fwid);
// DiceTcbInfo; `fwids` are SHA-384 digests, the first one counts.
struct TcbInfoForm {
    std::string vendor = "NVIDIA", model, version = "01";
    uint64_t svn = 1, layer = 0, index = 0;
    std::vector<Bytes> fwids;
    std::string_view digest_oid = "2.16.840.1.101.3.4.2.2";
};
Bytes tcb_info(const TcbInfoForm& form);

// Measurement i of the firmware with that name, 48 bytes: what its manifest says, alternative `which`.
Bytes measurement(std::string_view firmware, size_t index, size_t which = 0);

struct Firmware {
    Model model = Model::gh100;
    std::string driver;  // "550.90.07"; empty on a switch
    std::string vbios;   // "96.00.9F.00.01"

    // Which resources of the two manifests are active, with the number of alternatives; a switch has one
    // manifest.
    std::map<size_t, size_t> driver_resources() const;
    std::map<size_t, size_t> vbios_resources() const;
    size_t block_count() const;
    // What is measured at that place, from 0; zeros where nothing is.
    Bytes measured(size_t index) const;
};

struct GpuForm {
    std::string model;  // that evidence.json says
    Chain chain;        // leaf, BROM, provisioner, identity, root
    ReportForm report;
    std::optional<VcaForm> vca;
    bool der = false;  // certificates in DER instead of PEM
};

struct GpuOptions {
    Firmware firmware;
    std::string label;  // of the device; its leaf's key follows from it
    Bytes nonce;
    wire::Version version = wire::Version::v1_1;
    bool fwid_reported = true;
    uint8_t nvdec0 = opaque::kOn;
    bool protected_pcie = false;
    size_t position = 0;  // of a switch, among those of its machine
    // Opaque fields 33, 34 and 36: version 1, and this flag.
    std::optional<uint8_t> feature_flag;
};
// A genuine one.
GpuForm genuine(const GpuOptions& options);

// How devices of one machine with protected PCIe name each other, 8 bytes: as a switch names itself and the
// GPUs. A GPU names the switches with the bytes in reverse order, one at each of its links.
inline constexpr size_t kMachineGpus = 8, kMachineSwitches = 4, kGpuLinks = 18;
Bytes switch_pdi(size_t position);
Bytes gpu_pdi(size_t position);
Bytes switches_of_gpu(std::span<const Bytes> pdis);  // SWITCH_PDI
Bytes gpus_of_switch(std::span<const Bytes> pdis);   // SWITCH_GPU_PDIS, for 8

// Five certificates, leaf first, the root the same for all.
Chain device_chain(Model model, std::string_view label, ByteView fwid);
// VBIOS_VERSION as a GPU reports it, 8 bytes.
Bytes vbios_bytes(std::string_view version);
// One u32 for each measurement, 0 exactly where it is zero.
Bytes measurement_counts(const ReportForm& form, size_t entries);

}  // namespace assay::evidence
