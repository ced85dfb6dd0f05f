#include "stack/evidence/shapes.h"

#include <fmt/format.h>

#include <algorithm>

namespace assay::evidence {

namespace {

using wire::Version;

const Firmware kHopper{Model::gh100, "550.90.07", "96.00.9F.00.01"};
const Firmware kOlder{Model::gh100, "535.86.09", "96.00.5E.00.01"};
const Firmware kBlackwell{Model::gb100, "575.32", "97.00.88.00.0A"};
const Firmware kSwitch{Model::ls10, "", "96.10.55.00.01"};

GpuOptions gpu(const Firmware& firmware, Version version = Version::v1_1) {
    GpuOptions options;
    options.firmware = firmware;
    options.version = version;
    return options;
}

GpuOptions with(GpuOptions options, const std::function<void(GpuOptions&)>& edit) {
    edit(options);
    return options;
}

MachineOptions gpus(std::vector<GpuOptions> all) {
    MachineOptions options;
    options.gpus = std::move(all);
    return options;
}

// As NVIDIA's machines with protected PCIe are: eight GPUs, and four switches between them.
MachineOptions protected_pcie() {
    const GpuOptions one = with(gpu(kHopper), [](GpuOptions& options) { options.protected_pcie = true; });
    MachineOptions options = gpus(std::vector<GpuOptions>(kMachineGpus, one));
    for (size_t i = 0; i < kMachineSwitches; ++i)
        options.gpus.push_back(with(gpu(kSwitch), [i](GpuOptions& other) { other.position = i; }));
    return options;
}

MachineOptions platform(bool tpm, bool snp) {
    MachineOptions options;
    options.tpm = tpm;
    options.snp = snp;
    return options;
}

MachineOptions vouched_key() {
    MachineOptions options = platform(true, true);
    options.runtime_data = true;
    return options;
}

MachineOptions composite(bool tpm) {
    MachineOptions options = gpus({gpu(kHopper)});
    options.tpm = tpm;
    options.snp = options.composite = true;
    return options;
}

std::vector<Shape> make_shapes() {
    MachineOptions rsa = platform(true, false);
    rsa.boot.rsa = true;
    MachineOptions vlek = platform(false, true);
    vlek.processor.vlek = true;
    MachineOptions genoa = platform(false, true);
    genoa.processor = {.label = "genoa", .version = 3, .processor = evidence::genoa()};
    MachineOptions turin = platform(false, true);
    turin.processor = {.label = "turin", .version = 5, .processor = evidence::turin()};
    return {
        {"hopper", "an H100 at SPDM 1.1", gpus({gpu(kHopper)})},
        {"hopper-1.2", "an H100 at SPDM 1.2", gpus({gpu(kHopper, Version::v1_2)})},
        {"hopper-no-fwid", "an H100 whose report does not name its firmware",
         gpus({with(gpu(kOlder), [](GpuOptions& one) { one.fwid_reported = false; })})},
        {"hopper-flagged", "an H100 whose report says what it is set to",
         gpus({with(gpu(kHopper), [](GpuOptions& one) { one.feature_flag = 0; })})},
        {"blackwell", "a B100, whose certificate has a DiceTcbInfo", gpus({gpu(kBlackwell)})},
        {"blackwell-1.2", "a B100 at SPDM 1.2", gpus({gpu(kBlackwell, Version::v1_2)})},
        {"switch", "an LS10 switch", gpus({gpu(kSwitch)})},
        {"protected-pcie", "eight GPUs and four switches with protected PCIe", protected_pcie()},
        {"four", "four H100", gpus({gpu(kHopper), gpu(kHopper), gpu(kHopper), gpu(kHopper)})},
        {"tpm", "a virtual TPM alone", platform(true, false)},
        {"tpm-rsa", "a virtual TPM with an RSA attestation key", rsa},
        {"snp", "SEV-SNP alone, signed by the chip's key", platform(false, true)},
        {"snp-vlek", "SEV-SNP alone, signed by a cloud provider's key", vlek},
        {"composite", "an H100, a virtual TPM and SEV-SNP, bound together", composite(true)},
        {"composite-no-tpm", "an H100 and SEV-SNP, bound together", composite(false)},
        {"snp-genoa", "SEV-SNP of a Genoa, in a report of version 3", genoa},
        {"snp-turin", "SEV-SNP of a Turin, in a report of version 5", turin},
        {"runtime-data", "a virtual TPM whose key has no certificate, and SEV-SNP that vouches for the key",
         vouched_key()},
    };
}

}  // namespace

std::span<const Shape> shapes() {
    static const std::vector<Shape> all = make_shapes();
    return all;
}

Result<Machine> genuine(std::string_view shape, uint64_t seed) {
    const auto found = std::ranges::find(shapes(), shape, &Shape::name);
    if (found == shapes().end())
        return fail(Errc::bad_text, "shape", Error::npos, fmt::format("there is no shape '{}'", shape));
    MachineOptions options = found->options;
    options.seed = seed;
    Machine machine = evidence::genuine(options);
    if (shape == "hopper-no-fwid") machine.policy["fwid_required"] = false;
    return machine;
}

const Firmware& hopper_firmware() { return kHopper; }
const Firmware& older_firmware() { return kOlder; }

}  // namespace assay::evidence
