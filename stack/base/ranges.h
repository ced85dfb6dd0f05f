// std::ranges::contains, which libstdc++ 12 does not have yet.
#pragma once

#include <algorithm>

namespace assay {

template <class R, class T>
constexpr bool contains(const R& range, const T& value) {
    return std::ranges::find(range, value) != std::ranges::end(range);
}

}  // namespace assay
