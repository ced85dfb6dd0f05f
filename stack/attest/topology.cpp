#include "stack/attest/topology.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace assay::attest {

namespace {

constexpr size_t kPdiSize = 8;

using Pdis = std::set<Bytes>;

bool is_gpu(const GpuFacts& device) { return device.kind == DeviceKind::gpu; }

// The first `most` PDIs of a field, without those of links that lead nowhere. `reversed`: the last byte
// first.
Pdis pdis_of(const OpaqueField* field, size_t most, bool reversed) {
    Pdis found;
    if (field == nullptr) return found;
    const ByteView all = field->value;
    for (size_t i = 0; i < most && (i + 1) * kPdiSize <= all.size(); ++i) {
        Bytes pdi = to_bytes(all.subspan(i * kPdiSize, kPdiSize));
        if (std::ranges::all_of(pdi, [](uint8_t byte) { return byte == 0; })) continue;
        if (reversed) std::ranges::reverse(pdi);
        found.insert(std::move(pdi));
    }
    return found;
}

Pdis named_by_gpu(const GpuFacts& gpu) {
    const OpaqueField* field = gpu.opaque.find(opaque::pdi);
    return pdis_of(field, field == nullptr ? 0 : field->value.size() / kPdiSize, true);
}
Pdis named_by_switch(const GpuFacts& one) {
    return pdis_of(one.opaque.find(opaque::switch_gpu_pdis), kProtectedGpus, false);
}

std::string text(const Pdis& pdis) {
    std::vector<std::string> all;
    for (const Bytes& pdi : pdis) all.push_back(to_hex(pdi));
    return fmt::format("{}", fmt::join(all, ", "));
}

class Topology {
   public:
    Topology(Appraisal& appraisal, const std::vector<GpuFacts>& devices)
        : appraisal_(appraisal), devices_(devices) {}

    void modes() {
        const GpuFacts* first = nullptr;
        for (const GpuFacts& device : devices_) {
            if (!is_gpu(device) || !device.mode) continue;
            if (first == nullptr) first = &device;
            if (device.mode == first->mode) continue;
            appraisal_.demand(Check::gpu_modes, false,
                              {.subject = device.subject,
                               .field = "mode",
                               .reason = fmt::format("{}, and {} is {}", name(*device.mode), first->subject,
                                                     name(*first->mode))});
            return;
        }
        if (first != nullptr) appraisal_.demand(Check::gpu_modes, true, {.field = "mode"});
    }

    void protected_pcie() {
        whole();
        each_names<true>(Check::ppcie_switches, opaque::pdi, "SWITCH_PDI", kProtectedSwitches, named_by_gpu);
        shown_switches();
        each_names<false>(Check::ppcie_gpus, opaque::switch_gpu_pdis, "SWITCH_GPU_PDIS", kProtectedGpus,
                          named_by_switch);
    }

   private:
    void whole() {
        const auto gpus = static_cast<size_t>(std::ranges::count_if(devices_, is_gpu));
        const size_t switches = devices_.size() - gpus;
        const bool held = gpus == kProtectedGpus && switches == kProtectedSwitches;
        CheckSite site{.field = "gpus"};
        if (!held) {
            site.reason = fmt::format("{} GPUs and {} switches are shown, of {} and {}", gpus, switches,
                                      kProtectedGpus, kProtectedSwitches);
        }
        appraisal_.demand(Check::ppcie_devices, held, std::move(site));
    }

    // Each device of a kind names as many of the other as there are, and the same.
    template <bool kGpus>
    void each_names(Check check, uint16_t type, std::string field, size_t count,
                    Pdis (*named)(const GpuFacts&)) {
        const GpuFacts* first = nullptr;
        for (const GpuFacts& device : devices_) {
            if (is_gpu(device) != kGpus) continue;
            if (first == nullptr) first = &device;
            const Pdis pdis = named(device), others = named(*first);
            if (pdis.size() == count && pdis == others) continue;
            refuse(check, device, type, std::move(field),
                   pdis == others
                       ? fmt::format("it names {}, and not {}", pdis.size(), count)
                       : fmt::format("it names {}; {} names {}", text(pdis), first->subject, text(others)));
            return;
        }
        if (first != nullptr) appraisal_.demand(check, true, {.field = std::move(field)});
    }

    // The switches that are shown are those that the GPUs name, each once.
    void shown_switches() {
        Pdis expected;
        for (const GpuFacts& device : devices_)
            if (is_gpu(device)) expected.merge(named_by_gpu(device));
        for (const GpuFacts& device : devices_) {
            if (is_gpu(device)) continue;
            const Pdis own = pdis_of(device.opaque.find(opaque::pdi), 1, false);
            if (own.size() == 1 && expected.erase(*own.begin()) == 1) continue;
            refuse(Check::ppcie_switch_pdi, device, opaque::pdi, "DEVICE_PDI",
                   fmt::format("what the GPUs name besides is {}", text(expected)));
            return;
        }
        appraisal_.demand(Check::ppcie_switch_pdi, true, {.field = "DEVICE_PDI"});
    }

    void refuse(Check check, const GpuFacts& device, uint16_t type, std::string field, std::string reason) {
        CheckSite site{.subject = device.subject, .field = std::move(field), .reason = std::move(reason)};
        if (const OpaqueField* found = device.opaque.find(type)) {
            site.offset = found->offset;
            site.bytes = found->value;
        } else {
            site.reason = "it is not there";
        }
        appraisal_.demand(check, false, std::move(site));
    }

    Appraisal& appraisal_;
    const std::vector<GpuFacts>& devices_;
};

}  // namespace

void appraise_topology(Appraisal& appraisal, const Policy& policy, const std::vector<GpuFacts>& devices) {
    Topology topology(appraisal, devices);
    topology.modes();
    if (policy.ppcie_topology && std::ranges::any_of(devices, &GpuFacts::protected_pcie))
        topology.protected_pcie();
}

}  // namespace assay::attest
