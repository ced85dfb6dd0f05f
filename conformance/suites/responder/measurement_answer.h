// MEASUREMENTS taken apart, and what summaries are made of.
#pragma once

#include "conformance/suites/responder/support.h"
#include "stack/wire/messages/measurements.h"

namespace assay::cases {

struct MeasurementAnswer {
    wire::Measurements message;
    std::vector<wire::MeasurementBlock> blocks;
};

// MEASUREMENTS taken apart. Errors: Errc::bad_code for another answer, those of the decoder.
Result<MeasurementAnswer> read_measurements(const Exchange& exchange);

// Reads all measurements on this connection and gives what a summary of them may be, the usual one first: the
// hash of the blocks; at 1.0 and 1.1 also that of what the blocks hold, or of the values alone
// (vectors/disputes.json, DISPUTE-SUMMARY-OF-VALUES).
std::expected<std::vector<Bytes>, engine::Finding> summaries_of_all(CaseContext& test,
                                                                    std::string_view requirement);

}  // namespace assay::cases
