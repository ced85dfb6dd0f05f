// Every refusal of the verifier has a name.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "stack/base/checks.h"

namespace assay::attest {

// What a violated check makes of the evidence.
enum class Effect : uint8_t { malformed, refused };

enum class Check : uint8_t {
#define CHECK(name, effect, violated) name,
#include "stack/attest/check_table.inc"
#undef CHECK
};

inline constexpr size_t kCheckCount = 0
#define CHECK(name, effect, violated) +1  // NOLINT(bugprone-macro-parentheses)
#include "stack/attest/check_table.inc"
#undef CHECK
    ;

struct CheckInfo {
    std::string_view name;
    Effect effect;
    std::string_view violated;
};

const CheckInfo& info(Check check);
std::optional<Check> check_from_name(std::string_view name);

// There are no defects to plant in this room: whatever a verifier does wrong is a check that it lacks.
enum class Defect : uint8_t {};
using Waivers = Switches<Check, kCheckCount, Defect, 1>;

}  // namespace assay::attest
