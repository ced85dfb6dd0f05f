// Every refusal of a frame has a name, as every refusal of a message has, and so has every defect that can be
// planted in the code that receives and sends frames.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "stack/base/checks.h"
#include "stack/base/result.h"

namespace assay::transport {

enum class Framing : uint8_t {
#define FRAMING(name, requirement, violated) name,
#include "stack/transport/framing_table.inc"
#undef FRAMING
};

inline constexpr size_t kFramingCount = 0
#define FRAMING(name, requirement, violated) +1  // NOLINT(bugprone-macro-parentheses)
#include "stack/transport/framing_table.inc"
#undef FRAMING
    ;

struct FramingInfo {
    std::string_view name;
    std::string_view requirement;  // in vectors/requirements
    std::string_view violated;
};

const FramingInfo& info(Framing framing);
std::optional<Framing> framing_from_name(std::string_view name);

enum class FramingDefect : uint8_t {
#define FRAMING_DEFECT(name, what) name,
#include "stack/transport/framing_defect_table.inc"
#undef FRAMING_DEFECT
};

inline constexpr size_t kFramingDefectCount = 0
#define FRAMING_DEFECT(name, what) +1  // NOLINT(bugprone-macro-parentheses)
#include "stack/transport/framing_defect_table.inc"
#undef FRAMING_DEFECT
    ;

struct FramingDefectInfo {
    std::string_view name;
    std::string_view what;  // a sentence without a full stop
};

const FramingDefectInfo& info(FramingDefect defect);
std::optional<FramingDefect> framing_defect_from_name(std::string_view name);

// The checks of frames that are waived, and the defects that are planted.
using FramingFaultConfig = Switches<Framing, kFramingCount, FramingDefect, kFramingDefectCount>;

// The refusal as an error: Errc::bad_code, the framing's name as field, where it was seen as offset.
std::unexpected<Error> refuse(Framing framing, size_t offset = 0);
// Refuses unless `holds` or the check is waived.
Result<> demand(const FramingFaultConfig& faults, Framing framing, bool holds, size_t offset = 0);

}  // namespace assay::transport
