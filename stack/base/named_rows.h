// Tables whose rows have a name and stand in the order of an enumeration.
#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string_view>

namespace assay {

// The enumerator whose row has that name; nullopt when none has.
template <class Enum, class Row, size_t kRows>
std::optional<Enum> row_by_name(const Row (&rows)[kRows], std::string_view name) {
    const Row* found = std::ranges::find(rows, name, &Row::name);
    if (found == rows + kRows) return std::nullopt;
    return static_cast<Enum>(found - rows);
}

}  // namespace assay
