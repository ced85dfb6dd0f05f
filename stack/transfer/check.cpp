#include "stack/transfer/check.h"

#include <fmt/format.h>

#include <array>

#include "stack/base/named_rows.h"

namespace assay::transfer {

namespace {

constexpr CheckInfo kChecks[] = {
#define CHECK(name, requirement, effect, status, violated) \
    {#name, requirement, Effect::effect, Status::status, violated},
#include "stack/transfer/check_table.inc"
#undef CHECK
};

constexpr DefectInfo kDefects[] = {
#define DEFECT(name, what) {#name, what},
#include "stack/transfer/defect_table.inc"
#undef DEFECT
};

constexpr std::array<std::string_view, 7> kStatuses = {
    "INVALID_ARGUMENT",       "INVALID_DATA", "INVALID_STATE", "NOT_READY",
    "INSUFFICIENT_RESOURCES", "BUSY",         "TIMEOUT",
};

}  // namespace

std::string_view name(Status status) { return kStatuses.at(static_cast<size_t>(status)); }

const CheckInfo& info(Check check) { return kChecks[static_cast<size_t>(check)]; }

const DefectInfo& info(Defect defect) { return kDefects[static_cast<size_t>(defect)]; }

std::optional<Check> check_from_name(std::string_view name) { return row_by_name<Check>(kChecks, name); }

std::optional<Defect> defect_from_name(std::string_view name) { return row_by_name<Defect>(kDefects, name); }

std::string Refusal::text() const {
    const CheckInfo& row = info(check);
    std::string line = fmt::format("{}: {} ({})", row.name, row.violated, row.requirement);
    if (!cause.field.empty() || !cause.detail.empty()) line += ": " + cause.text();
    return line;
}

}  // namespace assay::transfer
