// Every refusal has a name. This table is the only way for requester and responder to refuse.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "stack/base/checks.h"
#include "stack/base/result.h"
#include "stack/spdm/defect.h"
#include "stack/wire/codes.h"

namespace assay::spdm {

enum class Check : uint8_t {
#define CHECK(name, role, requirement, error, violated) name,
#include "stack/spdm/check_table.inc"
#undef CHECK
};

inline constexpr size_t kCheckCount = 0
#define CHECK(name, role, requirement, error, violated) +1  // NOLINT(bugprone-macro-parentheses)
#include "stack/spdm/check_table.inc"
#undef CHECK
    ;

// What is known of a check.
struct CheckInfo {
    std::string_view name;
    bool responder;                // who refuses by it
    std::string_view requirement;  // in vectors/requirements
    std::optional<wire::ErrorCode>
        error;  // a responder's answer; none means silence, or (requester) giving up
    std::string_view violated;
};

const CheckInfo& info(Check check);
std::optional<Check> check_from_name(std::string_view name);

// A refusal: the check, the answer it gives, and the wrong field (when a decoder said so).
struct Refusal {
    Check check;
    std::optional<wire::ErrorCode> error;
    uint8_t error_data = 0;
    Error cause{};

    // "challenge_slot: SlotID is … (SPDM-CHL-003)", with the decoder's error text if any.
    std::string text() const;
};

template <class T = void>
using Checked = std::expected<T, Refusal>;

using FaultConfig = Switches<Check, kCheckCount, Defect, kDefectCount>;

// Checks, for one side of a connection.
class Checker {
   public:
    explicit Checker(FaultConfig faults = {}) : faults_(faults) {}

    // Refuses by `check` unless `holds` or the check is waived.
    // With the code of the request that is refused in ErrorData.
    Checked<> demand(Check check, bool holds, wire::Code refused) const {
        return demand(check, holds, byte(refused));
    }
    Checked<> demand(Check check, bool holds, uint8_t error_data = 0) const {
        if (holds || faults_.waived(check)) return {};
        return std::unexpected(Refusal{check, info(check).error, error_data, {}});
    }
    // The value, or a refusal by `check` that carries the error.
    template <class T>
    Checked<T> demand_value(Check check, Result<T> result) const {
        if (result) return std::move(*result);
        return std::unexpected(Refusal{check, info(check).error, 0, std::move(result).error()});
    }
    bool waived(Check check) const { return faults_.waived(check); }
    bool has(Defect defect) const { return faults_.has(defect); }

   private:
    FaultConfig faults_;
};

}  // namespace assay::spdm
