// The reference manifests that the vendor of the model's GPUs publishes for its firmware.
#pragma once

#include "stack/attest/evidence.h"
#include "stack/device/gpu.h"

namespace assay::guest {

// Two signed manifests: the VBIOS's, with the root of trust and the mode, and the driver's, with everything
// else that is measured. As the vendor would sign them for these components.
std::vector<attest::File> manifests_for(const std::vector<device::Component>& firmware, device::Mode mode);
// Of the manifests' signers.
crypto::Certificate manifest_root();

}  // namespace assay::guest
