// Bytes in an allocation of exactly their size, so that a sanitizer sees a read one past the end.
#pragma once

#include <algorithm>
#include <memory>

#include "stack/base/bytes.h"

namespace assay::fuzz {

class Exact {
   public:
    explicit Exact(ByteView bytes) : bytes_(new uint8_t[bytes.size()]), size_(bytes.size()) {
        std::ranges::copy(bytes, bytes_.get());
    }
    ByteView view() const { return {bytes_.get(), size_}; }
    // NOLINTNEXTLINE(google-explicit-constructor): it is a view that owns its bytes
    operator ByteView() const { return view(); }

   private:
    std::unique_ptr<uint8_t[]> bytes_;
    size_t size_;
};

}  // namespace assay::fuzz
