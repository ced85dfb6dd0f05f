// The virtual TPM: a quote, the attestation key that signed it, and the boot log that leads to what was
// quoted.
#pragma once

#include "stack/attest/appraisal.h"
#include "stack/attest/evidence.h"

namespace assay::attest {

// Makes the checks quote_*, log_*, boot_*, binding_tpm and runtime_data_key, and those of the chain of the
// attestation key under context.roots.tpm, with subject "tpm". A key without a chain is the one that the
// runtime data of the SEV-SNP report names. A policy that says nothing about TPMs requires secure boot. A
// context without a nonce violates nonce_expected.
//
// Claims, under "tpm": "bootcount" (RFC 9711) is the TPM's reset count; "registers" has the values that were
// quoted, by bank and register; "unexplained-registers" those whose value the evidence gives and no log leads
// to, by bank; "secure-boot"; "boot-loaders", digests; "firmware-version", as the firmware says. What the
// quote does not vouch for is left out.
void appraise_tpm(Appraisal& appraisal, const TpmEvidence& tpm, const Evidence& evidence,
                  const Context& context);

}  // namespace assay::attest
