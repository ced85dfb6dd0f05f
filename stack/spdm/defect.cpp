#include "stack/spdm/defect.h"

namespace assay::spdm {

namespace {

constexpr DefectInfo kTable[] = {
#define DEFECT(name, kind, what) {#name, DefectKind::kind, what},
#include "stack/spdm/defect_table.inc"
#undef DEFECT
};

}  // namespace

const DefectInfo& info(Defect defect) { return kTable[static_cast<size_t>(defect)]; }

std::optional<Defect> defect_from_name(std::string_view name) {
    for (size_t i = 0; i < kDefectCount; ++i) {
        if (kTable[i].name == name) return static_cast<Defect>(i);
    }
    return std::nullopt;
}

}  // namespace assay::spdm
