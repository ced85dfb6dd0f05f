#include "stack/attest/check.h"

#include <algorithm>
#include <iterator>

namespace assay::attest {

namespace {

constexpr CheckInfo kChecks[] = {
#define CHECK(name, effect, violated) {#name, Effect::effect, violated},
#include "stack/attest/check_table.inc"
#undef CHECK
};

}  // namespace

const CheckInfo& info(Check check) { return kChecks[static_cast<size_t>(check)]; }

std::optional<Check> check_from_name(std::string_view name) {
    const auto* found = std::ranges::find(kChecks, name, &CheckInfo::name);
    if (found == std::end(kChecks)) return std::nullopt;
    return static_cast<Check>(found - std::begin(kChecks));
}

}  // namespace assay::attest
