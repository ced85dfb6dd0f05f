#include "fuzz/evidence/evidence_case.h"

#include "fuzz/evidence/edits.h"
#include "fuzz/evidence/targets.h"
#include "stack/evidence/shapes.h"

namespace assay::fuzz {

namespace {

using namespace evidence;
using evidence::shapes;

using Apply = void (*)(EvidenceCase&, const VerifierStep&);
constexpr Apply kApply[] = {
#define EDIT(name, what) edits::name,
#include "fuzz/evidence/edits.inc"
#undef EDIT
};

Bytes nonce_and_leaves(const Machine& machine) {
    Bytes all = machine.nonce;
    for (const GpuForm& gpu : machine.gpus)
        append(all, digest(crypto::HashAlgo::sha384, gpu.chain.empty() ? Bytes() : issue(gpu.chain.front())));
    return all;
}

bool is_composite(const Machine& machine) { return machine.policy.value("composite", false); }

}  // namespace

EvidenceCase evidence_case_of(uint8_t choice) {
    static std::vector<std::optional<Machine>> known(shapes().size());
    std::optional<Machine>& machine = known[choice % known.size()];
    if (!machine) {
        machine = evidence::genuine(shapes()[choice % shapes().size()].name).value_or(Machine());
        // So that all of its keys and most of its signatures are there.
        (void)make(*machine).has_value();
        keep_signatures();
    }
    EvidenceCase evidence_case;
    evidence_case.machine = *machine;
    return evidence_case;
}

void prepare_machines() {
    for (size_t i = 0; i < shapes().size(); ++i) evidence_case_of(static_cast<uint8_t>(i));
    for (const crypto::SignAlgo algo : {crypto::SignAlgo::rsapss_4096, crypto::SignAlgo::rsassa_2048})
        (void)key(edits::stranger(algo));
}

std::string_view shape_name(uint8_t choice) { return shapes()[choice % shapes().size()].name; }

void apply(EvidenceCase& evidence_case, const VerifierStep& step) {
    kApply[static_cast<size_t>(step.kind)](evidence_case, step);
}

void settle(EvidenceCase& evidence_case) {
    Machine& machine = evidence_case.machine;
    evidence_case.ocsp_responses = machine.ocsp ? ocsp_for(machine) : std::vector<OcspForm>();
    for (const OcspEdit& edit : evidence_case.ocsp_edits) edit(machine, evidence_case.ocsp_responses);
    machine.ocsp = false;
    machine.edit_ocsp = [responses = evidence_case.ocsp_responses](std::vector<OcspForm>& all) {
        all = responses;
    };
    machine.edit_files = [bits = evidence_case.changed_bits](evidence::Files& files) {
        for (const auto& [path, bit] : bits) {
            const auto file = files.find(path);
            if (file != files.end()) edits::flip(file->second, bit.first, bit.second);
        }
    };
}

EvidenceCase evidence_case_of(ByteView input) {
    EvidenceCase evidence_case = evidence_case_of(input.front());
    for (const VerifierStep& step : parse_verifier_program(input.subspan(kVerifierPrefix)))
        apply(evidence_case, step);
    settle(evidence_case);
    return evidence_case;
}

Bytes vouched_by_processor(const Machine& machine) {
    if (machine.runtime_data)
        return concat({digest(crypto::HashAlgo::sha256, make(*machine.runtime_data)), Bytes(32)});
    if (!is_composite(machine)) return concat({machine.nonce, Bytes(64 - machine.nonce.size())});
    Bytes all = nonce_and_leaves(machine);
    if (machine.tpm && !machine.tpm->chain.empty())
        append(all, digest(crypto::HashAlgo::sha384, issue(machine.tpm->chain.front())));
    return digest(crypto::HashAlgo::sha512, all);
}

Bytes vouched_by_tpm(const Machine& machine) {
    if (!is_composite(machine)) return machine.nonce;
    return digest(crypto::HashAlgo::sha256, nonce_and_leaves(machine));
}

std::vector<OwnedChain> chains(Machine& machine) {
    std::vector<OwnedChain> all;
    all.reserve(machine.gpus.size() + machine.rims.size() + 2);
    for (size_t i = 0; i < machine.gpus.size(); ++i)
        all.push_back({Owner::device, &machine.gpus[i].chain, i});
    for (size_t i = 0; i < machine.rims.size(); ++i)
        all.push_back({Owner::rim, &machine.rims[i].signature.certificates, i});
    const bool uncertified = machine.tpm && machine.tpm->chain.empty() && machine.runtime_data;
    if (machine.tpm && !uncertified) all.push_back({Owner::tpm, &machine.tpm->chain, 0});
    if (machine.snp) all.push_back({Owner::amd, &machine.snp->chain, 0});
    return all;
}

std::string_view root_kind(Owner owner) {
    constexpr std::string_view kKinds[] = {"device", "rim", "tpm", "amd"};
    return kKinds[static_cast<size_t>(owner)];
}

}  // namespace assay::fuzz
