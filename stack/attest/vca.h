// The six messages that open a connection, GET_VERSION to ALGORITHMS, which are signed with the measurements
// from SPDM 1.2 on.
#pragma once

#include "stack/attest/appraisal.h"
#include "stack/attest/evidence.h"

namespace assay::attest {

// Makes report_vca: before 1.2 there are no such messages; from 1.2 on they are all there, in order and with
// nothing behind them, of the version that the evidence says, which VERSION has; the device can sign
// measurements, and what was selected is what NVIDIA's driver insists on: ECDSA P-384, SHA-384 for transcript
// and measurements, DMTF's measurement specification, OpaqueDataFmt1.
void appraise_vca(Appraisal& appraisal, const std::string& subject, const GpuEvidence& evidence);

}  // namespace assay::attest
