// What can be made faulty in the built-in responder, or in the requester that it meets.
#pragma once

#include "conformance/engine/faults.h"
#include "conformance/lab/reference.h"

namespace assay::cases {

// Every check and defect of the protocol and of its framing.
engine::Faults<lab::ReferenceOptions> responder_faults();

}  // namespace assay::cases
