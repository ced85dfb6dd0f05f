// Which capability flags go together (DSP0274, GET_CAPABILITIES request and CAPABILITIES response messages).
#pragma once

#include "stack/spdm/check.h"
#include "stack/wire/messages/capabilities.h"

namespace assay::spdm {

// What a responder checks of GET_CAPABILITIES. The version is that of the message's header.
Checked<> check_requester_capabilities(const Checker& checker, wire::Version version,
                                       const wire::GetCapabilities& request);

// What a requester checks of CAPABILITIES. `asked_supported`: the request asked for the Supported Algorithms
// block.
Checked<> check_responder_capabilities(const Checker& checker, wire::Version version,
                                       const wire::Capabilities& response, bool asked_supported);

}  // namespace assay::spdm
