#include "stack/device/check.h"

#include <fmt/format.h>

#include <algorithm>

namespace assay::device {

namespace {

constexpr CheckInfo kChecks[] = {
#define CHECK(name, threat, violated) {#name, threat, violated},
#include "stack/device/check_table.inc"
#undef CHECK
};

}  // namespace

const CheckInfo& info(Check check) { return kChecks[static_cast<size_t>(check)]; }

std::optional<Check> check_from_name(std::string_view name) {
    const auto* found = std::ranges::find(kChecks, name, &CheckInfo::name);
    if (found == std::end(kChecks)) return std::nullopt;
    return static_cast<Check>(found - std::begin(kChecks));
}

std::string Refusal::text() const {
    if (!check) return cause.text();
    return fmt::format("{}: {}", info(*check).name, info(*check).violated);
}

}  // namespace assay::device
