// When a key has to be rotated, and the state of the rotation.
#pragma once

#include <cstdint>
#include <string_view>

#include "stack/transfer/check.h"

namespace assay::transfer {

// An attacker's advantage of 2^-n, for n of 50 to 65, allows that much work of one key (bytes / 16 +
// operations; draft-irtf-cfrg-aead-limits).
inline constexpr unsigned kLeastAdvantage = 50, kMostAdvantage = 65, kDefaultAdvantage = 60;
inline constexpr uint64_t kThresholdDelta = 1'000'000'000;
// Ticks, one a second, that a rotation may be pending or in progress.
inline constexpr unsigned kRotationTimeout = 5;

struct Thresholds {
    uint64_t lower = 0;  // a rotation is due
    uint64_t upper = 0;  // the key does no more

    // upper - kThresholdDelta and the table's value. Refuses by policy_range.
    static Checked<Thresholds> of(unsigned advantage, const Checker& checker = Checker());
};

enum class RotationStatus : uint8_t {
    idle,
    pending,
    in_progress,
    failed_timeout,
    failed_threshold,
    failed_rotation,
};
std::string_view name(RotationStatus status);

// The rotation of one key or pair of keys.
class Rotation {
   public:
    explicit Rotation(const Thresholds& thresholds, Checker checker = Checker())
        : checker_(checker), thresholds_(thresholds) {}

    RotationStatus status() const { return status_; }
    bool failed() const { return status_ >= RotationStatus::failed_timeout; }
    // Once a second, with the work that the key has done.
    void tick(uint64_t work);
    // Refuses by rotation_failed, and by rotation_order while one is in progress.
    Checked<> begin();
    // The new key is in use at both ends. Refuses by rotation_order unless one is in progress.
    Checked<> complete();
    // The new key could not be made, or the other end could not be told of it.
    void fail() { status_ = RotationStatus::failed_rotation; }

   private:
    Checker checker_;
    Thresholds thresholds_;
    RotationStatus status_ = RotationStatus::idle;
    unsigned ticks_ = 0;
};

}  // namespace assay::transfer
