#include "stack/device/check.h"

#include <fmt/format.h>

#include "stack/base/named_rows.h"

namespace assay::device {

namespace {

constexpr CheckInfo kChecks[] = {
#define CHECK(name, threat, violated) {#name, threat, violated},
#include "stack/device/check_table.inc"
#undef CHECK
};

}  // namespace

const CheckInfo& info(Check check) { return kChecks[static_cast<size_t>(check)]; }

std::optional<Check> check_from_name(std::string_view name) { return row_by_name<Check>(kChecks, name); }

std::string Refusal::text() const {
    if (!check) return cause.text();
    return fmt::format("{}: {}", info(*check).name, info(*check).violated);
}

}  // namespace assay::device
