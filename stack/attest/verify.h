// The verifier: evidence in, a verdict with reasons out.
#pragma once

#include "stack/attest/appraisal.h"
#include "stack/attest/evidence.h"

namespace assay::attest {

// Makes every check that can be made of the evidence, in this order: is there any, and what the policy
// requires; each reference manifest ("rim-0"); each GPU or switch ("gpu-0"), and its measurements against the
// manifests; the TPM ("tpm") and SEV-SNP ("snp") with their binding to the GPUs; the policy. Any check that
// does not hold decides.
Appraisal verify(const Evidence& evidence, const Context& context, FaultConfig faults = {});

// The same into an appraisal that already holds what was found in reading the evidence.
void verify(Appraisal& appraisal, const Evidence& evidence, const Context& context);

}  // namespace assay::attest
