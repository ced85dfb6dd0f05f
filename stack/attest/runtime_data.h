// Runtime data of a guest on Azure: JSON that what runs below the guest (HCL) writes, whose SHA-256 stands in
// REPORT_DATA, and which names the virtual TPM's attestation key as a JSON Web Key (Microsoft, "Azure
// confidential VM guest attestation"; kinvolk/azure-cvm-tooling, az-cvm-vtpm). The key comes without a
// certificate: that it is the TPM's, the processor vouches for.
#pragma once

#include <nlohmann/json.hpp>

#include "stack/crypto/keys.h"

namespace assay::attest {

// The "kid" of the attestation key.
inline constexpr std::string_view kAttestationKeyId = "HCLAkPub";

struct RuntimeData {
    crypto::PublicKey attestation_key;
    nlohmann::json vm_configuration;  // as it stands there; null when it does not
};

// Errors: Errc::bad_text for what is no JSON, or has not exactly one key of that name; Errc::bad_key when
// that is no RSA key.
Result<RuntimeData> parse_runtime_data(ByteView bytes);

// What REPORT_DATA is of such data: its SHA-256 and 32 zeros.
Bytes runtime_report_data(ByteView bytes);

}  // namespace assay::attest
