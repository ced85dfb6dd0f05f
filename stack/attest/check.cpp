#include "stack/attest/check.h"

#include "stack/base/named_rows.h"

namespace assay::attest {

namespace {

constexpr CheckInfo kChecks[] = {
#define CHECK(name, effect, violated) {#name, Effect::effect, violated},
#include "stack/attest/check_table.inc"
#undef CHECK
};

constexpr DefectInfo kDefects[] = {
#define DEFECT(name, what) {#name, what},
#include "stack/attest/defect_table.inc"
#undef DEFECT
};

}  // namespace

const CheckInfo& info(Check check) { return kChecks[static_cast<size_t>(check)]; }

std::optional<Check> check_from_name(std::string_view name) { return row_by_name<Check>(kChecks, name); }

const DefectInfo& info(Defect defect) { return kDefects[static_cast<size_t>(defect)]; }

std::optional<Defect> defect_from_name(std::string_view name) { return row_by_name<Defect>(kDefects, name); }

}  // namespace assay::attest
