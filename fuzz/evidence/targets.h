// What each target of this folder does with an input: see fuzz/spdm/targets.h.
#pragma once

#include "fuzz/common/mutate.h"

namespace assay::fuzz {

// A boot event log, under a genuine quote: see platform.cpp.
void event_log(ByteView input);
// A canonical event log behind a genuine one.
void canonical_log(ByteView input);
// Two bytes give the size of the quote, which follows; the rest is its signature.
void tpm_quote(ByteView input);
// A SEV-SNP attestation report.
void snp_report(ByteView input);
// One byte chooses device and version, the rest is a GPU's report: see gpu.cpp, as for those that follow.
void gpu_report(ByteView input);
// A reference manifest.
void rim_xml(ByteView input);
// Certificates of a device, or the extension that names its firmware.
void certificate_extensions(ByteView input);
// A policy, a context or a list of evidence.
void attest_policy(ByteView input);
// Genuine evidence, edited by structure and signed anew, before the verifier: see program.h.
void verifier_program(ByteView input);

// Makes the genuine machines, whose keys take long, before the first input.
void prepare_machines();

extern const Mutator kVerifierMutator;

}  // namespace assay::fuzz
