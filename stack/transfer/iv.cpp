#include "stack/transfer/iv.h"

#include <algorithm>
#include <span>

namespace assay::transfer {

namespace {

void store(std::span<uint8_t> out, uint64_t value, bool big_endian) {
    for (size_t i = 0; i < out.size(); ++i) {
        out[big_endian ? out.size() - 1 - i : i] = static_cast<uint8_t>(value >> (8 * i));
    }
}

}  // namespace

Iv make_iv(IvLayout layout, uint64_t message, uint64_t channel, const Iv& mask, const Checker& checker) {
    Iv iv{};
    const bool big = checker.has(Defect::counter_big_endian);
    const size_t counter_size = layout == IvLayout::channel ? 4 : 8;
    store(std::span(iv).first(counter_size), message, big);
    if (layout == IvLayout::channel && !checker.has(Defect::channel_counter_ignored)) {
        store(std::span(iv).subspan(4), channel, big);
    }
    if (checker.has(Defect::mask_ignored)) return iv;
    for (size_t i = 0; i < iv.size(); ++i) iv[i] ^= mask[i];
    return iv;
}

Checked<uint64_t> MessageCounter::peek(uint64_t ahead, const Checker& checker) const {
    uint64_t limit = limit_;
    if (checker.has(Defect::limit_off_by_one) && limit != UINT64_MAX) ++limit;
    bool left = used_ < limit && ahead < limit - used_;
    if (checker.has(Defect::limit_low_word) && layout_ == IvLayout::gsp) {
        left = static_cast<uint32_t>(used_ + ahead) < limit;
    }
    TRY(checker.demand(Check::iv_exhausted, left));
    const uint64_t value = used_ + ahead + 1;
    return checker.has(Defect::counter_after_use) ? value - 1 : value;
}

}  // namespace assay::transfer
