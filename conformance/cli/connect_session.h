// What `assay connect` does in a session, and what it says of it.
#pragma once

#include <ostream>

#include "conformance/cli/commands.h"
#include "conformance/lab/dut.h"
#include "stack/spdm/session_walk.h"

namespace assay::cli {

// Makes a requester able to have the session that the user wants. Errors: Errc::bad_text.
Result<> prepare_session(const ConnectCommand& command, const lab::Dut& dut, spdm::RequesterConfig& config);

// Drives a walk over a target. The error of the exchange that failed, if one did; a refusal ends the walk,
// which remembers it. `seen` is called after each exchange.
template <class Walk>
Result<> drive(lab::Dut& dut, Walk& walk, const std::function<void()>& seen = {}) {
    while (std::optional<spdm::ToSend> next = walk.next()) {
        dut.wait(next->delay);
        std::optional<lab::Answer> answer;
        if (next->secured) {
            answer = TRY(dut.exchange_secured(next->message, lab::Wait::due));
        } else if (auto plain = TRY(dut.exchange(next->message, lab::Wait::due))) {
            answer = lab::Answer{std::move(*plain), false};
        }
        spdm::Checked<> taken = answer ? walk.receive(answer->bytes, answer->secured) : walk.timed_out();
        if (seen) seen();
        if (!taken) break;
    }
    return {};
}

// Has a session on a negotiated connection and prints what came of it. Gives why it was given up, or nothing.
Result<std::optional<spdm::Refusal>> have_session(const ConnectCommand& command, lab::Dut& dut,
                                                  spdm::Requester& requester, std::ostream& out);

}  // namespace assay::cli
