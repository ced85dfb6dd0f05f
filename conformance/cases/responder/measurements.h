// What the cases of GET_MEASUREMENTS share.
#pragma once

#include "conformance/cases/responder/support.h"
#include "stack/wire/messages/measurements.h"

namespace assay::cases {

struct MeasurementAnswer {
    wire::Measurements message;
    std::vector<wire::MeasurementBlock> blocks;
};

// MEASUREMENTS taken apart. Errors: Errc::bad_code for another answer, those of the decoder.
Result<MeasurementAnswer> read_measurements(const Exchange& exchange);

}  // namespace assay::cases
