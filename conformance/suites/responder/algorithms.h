// What the cases of NEGOTIATE_ALGORITHMS share.
#pragma once

#include "conformance/suites/responder/support.h"
#include "stack/wire/messages/algorithms.h"

namespace assay::cases {

// Brings the connection to where NEGOTIATE_ALGORITHMS is due and sends it as it is.
Result<Exchange> send_algorithms(CaseContext& test, const wire::NegotiateAlgorithms& message);
// The default offer with these algorithm structures.
wire::NegotiateAlgorithms with_structs(CaseContext& test, std::vector<wire::AlgStruct> structs);
wire::AlgStruct item(uint8_t type, uint16_t supported = 1, uint8_t count = 0x20);

}  // namespace assay::cases
