// Evidence of two machines, each half of which is genuine.
#include "conformance/suites/verifier/edits.h"

namespace assay::cases::verifier {

namespace {

using namespace edits;

// The same nonce, asked of another machine.
Machine other(const Machine& machine) {
    Machine second = *genuine("composite", machine.seed + 1);
    second.nonce = machine.nonce;
    for (GpuForm& gpu : second.gpus) gpu.report.nonce = machine.nonce;
    return second;
}

// What the first machine's TPM and processor vouch for, before anything is exchanged.
void keep_bound(Machine& machine) {
    machine.tpm->quote.extra_data = quoted_nonce(machine);
    machine.snp->report_data = report_data(machine);
}

void other_gpu(Machine& machine) {
    keep_bound(machine);
    machine.gpus = other(machine).gpus;
}
// The processor vouches for what is there, the TPM for another GPU.
void other_gpu_of_tpm(Machine& machine) {
    Machine second = other(machine);
    keep_bound(machine);
    machine.tpm->quote.extra_data = quoted_nonce(second);
}
void other_tpm(Machine& machine) {
    keep_bound(machine);
    BootOptions options;
    options.label = "another vtpm";
    const Bytes quoted = machine.tpm->quote.extra_data;
    machine.tpm = evidence::genuine(options);
    machine.tpm->quote.extra_data = quoted;
}
void other_processor(Machine& machine) { machine.snp->report_data = report_data(other(machine)); }
void unbound_processor(Machine& machine) {
    machine.snp->report_data = machine.nonce;
    machine.snp->report_data.resize(64);
}
void unbound_tpm(Machine& machine) { machine.tpm->quote.extra_data = machine.nonce; }
void old_nonce(Machine& machine) {
    Machine old = machine;
    old.nonce = Bytes(32, 0x77);
    keep_bound(old);
    machine.tpm->quote.extra_data = old.tpm->quote.extra_data;
    machine.snp->report_data = old.snp->report_data;
}
void further_gpu(Machine& machine) {
    keep_bound(machine);
    machine.gpus.push_back(other(machine).gpus.front());
}
void gpu_left_out(Machine& machine) {
    machine.gpus.push_back(other(machine).gpus.front());
    keep_bound(machine);
    machine.gpus.pop_back();
}
void gpus_swapped(Machine& machine) {
    machine.gpus.push_back(other(machine).gpus.front());
    keep_bound(machine);
    std::swap(machine.gpus[0], machine.gpus[1]);
}
void tpm_left_out(Machine& machine) {
    keep_bound(machine);
    machine.tpm.reset();
    machine.policy["require"] = {"gpu", "snp"};
}
// A policy that wants both kinds bound, and evidence of one kind only, made for the bare nonce.
void gpu_alone(Machine& machine) {
    machine.tpm.reset();
    machine.snp.reset();
}

// The same, and the policy requires no other kind.
void gpu_alone_allowed(Machine& machine) {
    gpu_alone(machine);
    machine.policy["require"] = {"gpu"};
}

}  // namespace

std::span<const Edit> binding_edits() {
    static constexpr Edit kEdits[] = {
        {"binding/other-gpu", other_gpu},
        {"binding/other-gpu-of-tpm", other_gpu_of_tpm},
        {"binding/other-tpm", other_tpm},
        {"binding/other-processor", other_processor},
        {"binding/unbound-processor", unbound_processor},
        {"binding/unbound-tpm", unbound_tpm},
        {"binding/old-nonce", old_nonce},
        {"binding/further-gpu", further_gpu},
        {"binding/gpu-left-out", gpu_left_out},
        {"binding/gpus-swapped", gpus_swapped},
        {"binding/tpm-left-out", tpm_left_out},
        {"binding/gpu-alone", gpu_alone},
        {"binding/gpu-alone-allowed", gpu_alone_allowed},
    };
    return kEdits;
}

}  // namespace assay::cases::verifier
