#include "stack/transfer/rotation.h"

#include <array>

namespace assay::transfer {

namespace {

// Of driver 595, for advantages of 2^-50 to 2^-65: each is the one before it divided by the root of two.
constexpr std::array<uint64_t, kMostAdvantage - kLeastAdvantage + 1> kUpper = {
    777472127993, 549755813887, 388736063996, 274877906943, 194368031997, 137438953471,
    97184015998,  68719476735,  48592007999,  34359738367,  24296003999,  17179869183,
    12148001999,  8589934591,   6074000999,   4294967295};

constexpr std::array<std::string_view, 6> kNames = {
    "idle", "pending", "in progress", "failed (timeout)", "failed (threshold)", "failed (rotation)"};

}  // namespace

std::string_view name(RotationStatus status) { return kNames.at(static_cast<size_t>(status)); }

Checked<Thresholds> Thresholds::of(unsigned advantage, const Checker&) {
    // Not to be waived: there is no other value.
    if (advantage < kLeastAdvantage || advantage > kMostAdvantage) {
        return std::unexpected(Refusal{Check::policy_range, {}});
    }
    const uint64_t upper = kUpper.at(advantage - kLeastAdvantage);
    return Thresholds{.lower = upper - kThresholdDelta, .upper = upper};
}

void Rotation::tick(uint64_t work) {
    if (failed()) return;
    if (status_ == RotationStatus::idle) {
        if (work >= thresholds_.lower) {
            status_ = RotationStatus::pending;
            ticks_ = 0;
        }
    } else if (!checker_.has(Defect::timeout_ignored) && ++ticks_ > kRotationTimeout) {
        status_ = RotationStatus::failed_timeout;
        return;
    }
    if (work >= thresholds_.upper && !checker_.has(Defect::threshold_ignored)) {
        status_ = RotationStatus::failed_threshold;
    }
}

Checked<> Rotation::begin() {
    TRY(checker_.demand(Check::rotation_failed, !failed()));
    TRY(checker_.demand(Check::rotation_order, status_ != RotationStatus::in_progress));
    status_ = RotationStatus::in_progress;
    ticks_ = 0;
    return {};
}

Checked<> Rotation::complete() {
    TRY(checker_.demand(Check::rotation_order, status_ == RotationStatus::in_progress));
    status_ = RotationStatus::idle;
    return {};
}

}  // namespace assay::transfer
