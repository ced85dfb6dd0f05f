#include "stack/evidence/structures.h"

#include <fmt/format.h>

#include <algorithm>

#include "stack/evidence/log_records.h"
#include "stack/evidence/quote.h"
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
    {"tpm.quote.unsigned", wire::make_described<Quote>},
    {"tpm/quote.bin", wire::make_described<Quote>},
    {"tpm/signature.bin", wire::make_described<QuoteSignature>},
    {"tpm/event_log.bin", wire::make_described<AgileLog>},
    {"tpm/canonical_log.bin", wire::make_described<CanonicalField>},  // the first one
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
        const bool is_part = span.path == field || span.path.starts_with(parts);
        if (found && !is_part) break;
        if (!is_part) continue;
        if (!found) found = span;
        found->size = span.end() - found->offset;
    }
    if (!found) return wrong(fmt::format("{} has no field {}", place, field));
    return *found;
}

}  // namespace assay::evidence
