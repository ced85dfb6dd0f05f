// Records of a session that differ from the correct ones, for either side.
#pragma once

#include "conformance/lab/dut.h"
#include "stack/spdm/session.h"

namespace assay::lab {

// How a record differs from the correct one.
struct Sealing {
    std::optional<uint64_t> sequence{};
    std::optional<uint64_t> stated{};           // in its header, instead of `sequence`
    std::optional<uint32_t> session_id{};       // in its header
    std::optional<spdm::Direction> keys{};      // whose keys seal it; none: those of the side that sends it
    std::optional<record::NonceOrder> order{};  // instead of the session's
    Bytes random{};
    bool raw = false;  // the bytes are the whole plaintext, ApplicationDataLength included
    const record::Transport* application = nullptr;  // whose header the message gets, instead of its own
    int longer = 0;                                  // added to Length, beyond what is there
    Wait wait = Wait::due;                           // for its answer, when the lab sends it
};

// A record of `sender` around an SPDM message, numbered as the next of its direction. Errors:
// Errc::out_of_range when it does not fit in a record or has no number left.
Result<Bytes> seal(const spdm::Session& session, spdm::Direction sender, ByteView message,
                   const Sealing& how = {});

}  // namespace assay::lab
