#include "stack/transfer/latch.h"

namespace assay::transfer {

Checked<> Latch::set_ready() {
    if (!checker_.has(Defect::latch_returns)) TRY(require_open());
    ready_ = true;
    return {};
}

Checked<> Latch::require_open() const {
    if (checker_.has(Defect::latch_returns) && ready_) return {};
    return checker_.demand(Check::latched, !failure_.has_value());
}

Checked<> Latch::require_ready() const {
    TRY(require_open());
    return checker_.demand(Check::not_ready, ready_);
}

void Latch::close(const Refusal& cause) {
    ready_ = false;
    if (!failure_) failure_ = cause;
}

}  // namespace assay::transfer
