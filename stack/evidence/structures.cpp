#include "stack/evidence/structures.h"

#include <fmt/format.h>

#include <algorithm>

#include "stack/crypto/algorithms.h"
#include "stack/evidence/log_records.h"
#include "stack/evidence/quote.h"
#include "stack/evidence/snp_report.h"
#include "stack/wire/messages/measurements.h"

namespace assay::evidence {

namespace {

// The report of a GPU or switch: a request and its response.
struct DeviceReport {
    std::vector<wire::GetMeasurements> request{1};
    std::vector<wire::Measurements> response{1};
    void describe(wire::Visitor& v) {
        const auto walk = [](wire::Visitor& inner, auto& message) { message.describe(inner); };
        v.list("request", request, walk);
        v.list("response", response, walk);
    }
};

struct Structure {
    std::string_view place;
    wire::Make* make;
};

constexpr Structure kStructures[] = {
    {"gpu-0/report.bin", wire::make_described<DeviceReport>},
    {"snp.unsigned", wire::make_described<SnpReportBody>},
    {"snp/report.bin", wire::make_described<SnpReport>},
    {"tpm.quote.unsigned", wire::make_described<Quote>},
    {"tpm/quote.bin", wire::make_described<Quote>},
    {"tpm/signature.bin", wire::make_described<QuoteSignature>},
    {"tpm/event_log.bin", wire::make_described<AgileLog>},
    {"tpm/canonical_log.bin", wire::make_described<CanonicalField>},  // the first one
};

// The measurements of each device, however many there are.
std::string_view structure_of(std::string_view place) {
    return place.starts_with("gpu-") && place.ends_with("/report.bin") ? "gpu-0/report.bin" : place;
}

// What the layout of SPDM's messages depends on besides; nothing else does.
wire::Context context_of(ByteView bytes) {
    wire::Context context;
    context.version =
        wire::version_from_byte(bytes.empty() ? 0 : bytes.front()).value_or(wire::Version::v1_1);
    context.hash_size = static_cast<uint16_t>(crypto::digest_size(crypto::HashAlgo::sha384));
    context.signature_size = static_cast<uint16_t>(crypto::signature_size(crypto::SignAlgo::ecdsa_p384));
    context.signed_response = true;
    return context;
}

std::unexpected<Error> wrong(std::string detail) {
    return fail(Errc::bad_text, "step", Error::npos, std::move(detail));
}

}  // namespace

Result<wire::Span> find_field(std::string_view place, ByteView bytes, std::string_view field) {
    const auto* known = std::ranges::find(kStructures, structure_of(place), &Structure::place);
    if (known == std::end(kStructures)) return wrong(fmt::format("no structure is described at {}", place));
    const std::string parts = fmt::format("{}.", field);
    std::optional<wire::Span> found;
    for (const wire::Span& span : wire::annotate_as(bytes, *known->make(), context_of(bytes)).spans) {
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
