// Every defence of the GPU has a name: by it a request is refused, or something is kept from happening.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "stack/base/checks.h"
#include "stack/base/result.h"

namespace assay::device {

enum class Check : uint8_t {
#define CHECK(name, threat, violated) name,
#include "stack/device/check_table.inc"
#undef CHECK
};

inline constexpr size_t kCheckCount = 0
#define CHECK(name, threat, violated) +1  // NOLINT(bugprone-macro-parentheses)
#include "stack/device/check_table.inc"
#undef CHECK
    ;

struct CheckInfo {
    std::string_view name;
    std::string_view threat;  // the row of vectors/threat_model.json that it serves
    std::string_view violated;
};

const CheckInfo& info(Check check);
std::optional<Check> check_from_name(std::string_view name);

// Why something was not done: a check refused it, or else the machine cannot do it in any mode.
struct Refusal {
    std::optional<Check> check{};
    Error cause{};

    // The check's name; "cannot" when it was none.
    std::string_view name() const { return check ? info(*check).name : "cannot"; }
    std::string text() const;
};

template <class T = void>
using Checked = std::expected<T, Refusal>;

// There are no defects to plant in this module.
enum class Defect : uint8_t {};
using FaultConfig = Switches<Check, kCheckCount, Defect, 1>;

class Checker {
   public:
    explicit Checker(FaultConfig faults = {}) : faults_(faults) {}

    // Refuses by `check` unless `holds` or the check is waived.
    Checked<> demand(Check check, bool holds) const {
        if (holds || waived(check)) return {};
        return std::unexpected(Refusal{check, {}});
    }
    bool waived(Check check) const { return faults_.waived(check); }

   private:
    FaultConfig faults_;
};

// The refusal of what no mode and no waived check makes possible.
inline std::unexpected<Refusal> cannot(std::string_view what, std::string detail) {
    return std::unexpected(Refusal{std::nullopt, {Errc::state, what, Error::npos, std::move(detail)}});
}

}  // namespace assay::device
