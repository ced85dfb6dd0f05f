// Genuine evidence, edited by structure and signed anew, before the verifier: it accepts what is genuine and
// nothing else.
#pragma once

#include "fuzz/evidence/oracles.h"
#include "stack/attest/appraisal.h"

namespace assay::fuzz {

struct Violation {
    std::string invariant;
    std::string detail;
};

// What came of an input: of the verifier, with a planted defect or without, and of what the forms say.
struct Examination {
    Ruling ruling;
    attest::Verdict verdict = attest::Verdict::refused;
    std::vector<attest::Check> refusals;  // each once
    std::optional<Violation> violation;
};
Examination examine(ByteView input, const attest::FaultConfig& faults = {});

}  // namespace assay::fuzz
