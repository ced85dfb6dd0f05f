#include "stack/attest/check.h"

#include "stack/base/named_rows.h"

namespace assay::attest {

namespace {

constexpr CheckInfo kChecks[] = {
#define CHECK(name, effect, violated) {#name, Effect::effect, violated},
#include "stack/attest/check_table.inc"
#undef CHECK
};

}  // namespace

const CheckInfo& info(Check check) { return kChecks[static_cast<size_t>(check)]; }

std::optional<Check> check_from_name(std::string_view name) { return row_by_name<Check>(kChecks, name); }

}  // namespace assay::attest
