// Evidence as a whole, and what the verifier brings but for its policy.
#include <algorithm>

#include "fuzz/evidence/edits.h"

namespace assay::fuzz::edits {

using namespace evidence;

namespace {

// The same firmware on another device.
void become_another(GpuForm& gpu, const std::string& label) {
    constexpr Model kModels[] = {Model::gh100, Model::gb100, Model::ls10};
    const auto* model = std::ranges::find(kModels, gpu.model, [](Model one) { return name(one); });
    if (model == std::end(kModels)) return;
    const OpaqueForm* fwid = gpu.report.field(opaque::fwid);
    gpu.chain = device_chain(*model, label, fwid == nullptr ? other_digest("firmware") : fwid->value);
}

}  // namespace

void device_gone(EvidenceCase& evidence_case, const VerifierStep& step) {
    erase_one(evidence_case.machine.gpus, step.a);
}

// c: whether the second is another one, and at the end.
void device_twice(EvidenceCase& evidence_case, const VerifierStep& step) {
    const GpuForm* gpu = chosen(evidence_case.machine.gpus, step.a);
    // Each costs as much as all the others.
    if (gpu == nullptr || evidence_case.machine.gpus.size() > 4) return;
    GpuForm second = *gpu;
    if ((step.c & 1) != 0) {
        become_another(second, "device again");
        second.report.signer = second.chain.front().key;
    }
    insert_after(evidence_case.machine.gpus, step.a, std::move(second), (step.c & 2) != 0);
}

// a, b: which.
void device_moved(EvidenceCase& evidence_case, const VerifierStep& step) {
    swap_two(evidence_case.machine.gpus, step.a, step.b);
}

// b: which one; c: whether its report is its own.
void device_other(EvidenceCase& evidence_case, const VerifierStep& step) {
    GpuForm* gpu = chosen(evidence_case.machine.gpus, step.a);
    if (gpu == nullptr) return;
    become_another(*gpu, "another device " + std::to_string(step.b % 4));
    if (step.c % 2 == 0) gpu->report.signer = gpu->chain.front().key;
}

// c: which.
void device_model(EvidenceCase& evidence_case, const VerifierStep& step) {
    static const std::string kModels[] = {"GH100", "GB100", "LS10", "GX999"};
    if (GpuForm* gpu = chosen(evidence_case.machine.gpus, step.a)) gpu->model = chosen(kModels, step.c);
}

// c: which.
void platform_gone(EvidenceCase& evidence_case, const VerifierStep& step) {
    if (step.c % 2 == 0) evidence_case.machine.tpm.reset();
    if (step.c % 2 == 1) evidence_case.machine.snp.reset();
}

void bound_now(EvidenceCase& evidence_case, const VerifierStep& /*step*/) {
    Machine& machine = evidence_case.machine;
    if (machine.tpm) machine.tpm->quote.extra_data = vouched_by_tpm(machine);
    if (machine.snp) machine.snp->report_data = vouched_by_processor(machine);
}

// b: which bit; c: how, and whether the devices were asked with it.
void brought_nonce(EvidenceCase& evidence_case, const VerifierStep& step) {
    Bytes& nonce = evidence_case.machine.nonce;
    switch (step.c % 4) {
        case 0: nonce = Bytes(32, 0x42); break;
        case 1: flip(nonce, step.b, step.c / 8); break;
        case 2: nonce.assign(32, 0); break;
        default: nonce.clear(); break;
    }
    if ((step.c & 4) == 0) return;
    for (GpuForm& gpu : evidence_case.machine.gpus) gpu.report.nonce = nonce;
}

// c: when.
void time_moved(EvidenceCase& evidence_case, const VerifierStep& step) {
    const crypto::UnixTime times[] = {at(2026, 6, 1), at(2026, 12, 30), at(2027, 2, 1),
                                      at(2027, 5, 1), at(2025, 2, 1),   at(2024, 6, 1),
                                      at(2010, 1, 1), at(2033, 1, 1),   at(2050, 1, 1)};
    evidence_case.machine.time = chosen(times, step.c) + std::chrono::hours(step.b % 24);
}

// c: for what.
void root_gone(EvidenceCase& evidence_case, const VerifierStep& step) {
    evidence_case.machine.roots.erase(std::string(root_kind(static_cast<Owner>(step.c % 4))));
}

// a: the chain; c: which.
void root_other(EvidenceCase& evidence_case, const VerifierStep& step) {
    std::vector<OwnedChain> all = chains(evidence_case.machine);
    const OwnedChain* owned = chosen(all, step.a);
    if (owned == nullptr || owned->chain->empty()) return;
    Chain& roots = evidence_case.machine.roots[std::string(root_kind(owned->owner))];
    CertificateForm root = owned->chain->back();
    switch (step.c % 4) {
        case 0: root.key = root.signer = stranger(root.key.algo); break;
        case 1:
            root = (*owned->chain)[owned->chain->size() - std::min<size_t>(2, owned->chain->size())];
            break;
        case 2:
            if (const OwnedChain* other = chosen(all, step.b); !other->chain->empty())
                root = other->chain->back();
            break;
        default: break;
    }
    roots = {root};
}

// c: for what.
void root_more(EvidenceCase& evidence_case, const VerifierStep& step) {
    const auto roots =
        evidence_case.machine.roots.find(std::string(root_kind(static_cast<Owner>(step.c % 4))));
    if (roots == evidence_case.machine.roots.end()) return;
    CertificateForm root = roots->second.front();
    root.key = root.signer = stranger(root.key.algo);
    roots->second.push_back(std::move(root));
}

// a: of which file; b, c: which bit.
void file_byte(EvidenceCase& evidence_case, const VerifierStep& step) {
    static const std::string kFiles[] = {
        "gpu-0/report.bin", "gpu-0/vca.bin", "tpm/quote.bin",          "tpm/signature.bin", "snp/report.bin",
        "rims/0.xml",       "ocsp/0.der",    "gpu-0/certificates.pem", "tpm/event_log.bin", "evidence.json"};
    evidence_case.changed_bits[chosen(kFiles, step.a)] = {step.b * size_t{31} + step.c / 8U, step.c % 8};
}

}  // namespace assay::fuzz::edits
