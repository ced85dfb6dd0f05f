// Whether the path is ready, and the latch that closes it for good.
#pragma once

#include <optional>

#include "stack/transfer/check.h"

namespace assay::transfer {

class Latch {
   public:
    explicit Latch(Checker checker = Checker()) : checker_(checker) {}

    bool ready() const { return ready_; }
    // What closed the path, if anything did.
    const std::optional<Refusal>& failure() const { return failure_; }

    // Refuses by latched.
    Checked<> set_ready();
    // Refuses by latched, else by not_ready.
    Checked<> require_ready() const;
    Checked<> require_open() const;
    // Closes the path; the first cause is kept.
    void close(const Refusal& cause);

   private:
    Checker checker_;
    bool ready_ = false;
    std::optional<Refusal> failure_;
};

}  // namespace assay::transfer
