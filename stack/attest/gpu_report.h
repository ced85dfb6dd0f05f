// A GPU's or switch's attestation report: GET_MEASUREMENTS and the MEASUREMENTS that answer it (DSP0274 1.1
// to 1.4), as NVIDIA's devices fill them in.
#pragma once

#include <map>

#include "stack/attest/appraisal.h"
#include "stack/attest/evidence.h"
#include "stack/wire/messages/measurements.h"

namespace assay::attest {

// A report's size in bytes; the driver gives at most 8192.
inline constexpr size_t kMaxReport = size_t{64} << 10;
// SHA-384, which all measurements of these devices are.
inline constexpr size_t kMeasurementSize = 48;

// A value and where it stands in the report.
struct Measured {
    Bytes value;
    size_t offset = 0;
};

struct GpuReport {
    wire::GetMeasurements request;
    wire::Measurements response;
    size_t response_offset = 0;
    size_t record_offset = 0;
    size_t opaque_offset = 0;
    size_t signature_offset = 0;

    std::map<uint8_t, Measured> measurements;  // digests by their index, from 1
    // From 1.2 on a device may also say its mode at index 0xFE (DSP0274, DeviceMode): whether a debugger is
    // or was at it.
    bool debugged = false;
};

// Reads the report and makes report_form, report_trailing, report_request, report_version, report_reserved,
// report_nonce, and for the measurements block_*. nullopt when it cannot be read. Without a nonce
// report_nonce is not made; that there is none is found by nonce_expected. One zero byte behind the report is
// warned of where the policy lets that pass: reports of Hopper GPUs were published with it and without.
std::optional<GpuReport> appraise_report(Appraisal& appraisal, const std::string& subject,
                                         const GpuEvidence& evidence, const std::optional<wire::Nonce>& nonce,
                                         const Policy& policy);

// Makes report_signature: the leaf's ECDSA P-384 over SHA-384 of request and response up to the signature;
// from 1.2 on of the VCA before them, and that behind SPDM's prefix (DSP0274, MEASUREMENTS signature).
void appraise_report_signature(Appraisal& appraisal, const std::string& subject, const GpuEvidence& evidence,
                               const GpuReport& report, const crypto::PublicKey& key);

}  // namespace assay::attest
