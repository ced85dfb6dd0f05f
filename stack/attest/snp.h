// SEV-SNP: the report that the CPU's firmware makes of a guest, and the certificates of the key that signs
// it.
#pragma once

#include "stack/attest/appraisal.h"
#include "stack/attest/evidence.h"

namespace assay::attest {

// Makes the checks snp_*, runtime_data_form and binding_snp, policy_svn for the guest's, and those of the
// chain of the VCEK or VLEK under context.roots.amd, with subject "snp". A policy that says nothing about
// SEV-SNP allows neither debugging nor migration. A context that has neither a nonce nor the report data
// violates nonce_expected.
//
// Claims, under "snp": "dbgstat" (RFC 9711); "version", "guest-svn", "vmpl", "measurement", "host-data",
// "chip-id" (null when it is masked), "platform-info", the names of its bits; "id-key-digest"; "reported-tcb"
// and "launch-tcb" by component; "signer", "vcek" or "vlek"; "vm-configuration" as the runtime data
// has it.
void appraise_snp(Appraisal& appraisal, const SnpEvidence& snp, const Evidence& evidence,
                  const Context& context);

}  // namespace assay::attest
