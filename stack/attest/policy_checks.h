// The policy's checks of a device that was read.
#pragma once

#include "stack/attest/gpu.h"
#include "stack/attest/rim.h"

namespace assay::attest {

// Makes policy_spdm_version, policy_driver_version, policy_vbios_version, policy_rim_revision, policy_svn,
// policy_mode and policy_denied, as far as the policy says something about them.
void appraise_policy(Appraisal& appraisal, const Policy& policy, const GpuFacts& gpu,
                     const std::vector<const Rim*>& rims);

// Makes policy_claims over the claims that were written for each of the subjects.
void appraise_claims(Appraisal& appraisal, const Policy& policy, const std::vector<std::string>& subjects);

}  // namespace assay::attest
