// Every refusal on the encrypted path has a name, and so has every defect that a harness can plant in it.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "stack/base/checks.h"
#include "stack/base/result.h"

namespace assay::transfer {

enum class Check : uint8_t {
#define CHECK(name, requirement, effect, status, violated) name,
#include "stack/transfer/check_table.inc"
#undef CHECK
};

inline constexpr size_t kCheckCount = 0
#define CHECK(name, requirement, effect, status, violated) +1  // NOLINT(bugprone-macro-parentheses)
#include "stack/transfer/check_table.inc"
#undef CHECK
    ;

enum class Defect : uint8_t {
#define DEFECT(name, what) name,
#include "stack/transfer/defect_table.inc"
#undef DEFECT
};

inline constexpr size_t kDefectCount = 0
#define DEFECT(name, what) +1  // NOLINT(bugprone-macro-parentheses)
#include "stack/transfer/defect_table.inc"
#undef DEFECT
    ;

// What a refusal does to the path. It changes nothing else, whatever its effect.
enum class Effect : uint8_t {
    refused,  // it goes on
    later,    // it goes on, and the same may be tried again
    fatal,    // it is closed for good, and its keys are wiped
};

// The status that a driver returns to its caller.
enum class Status : uint8_t {
    invalid_argument,
    invalid_data,
    invalid_state,
    not_ready,
    insufficient_resources,
    busy,
    timeout,
};
std::string_view name(Status status);

struct CheckInfo {
    std::string_view name;
    std::string_view requirement;  // in vectors/requirements
    Effect effect;
    Status status;
    std::string_view violated;
};

struct DefectInfo {
    std::string_view name;
    std::string_view what;  // a sentence without a full stop
};

const CheckInfo& info(Check check);
const DefectInfo& info(Defect defect);
std::optional<Check> check_from_name(std::string_view name);
std::optional<Defect> defect_from_name(std::string_view name);

// A refusal: the check, and where it was violated if that is known.
struct Refusal {
    Check check;
    Error cause{};

    bool fatal() const { return info(check).effect == Effect::fatal; }
    // "block_tag: … (ASSAY-TRF-012)", with the text of the cause if any.
    std::string text() const;
};

template <class T = void>
using Checked = std::expected<T, Refusal>;

using FaultConfig = Switches<Check, kCheckCount, Defect, kDefectCount>;

// Checks, for one end.
class Checker {
   public:
    explicit Checker(FaultConfig faults = {}) : faults_(faults) {}

    // Refuses by `check` unless `holds` or the check is waived.
    Checked<> demand(Check check, bool holds) const {
        if (holds || faults_.waived(check)) return {};
        return std::unexpected(Refusal{check, {}});
    }
    // The value, or a refusal by `check` that carries the error.
    template <class T>
    Checked<T> demand_value(Check check, Result<T> result) const {
        if (result) return std::move(*result);
        return std::unexpected(Refusal{check, std::move(result).error()});
    }
    Checked<> demand_value(Check check, Result<> result) const {
        if (result) return {};
        return std::unexpected(Refusal{check, std::move(result).error()});
    }
    bool waived(Check check) const { return faults_.waived(check); }
    bool has(Defect defect) const { return faults_.has(defect); }

   private:
    FaultConfig faults_;
};

}  // namespace assay::transfer
