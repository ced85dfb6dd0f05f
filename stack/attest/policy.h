// What is asked of evidence beyond being genuine. Read from JSON (vectors/schemas/policy.schema.json).
#pragma once

#include <optional>

#include "stack/attest/snp_policy.h"
#include "stack/attest/tpm_policy.h"

namespace assay::attest {

struct Policy {
    bool composite = false;  // CPU and GPU evidence are bound together
    std::optional<TpmPolicy> tpm;
    std::optional<SnpPolicy> snp;
};

}  // namespace assay::attest
