// Time, handed in.
#pragma once

#include <chrono>

namespace assay {

using Micros = std::chrono::microseconds;

// A clock that only goes forward. Protocol code takes one instead of asking the system.
class Clock {
   public:
    virtual ~Clock() = default;
    virtual Micros now() const = 0;
};

// The machine's monotonic clock.
class SystemClock final : public Clock {
   public:
    Micros now() const override;
};

// A clock that only moves when advance() is called.
class ManualClock final : public Clock {
   public:
    Micros now() const override { return now_; }
    void advance(Micros by) { now_ += by; }

   private:
    Micros now_{0};
};

}  // namespace assay
