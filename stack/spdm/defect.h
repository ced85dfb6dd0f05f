// Defects of the reference that are not a missing check, modelled on those of real implementations. Each is
// planted in one place of the code, one at a time, and only in a harness build.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace assay::spdm {

enum class Defect : uint8_t {
#define DEFECT(name, kind, what) name,
#include "stack/spdm/defect_table.inc"
#undef DEFECT
};

inline constexpr size_t kDefectCount = 0
#define DEFECT(name, kind, what) +1  // NOLINT(bugprone-macro-parentheses)
#include "stack/spdm/defect_table.inc"
#undef DEFECT
    ;

// What finds it: the protocol's logic, the state that is kept, or a sanitizer on malformed input.
enum class DefectKind : uint8_t { protocol, state, input };

struct DefectInfo {
    std::string_view name;
    DefectKind kind;
    std::string_view what;  // a sentence without a full stop
};

const DefectInfo& info(Defect defect);
std::optional<Defect> defect_from_name(std::string_view name);

}  // namespace assay::spdm
