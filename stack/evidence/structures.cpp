#include "stack/evidence/structures.h"

#include <fmt/format.h>

#include <algorithm>

#include "stack/evidence/snp_report.h"

namespace assay::evidence {

namespace {

struct Structure {
    std::string_view place;
    wire::Make* make;
};

constexpr Structure kStructures[] = {
    {"snp.unsigned", wire::make_described<SnpReportBody>},
    {"snp/report.bin", wire::make_described<SnpReport>},
};

std::unexpected<Error> wrong(std::string detail) {
    return fail(Errc::bad_text, "step", Error::npos, std::move(detail));
}

}  // namespace

Result<wire::Span> find_field(std::string_view place, ByteView bytes, std::string_view field) {
    const auto* known = std::ranges::find(kStructures, place, &Structure::place);
    if (known == std::end(kStructures)) return wrong(fmt::format("no structure is described at {}", place));
    const std::string parts = fmt::format("{}.", field);
    std::optional<wire::Span> found;
    for (const wire::Span& span : wire::annotate_as(bytes, *known->make()).spans) {
        if (span.path != field && !span.path.starts_with(parts)) continue;
        if (!found) found = span;
        found->size = span.end() - found->offset;
    }
    if (!found) return wrong(fmt::format("{} has no field {}", place, field));
    return *found;
}

}  // namespace assay::evidence
