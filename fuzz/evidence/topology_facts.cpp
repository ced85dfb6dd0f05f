// What the devices of one machine say of each other.
#include <algorithm>
#include <set>

#include "fuzz/evidence/oracles.h"

namespace assay::fuzz {

using namespace evidence;

namespace {

using Names = std::set<Bytes>;

// Of eight bytes each; what is zero names nobody.
Names names_in(const OpaqueForm* field, size_t most) {
    Names all;
    for (size_t i = 0; field != nullptr && i < most && 8 * (i + 1) <= field->value.size(); ++i) {
        const auto at = field->value.begin() + static_cast<ptrdiff_t>(8 * i);
        const Bytes name(at, at + 8);
        if (name != Bytes(8)) all.insert(name);
    }
    return all;
}

Names switches_of(const GpuForm& gpu) {
    Names all;
    for (const Bytes& name : names_in(field_of(gpu, opaque::pdi), kGpuLinks))
        all.insert(Bytes(name.rbegin(), name.rend()));
    return all;
}

bool is_protected(const GpuForm& gpu) {
    return !is_switch(gpu) && (number_of(gpu, opaque::protected_pcie) == opaque::kOn ||
                               number_of(gpu, opaque::feature_flag) == 2);
}

bool is_asked(const EvidenceView& view) {
    return view.policy.value("ppcie_topology", true) && std::ranges::any_of(view.machine.gpus, is_protected);
}

bool gpus_are_set_to_the_same(const EvidenceView& view) {
    std::set<std::string> modes;
    for (const GpuForm& gpu : view.machine.gpus)
        if (!is_switch(gpu)) modes.insert(mode_of(gpu));
    return modes.size() <= 1;
}

bool a_protected_machine_is_shown_whole(const EvidenceView& view) {
    const auto switches = static_cast<size_t>(std::ranges::count_if(view.machine.gpus, is_switch));
    return !is_asked(view) ||
           (switches == kMachineSwitches && view.machine.gpus.size() - switches == kMachineGpus);
}

bool protected_devices_name_each_other(const EvidenceView& view) {
    if (!is_asked(view)) return true;
    std::set<Names> switches, gpus;
    std::multiset<Bytes> shown;
    for (const GpuForm& one : view.machine.gpus) {
        if (is_switch(one)) {
            gpus.insert(names_in(field_of(one, opaque::switch_gpu_pdis), kMachineGpus));
            const OpaqueForm* own = field_of(one, opaque::pdi);
            shown.insert(own == nullptr ? Bytes() : own->value);
        } else {
            switches.insert(switches_of(one));
        }
    }
    return switches.size() == 1 && switches.begin()->size() == kMachineSwitches &&
           std::ranges::equal(*switches.begin(), shown) && gpus.size() == 1 &&
           gpus.begin()->size() == kMachineGpus;
}

}  // namespace

std::span<const Fact> topology_facts() {
    static constexpr Fact kFacts[] = {
        {"GPUs are set to the same", gpus_are_set_to_the_same},
        {"a protected machine is shown whole", a_protected_machine_is_shown_whole},
        {"protected devices name each other", protected_devices_name_each_other},
    };
    return kFacts;
}

}  // namespace assay::fuzz
