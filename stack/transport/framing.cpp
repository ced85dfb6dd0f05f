#include "stack/transport/framing.h"

#include <fmt/format.h>

#include "stack/base/named_rows.h"

namespace assay::transport {

namespace {

constexpr FramingInfo kTable[] = {
#define FRAMING(name, requirement, violated) {#name, requirement, violated},
#include "stack/transport/framing_table.inc"
#undef FRAMING
};

constexpr FramingDefectInfo kDefects[] = {
#define FRAMING_DEFECT(name, what) {#name, what},
#include "stack/transport/framing_defect_table.inc"
#undef FRAMING_DEFECT
};

}  // namespace

const FramingInfo& info(Framing framing) { return kTable[static_cast<size_t>(framing)]; }

std::optional<Framing> framing_from_name(std::string_view name) { return row_by_name<Framing>(kTable, name); }

const FramingDefectInfo& info(FramingDefect defect) { return kDefects[static_cast<size_t>(defect)]; }

std::optional<FramingDefect> framing_defect_from_name(std::string_view name) {
    return row_by_name<FramingDefect>(kDefects, name);
}

std::unexpected<Error> refuse(Framing framing, size_t offset) {
    const FramingInfo& row = info(framing);
    return fail(Errc::bad_code, row.name, offset, fmt::format("{} ({})", row.violated, row.requirement));
}

Result<> demand(const FramingFaultConfig& faults, Framing framing, bool holds, size_t offset) {
    if (holds || faults.waived(framing)) return {};
    return refuse(framing, offset);
}

}  // namespace assay::transport
