// What is wrong with the devices of one machine together, each of which is genuine.
#include "conformance/suites/verifier/edits.h"

namespace assay::cases::verifier {

namespace {

using namespace edits;

constexpr size_t kFirstSwitch = kMachineGpus;  // of the shape's devices

std::vector<Bytes> switch_pdis(std::initializer_list<size_t> positions) {
    std::vector<Bytes> all;
    for (const size_t position : positions) all.push_back(switch_pdi(position));
    return all;
}
void gpu_names(Machine& machine, size_t gpu, const std::vector<Bytes>& pdis) {
    machine.report(gpu).field(opaque::pdi)->value = switches_of_gpu(pdis);
}
void gpu_of_another_machine(Machine& machine) { gpu_names(machine, 5, switch_pdis({10, 11, 12, 13})); }
void gpu_with_another_switch(Machine& machine) { gpu_names(machine, 5, switch_pdis({0, 1, 2, 13})); }
void three_switches(Machine& machine) {
    for (size_t i = 0; i < kFirstSwitch; ++i) gpu_names(machine, i, switch_pdis({0, 1, 2}));
}
void five_switches(Machine& machine) {
    for (size_t i = 0; i < kFirstSwitch; ++i) gpu_names(machine, i, switch_pdis({0, 1, 2, 3, 4}));
}
// What a verifier that does not reverse the bytes would take for right.
void gpus_name_unreversed(Machine& machine) {
    std::vector<Bytes> reversed;
    for (Bytes pdi : switch_pdis({0, 1, 2, 3})) {
        std::ranges::reverse(pdi);
        reversed.push_back(pdi);
    }
    for (size_t i = 0; i < kFirstSwitch; ++i) gpu_names(machine, i, reversed);
}

Bytes& own_pdi(Machine& machine, size_t index) {
    return machine.report(kFirstSwitch + index).field(opaque::pdi)->value;
}
void other_switch(Machine& machine) { own_pdi(machine, 1) = switch_pdi(11); }

void switch_names(Machine& machine, size_t index, std::initializer_list<size_t> positions) {
    std::vector<Bytes> all;
    for (const size_t position : positions) all.push_back(gpu_pdi(position));
    machine.report(kFirstSwitch + index).field(opaque::switch_gpu_pdis)->value = gpus_of_switch(all);
}
void switch_of_other_gpus(Machine& machine) { switch_names(machine, 2, {0, 1, 2, 3, 4, 5, 6, 17}); }
void seven_gpus(Machine& machine) {
    for (size_t i = 0; i < kMachineSwitches; ++i) switch_names(machine, i, {0, 1, 2, 3, 4, 5, 6, 6});
}

// FEATURE_FLAG says it, and each is in a mode that the policy allows.
void mixed_flags(Machine& machine) {
    for (size_t i = 0; i < machine.gpus.size(); ++i) {
        std::vector<OpaqueForm>& fields = machine.report(i).opaque;
        fields.push_back({opaque::data_version, {1, 0}, {}});
        fields.push_back({opaque::feature_flag, {static_cast<uint8_t>(i == 1 ? 1 : 0), 0}, {}});
    }
}

}  // namespace

std::span<const Edit> topology_edits() {
    static constexpr Edit kEdits[] = {
        {"topology/gpu-of-another-machine", gpu_of_another_machine},
        {"topology/gpu-with-another-switch", gpu_with_another_switch},
        {"topology/three-switches", three_switches},
        {"topology/five-switches", five_switches},
        {"topology/gpus-name-unreversed", gpus_name_unreversed},
        {"topology/other-switch", other_switch},
        {"topology/switch-of-other-gpus", switch_of_other_gpus},
        {"topology/seven-gpus", seven_gpus},
        {"topology/mixed-flags", mixed_flags},
    };
    return kEdits;
}

}  // namespace assay::cases::verifier
