// What the cases of encapsulated requests share: the flows that a device can be brought to begin.
#pragma once

#include "conformance/suites/responder/sessions.h"

namespace assay::cases {

// What makes a device send encapsulated requests: the handshake of a session with mutual authentication,
// CHALLENGE, or its own key update.
enum class Flow : uint8_t { session, basic, update };

// A request that the device has handed over and waits for.
struct Asked {
    Flow flow = Flow::basic;
    std::optional<uint32_t> place{};  // the session that the flow goes through; nullopt: none
    std::optional<uint32_t> other{};  // a session beside it, if there is one
    uint8_t request_id = 0;
    Bytes request{};
};

// Runs `judge` on each flow that the device begins, on a connection of its own, and leaves none open. Not
// applicable where there is none.
CheckResult each_flow(CaseContext& test, const std::function<CheckResult(const Asked&)>& judge);

// GET_ENCAPSULATED_REQUEST, and a delivery, where the flow is.
Result<Exchange> poll(CaseContext& test, const Asked& asked, lab::Wait wait = lab::Wait::due);
Result<Exchange> deliver(CaseContext& test, const Asked& asked, uint8_t request_id, ByteView inner);
// What came must be among the allowed, and have come where the flow is.
CheckResult expect_there(CaseContext& test, const Asked& asked, const Exchange& exchange,
                         const Allowed& allowed, std::string_view requirement);
// The refusal of GET_ENCAPSULATED_REQUEST when there is nothing to ask.
Allowed nothing_pending(CaseContext& test);

// VENDOR_DEFINED_REQUEST, which handshakes allow.
Bytes vendor_request(CaseContext& test);

}  // namespace assay::cases
