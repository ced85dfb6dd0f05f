// Evidence as NVIDIA's own tools write it: the JSON of the attestation SDK and nvattest, and reports as
// hexadecimal text.
#pragma once

#include "stack/attest/evidence.h"

namespace assay::attest {

// Whether a file may be such JSON: its first character that is no white space opens a list.
bool is_nvidia_evidence(ByteView file);

// Reads [{"arch": "HOPPER", "certificate": BASE64 of PEM, "evidence": BASE64 of the report, "nonce": HEX},
// …], one entry a device, at most kMaxListed of them; other keys are passed over. "arch" is HOPPER (GH100),
// BLACKWELL (GB100) or LS10. The nonce is the sender's and not taken for the verifier's: it must be text and
// is otherwise not used. All are of SPDM 1.1. Paths are "PATH[0].evidence". Errors: Errc::bad_text naming the
// entry and the key.
Result<std::vector<GpuEvidence>> parse_nvidia_evidence(std::string_view text, const std::string& path);

// A report as hexadecimal text, white space at its ends or none, becomes its bytes; others stay as they are.
Bytes report_bytes(Bytes file);

}  // namespace assay::attest
