// Every refusal of the driver has a name, and an error code of the CUDA runtime.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "stack/base/checks.h"
#include "stack/base/result.h"

namespace assay::guest {

// Numbers and names of the CUDA runtime's errors.
enum class CudaError : uint16_t {
    success = 0,
    devices_unavailable = 46,
    no_device = 100,
    peer_access_unsupported = 217,
    not_supported = 801,
    system_not_ready = 802,
    unknown = 999,
};
std::string_view name(CudaError error);  // "cudaErrorNotSupported"

enum class Check : uint8_t {
#define CHECK(name, cuda, threat, violated) name,
#include "stack/guest/check_table.inc"
#undef CHECK
};

inline constexpr size_t kCheckCount = 0
#define CHECK(name, cuda, threat, violated) +1  // NOLINT(bugprone-macro-parentheses)
#include "stack/guest/check_table.inc"
#undef CHECK
    ;

struct CheckInfo {
    std::string_view name;
    CudaError cuda;
    std::string_view threat;  // the row of vectors/threat_model.json that it serves, if one
    std::string_view violated;
};

const CheckInfo& info(Check check);
std::optional<Check> check_from_name(std::string_view name);

// A refusal, and its cause: the text of the refusal of a module below.
struct Refusal {
    Check check;
    std::string cause{};

    CudaError cuda() const { return info(check).cuda; }
    // "gate: no evidence … (cudaErrorSystemNotReady)", with the cause if any.
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
    Checked<> demand(Check check, bool holds, std::string cause = {}) const {
        if (holds || faults_.waived(check)) return {};
        return std::unexpected(Refusal{check, std::move(cause)});
    }

   private:
    FaultConfig faults_;
};

}  // namespace assay::guest
