#include "stack/attest/verify.h"

#include <fmt/format.h>

#include <algorithm>

#include "stack/attest/binding.h"
#include "stack/attest/measurements.h"
#include "stack/attest/ocsp.h"
#include "stack/attest/policy_checks.h"
#include "stack/attest/snp.h"
#include "stack/attest/topology.h"
#include "stack/attest/tpm.h"

namespace assay::attest {

namespace {

bool has(const Evidence& evidence, EvidenceKind kind) {
    switch (kind) {
        case EvidenceKind::gpu: return !evidence.gpus.empty();
        case EvidenceKind::tpm: return evidence.tpm.has_value();
        case EvidenceKind::snp: break;
    }
    return evidence.snp.has_value();
}

// The chain of evidence whose own appraisal has already said what is wrong with its form.
Chain chain_again(const File& file) {
    Appraisal aside;
    return read_chain(aside, {}, file).value_or(Chain());
}

class Verification {
   public:
    Verification(Appraisal& appraisal, const Evidence& evidence, const Context& context)
        : appraisal_(appraisal), evidence_(evidence), context_(context) {}

    void run() {
        const Roots& roots = context_.roots;
        for (const auto* pinned : {&roots.device, &roots.rim, &roots.tpm, &roots.amd})
            for (const crypto::Certificate& root : *pinned) appraisal_.certificates().add(root);
        whole();
        ocsp_ = read_ocsp(appraisal_, evidence_.ocsp, context_.ocsp);
        for (size_t i = 0; i < evidence_.rims.size(); ++i)
            manifest(fmt::format("rim-{}", i), evidence_.rims[i]);
        for (size_t i = 0; i < evidence_.gpus.size(); ++i)
            device(fmt::format("gpu-{}", i), evidence_.gpus[i]);
        repeated();
        appraise_topology(appraisal_, context_.policy, devices_);
        platform();
        std::vector<std::string> subjects;
        for (const GpuFacts& device : devices_) subjects.push_back(device.subject);
        appraise_claims(appraisal_, context_.policy, subjects);
    }

   private:
    void whole() {
        const Policy& policy = context_.policy;
        appraisal_.demand(Check::policy_empty, !policy.empty(), {.field = "policy"});
        appraisal_.demand(Check::evidence_present, !evidence_.empty(), {});
        for (const EvidenceKind kind : policy.require) {
            const bool there = has(evidence_, kind);
            appraisal_.demand(Check::evidence_required, there,
                              {.field = std::string(name(kind)), .reason = there ? "" : "there is none"});
        }
        if (policy.composite) {
            const bool bound = !evidence_.gpus.empty() && (evidence_.tpm || evidence_.snp);
            appraisal_.demand(
                Check::evidence_required, bound,
                {.field = "composite", .reason = bound ? "" : "there is nothing to bind together"});
        }
        appraisal_.demand(Check::nonce_expected, all_expected(context_, evidence_), {.field = "nonce"});
    }

    void manifest(const std::string& subject, const File& file) {
        auto rim = appraise_rim(appraisal_, subject, file, context_);
        if (!rim) return;
        auto& claims = appraisal_.claims()[subject];
        claims["tag-id"] = rim->tag_id;
        claims["product"] = rim->product;
        claims["version"] = rim->version;
        claims["revision"] = rim->revision;
        appraise_revocation(appraisal_, subject, rim->chain, Revocable::rim, ocsp_, context_);
        rims_.push_back(*std::move(rim));
    }

    void device(const std::string& subject, const GpuEvidence& gpu) {
        GpuFacts facts = appraise_gpu(appraisal_, subject, gpu, context_);
        appraise_revocation(appraisal_, subject, facts.chain, Revocable::device, ocsp_, context_);
        const auto chosen = appraise_measurements(appraisal_, facts, rims_);
        appraise_policy(appraisal_, context_.policy, facts, chosen);
        devices_.push_back(std::move(facts));
    }

    // One device's report shown as that of several.
    void repeated() {
        std::vector<Bytes> leaves;
        for (const GpuFacts& device : devices_)
            if (!device.chain.empty()) leaves.push_back(to_bytes(device.chain.front().der()));
        if (leaves.size() < 2) return;
        std::ranges::sort(leaves);
        const auto twice = std::ranges::adjacent_find(leaves);
        const bool held = twice == leaves.end();
        appraisal_.demand(Check::evidence_repeated, held,
                          {.field = "certificates[0]", .bytes = held ? ByteView() : ByteView(*twice)});
    }

    void platform() {
        if (evidence_.tpm) {
            appraise_tpm(appraisal_, *evidence_.tpm, evidence_, context_);
            appraise_revocation(appraisal_, "tpm", chain_again(evidence_.tpm->certificates), Revocable::tpm,
                                ocsp_, context_);
        }
        if (evidence_.snp) {
            appraise_snp(appraisal_, *evidence_.snp, evidence_, context_);
            appraise_revocation(appraisal_, "snp", chain_again(evidence_.snp->certificates), Revocable::amd,
                                ocsp_, context_);
        }
    }

    Appraisal& appraisal_;
    const Evidence& evidence_;
    const Context& context_;
    std::vector<OcspFile> ocsp_;
    std::vector<Rim> rims_;
    std::vector<GpuFacts> devices_;
};

}  // namespace

void verify(Appraisal& appraisal, const Evidence& evidence, const Context& context) {
    Verification(appraisal, evidence, context).run();
}

Appraisal verify(const Evidence& evidence, const Context& context, FaultConfig faults) {
    Appraisal appraisal(faults);
    verify(appraisal, evidence, context);
    return appraisal;
}

}  // namespace assay::attest
