// Staging buffers: the only memory that both ends, the hypervisor and the bus can see.
#pragma once

#include <span>
#include <vector>

#include "stack/base/bytes.h"
#include "stack/transfer/check.h"

namespace assay::transfer {

inline constexpr size_t kCopyAlignment = 32;  // of a page
inline constexpr size_t kTagAlignment = 16;

struct StagingLayout {
    size_t buffer_size = size_t{2} << 20;  // bytes, a multiple of page_size
    size_t page_size = size_t{256} << 10;  // bytes, a multiple of kCopyAlignment: what has a tag of its own
    size_t initial = 32;                   // buffers at first
    size_t most = 64;                      // buffers at last
};

// The layout of the buffers in the memory, equal at both ends: of each buffer its pages, then its tags.
class StagingArea {
   public:
    // Refuses by staging_layout, also when not one buffer fits.
    static Checked<StagingArea> make(std::span<uint8_t> shared, const StagingLayout& layout,
                                     const Checker& checker);

    const StagingLayout& layout() const { return layout_; }
    // How many fit.
    size_t buffers() const { return shared_.size() / stride_; }
    // How many pages `size` bytes take.
    size_t pages(size_t size) const { return (size + layout_.page_size - 1) / layout_.page_size; }
    // Whether that many bytes of a buffer are there.
    bool holds(size_t buffer, size_t size) const {
        return buffer < buffers() && size > 0 && size <= layout_.buffer_size;
    }
    // Page `index` of a transfer of `size` bytes, the last one shorter; and its tag. Both must be there.
    std::span<uint8_t> page(size_t buffer, size_t index, size_t size) const;
    std::span<uint8_t> tag(size_t buffer, size_t index) const;

   private:
    StagingArea(std::span<uint8_t> shared, const StagingLayout& layout, size_t stride)
        : shared_(shared), layout_(layout), stride_(stride) {}

    std::span<uint8_t> shared_;
    StagingLayout layout_;
    size_t stride_;  // bytes
};

// Hands out the buffers. Begins with `initial` buffers and doubles up to `most`, or to what the memory holds;
// then whoever wants one has to wait.
class StagingPool {
   public:
    StagingPool(const StagingArea& area, const Checker& checker);

    // Refuses by staging_full.
    Checked<size_t> take();
    void give_back(size_t buffer);

    size_t size() const { return size_; }
    size_t in_use() const { return used_; }

   private:
    Checker checker_;
    size_t most_;
    size_t size_ = 0;
    size_t used_ = 0;
    size_t last_ = 0;
    std::vector<size_t> free_;
};

}  // namespace assay::transfer
