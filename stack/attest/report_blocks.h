// The measurement blocks of a report.
#pragma once

#include "stack/attest/gpu_report.h"

namespace assay::attest {

// Makes block_form, block_count, block_kind, block_index and block_duplicate, and fills in the report's
// measurements. Good are SHA-384 digests of mutable firmware at the indices 1 to 0xEF; from 1.2 on also the
// device's mode at 0xFE (DSP0274, DMTF measurement specification format).
void appraise_blocks(Appraisal& appraisal, const std::string& subject, wire::Version version,
                     GpuReport& report);

}  // namespace assay::attest
