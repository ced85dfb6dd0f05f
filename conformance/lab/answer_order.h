// Whether the target is known to deal with one message after the other.
#pragma once

#include <cstddef>
#include <cstdint>
#include <set>

#include "conformance/lab/dut.h"
#include "stack/wire/codes.h"

namespace assay::lab {

// Silence can be proved where a target answers in order: behind the request goes a marker, something of the
// framing that is always answered (transport::Link::send_marker); if its answer is the first to come, the
// request had none. Whether the target does so is seen beforehand, from requests that were answered.
class AnswerOrder {
   public:
    // What stands for a record, and for what is too short to have a code.
    static constexpr wire::Code kOther{};
    // So many different requests must have been answered in order before silence is proved; one of them is
    // then not GET_VERSION, GET_CAPABILITIES or NEGOTIATE_ALGORITHMS, which a device may answer elsewhere
    // than what takes cryptography.
    static constexpr size_t kEnough = 4;

    // Whether a marker goes behind a request with that code: to learn, the first time that an answer to it is
    // due, beginning with GET_VERSION, which needs nothing that came before; and to prove.
    bool wants_marker(wire::Code code, Wait wait) const;
    bool proves_silence() const { return !broken_ && in_order_.size() >= kEnough; }

    // The answer came, and then that to the marker.
    void in_order(wire::Code code) { in_order_.insert(code); }
    // The marker was answered first though an answer came after it, or not at all.
    void broken() { broken_ = true; }

   private:
    std::set<wire::Code> in_order_;
    bool broken_ = false;
};

}  // namespace assay::lab
