#include "stack/spdm/defect.h"

#include "stack/base/named_rows.h"

namespace assay::spdm {

namespace {

constexpr DefectInfo kTable[] = {
#define DEFECT(name, kind, what) {#name, DefectKind::kind, what},
#include "stack/spdm/defect_table.inc"
#undef DEFECT
};

}  // namespace

const DefectInfo& info(Defect defect) { return kTable[static_cast<size_t>(defect)]; }

std::optional<Defect> defect_from_name(std::string_view name) { return row_by_name<Defect>(kTable, name); }

}  // namespace assay::spdm
