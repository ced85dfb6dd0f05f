// Every refusal of the verifier has a name, and so has every defect that a harness can plant in it.
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

// Defects of a verifier that are not a missing check: it reads or compares something else than it should.
// Each is planted in one place of the code, one at a time, and only in a harness build.
enum class Defect : uint8_t {
#define DEFECT(name, what) name,
#include "stack/attest/defect_table.inc"
#undef DEFECT
};

inline constexpr size_t kDefectCount = 0
#define DEFECT(name, what) +1  // NOLINT(bugprone-macro-parentheses)
#include "stack/attest/defect_table.inc"
#undef DEFECT
    ;

struct DefectInfo {
    std::string_view name;
    std::string_view what;  // a sentence without a full stop
};

const DefectInfo& info(Defect defect);
std::optional<Defect> defect_from_name(std::string_view name);

using FaultConfig = Switches<Check, kCheckCount, Defect, kDefectCount>;

}  // namespace assay::attest
