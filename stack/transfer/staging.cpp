#include "stack/transfer/staging.h"

#include <algorithm>

#include "stack/crypto/algorithms.h"

namespace assay::transfer {

namespace {

size_t rounded(size_t size, size_t alignment) { return (size + alignment - 1) / alignment * alignment; }

bool is_sound(const StagingLayout& layout) {
    return layout.page_size > 0 && layout.page_size % kCopyAlignment == 0 && layout.buffer_size > 0 &&
           layout.buffer_size % layout.page_size == 0 && layout.buffer_size <= UINT32_MAX &&
           layout.initial > 0 && layout.initial <= layout.most;
}

}  // namespace

Checked<StagingArea> StagingArea::make(std::span<uint8_t> shared, const StagingLayout& layout,
                                       const Checker&) {
    // Not to be waived: memory is at stake.
    if (!is_sound(layout)) return std::unexpected(Refusal{Check::staging_layout, {}});
    const size_t tags = layout.buffer_size / layout.page_size * crypto::kAeadTagSize;
    const size_t stride = layout.buffer_size + rounded(tags, kCopyAlignment);
    if (shared.size() < stride) return std::unexpected(Refusal{Check::staging_layout, {}});
    return StagingArea(shared, layout, stride);
}

std::span<uint8_t> StagingArea::page(size_t buffer, size_t index, size_t size) const {
    const size_t at = index * layout_.page_size;
    return shared_.subspan(buffer * stride_ + at, std::min(layout_.page_size, size - at));
}

std::span<uint8_t> StagingArea::tag(size_t buffer, size_t index) const {
    const size_t at = layout_.buffer_size + index * crypto::kAeadTagSize;
    return shared_.subspan(buffer * stride_ + at, crypto::kAeadTagSize);
}

StagingPool::StagingPool(const StagingArea& area, const Checker& checker)
    : checker_(checker), most_(std::min(area.layout().most, area.buffers())) {
    if (checker.has(Defect::staging_unbounded)) most_ = area.buffers();
    size_ = std::min(area.layout().initial, most_);
    for (size_t i = size_; i > 0; --i) free_.push_back(i - 1);
}

Checked<size_t> StagingPool::take() {
    if (checker_.has(Defect::staging_buffer_shared) && used_ > 0) {
        ++used_;
        return last_;
    }
    if (free_.empty() && size_ < most_) {
        const size_t grown = std::min(2 * size_, most_);
        for (size_t i = grown; i > size_; --i) free_.push_back(i - 1);
        size_ = grown;
    }
    if (free_.empty()) return std::unexpected(Refusal{Check::staging_full, {}});
    last_ = free_.back();
    free_.pop_back();
    ++used_;
    return last_;
}

void StagingPool::give_back(size_t buffer) {
    --used_;
    if (std::ranges::find(free_, buffer) == free_.end()) free_.push_back(buffer);
}

}  // namespace assay::transfer
