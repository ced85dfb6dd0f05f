// A machine's evidence and a verifier's own inputs: genuine, and then edited in one place. From a seed and a
// few choices; signatures apart, the same bytes every time.
#pragma once

#include <memory>
#include <nlohmann/json.hpp>

#include "stack/evidence/files.h"
#include "stack/evidence/gpu.h"
#include "stack/evidence/ocsp.h"
#include "stack/evidence/rim.h"
#include "stack/evidence/runtime_data.h"
#include "stack/evidence/snp.h"
#include "stack/evidence/tpm.h"

namespace assay::evidence {

struct Machine {
    uint64_t seed = 1;

    // Shown.
    std::vector<GpuForm> gpus;
    std::vector<RimForm> rims;
    bool ocsp = true;  // responses for all certificates whose standing can be asked for, as they are then
    std::function<void(std::vector<OcspForm>&)> edit_ocsp;
    std::optional<TpmForm> tpm;
    std::optional<SnpForm> snp;
    std::optional<RuntimeDataForm> runtime_data;  // the processor vouches for it, and it for the TPM's key

    // Brought. The TPM's and the processor's evidence is made for this nonce, bound to the rest if the policy
    // says "composite", unless an edit has set it already.
    Bytes nonce;
    crypto::UnixTime time{};
    std::map<std::string, Chain> roots;  // "device", "rim", "tpm", "amd"
    nlohmann::ordered_json policy;

    // On what is written, when all is signed.
    std::function<void(nlohmann::ordered_json& evidence, nlohmann::ordered_json& context)> edit_lists;
    std::function<void(Files&)> edit_files;
    // What was wrong with an edit that is done while the evidence is made (edit.h); make() then fails with
    // it.
    std::shared_ptr<std::optional<Error>> edit_error = std::make_shared<std::optional<Error>>();

    GpuForm& gpu(size_t index = 0) { return gpus[index]; }
    ReportForm& report(size_t index = 0) { return gpus[index].report; }
    CertificateForm& certificate(size_t index) { return gpus[0].chain[index]; }
    // By what it is for: the first manifest of a GPU is its driver's, of a switch its only one.
    RimForm& driver() { return rims[0]; }
    RimForm& vbios() { return rims.back(); }
};

struct MachineOptions {
    uint64_t seed = 1;
    std::vector<GpuOptions> gpus;  // firmware and choices; label, nonce and so on follow
    bool tpm = false, snp = false;
    bool composite = false;
    bool runtime_data = false;  // instead of certificates of the TPM's key, which is an RSA key then
    bool ocsp = true;
    BootOptions boot;
    SnpOptions processor;
};
Machine genuine(const MachineOptions& options);

// The policy that asks for exactly this boot, of a TPM that is quoted in the SHA-256 or the SHA-384 bank.
nlohmann::ordered_json boot_policy(const TpmForm& tpm);

// For the GPUs and manifests as they stand: the certificates whose standing is asked for, which are all but
// roots and the devices' leaves, once each.
std::vector<OcspForm> ocsp_for(const Machine& machine);

// What a quote's extraData and a SEV-SNP report's REPORT_DATA are of evidence as it stands, bound together if
// the policy says "composite" (stack/attest/evidence.h). With runtime data REPORT_DATA is its digest.
Bytes quoted_nonce(const Machine& machine);
Bytes report_data(const Machine& machine);

// evidence.json, context.json and what they name. Errors: as make of a manifest, and `edit_error`.
Result<Files> make(const Machine& machine);

}  // namespace assay::evidence
