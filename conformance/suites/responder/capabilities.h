// What the cases of GET_CAPABILITIES share.
#pragma once

#include "conformance/suites/responder/support.h"

namespace assay::cases {

// Sends GET_CAPABILITIES as it is, legal or not.
Result<Exchange> send_capabilities(CaseContext& test, const wire::GetCapabilities& message,
                                   lab::Wait wait = lab::Wait::due);

}  // namespace assay::cases
