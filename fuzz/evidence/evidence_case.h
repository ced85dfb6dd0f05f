// A machine whose evidence is edited by structure and signed anew, and what is known of it besides its forms.
#pragma once

#include "fuzz/evidence/steps.h"
#include "stack/evidence/machine.h"

namespace assay::fuzz {

// What becomes of the OCSP responses, which are made last, of what there is by then.
using OcspEdit = std::function<void(const evidence::Machine&, std::vector<evidence::OcspForm>&)>;

struct EvidenceCase {
    evidence::Machine machine;
    std::vector<OcspEdit> ocsp_edits;
    std::vector<evidence::OcspForm> ocsp_responses;  // after settle()
    // Bits of files, by their paths, that are changed when all is signed: a byte's place and the bit in it.
    std::map<std::string, std::pair<size_t, uint8_t>> changed_bits;
};

// A genuine one, of the shape that a byte chooses. The first call for each makes its keys, which takes long
// for RSA; prepare_machines() makes them all.
EvidenceCase evidence_case_of(uint8_t choice);
std::string_view shape_name(uint8_t choice);

// Does one step; one that has nothing to work on does nothing.
void apply(EvidenceCase& evidence_case, const VerifierStep& step);

// Makes the OCSP responses, and says to the machine that they are these, and which bits to change.
void settle(EvidenceCase& evidence_case);

// The case of an input, settled. Empty inputs have none.
EvidenceCase evidence_case_of(ByteView input);

// What the processor and the TPM sign for, of the machine as it stands: SHA-512 and SHA-256 of the brought
// nonce and the leaves if the policy says "composite", else the nonce (stack/attest/evidence.h). With runtime
// data the processor signs for that.
Bytes vouched_by_processor(const evidence::Machine& machine);
Bytes vouched_by_tpm(const evidence::Machine& machine);

// Every chain of the evidence, with whose it is. A TPM's key that the runtime data names may have none.
enum class Owner : uint8_t { device, rim, tpm, amd };
struct OwnedChain {
    Owner owner;
    evidence::Chain* chain;
    size_t index;  // of the device or manifest
};
std::vector<OwnedChain> chains(evidence::Machine& machine);
std::string_view root_kind(Owner owner);

}  // namespace assay::fuzz
