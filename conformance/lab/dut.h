// The device under test, whatever it is: one message in, one out.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "stack/base/bytes.h"
#include "stack/spdm/check.h"

namespace assay::lab {

class Dut {
   public:
    Dut() = default;
    Dut(const Dut&) = delete;
    Dut& operator=(const Dut&) = delete;
    virtual ~Dut() = default;

    // How the target was named, e.g. "reference" or a URI.
    virtual std::string target() const = 0;
    // A fresh start, as far as the target allows: what it may keep, GET_VERSION clears. Errors: the target
    // cannot be reached.
    virtual Result<> reset() = 0;
    // Sends a request and gives the answer; nullopt: silence for as long as an answer may take. Errors:
    // Errc::closed and Errc::io when the target is gone, others for a framing that it broke.
    virtual Result<std::optional<Bytes>> exchange(ByteView request) = 0;
    // What the transport pads messages to: a multiple of so many bytes arrives.
    virtual size_t alignment() const { return 1; }
    // Resets the device behind the connection's back, where the adapter can: false where it cannot.
    virtual bool lose_state() { return false; }
    // The checks that are waived in the requester that the target has too; nullopt: it has none.
    virtual std::optional<spdm::Waivers> requester() const { return std::nullopt; }
    // Lets time pass, where the target lives in real time.
    virtual void wait(std::chrono::microseconds) {}
};

using DutFactory = std::function<std::unique_ptr<Dut>()>;

}  // namespace assay::lab
