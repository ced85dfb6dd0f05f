// What a device claims, as text.
#pragma once

#include <string>

#include "stack/spdm/parameters.h"

namespace assay::cli {

// The flags of CAPABILITIES: "0x00000002 (CERT_CAP)".
std::string capabilities_text(const spdm::Parameters& parameters);
// What ALGORITHMS selected for signatures, hashes and measurements.
std::string algorithms_text(const spdm::Parameters& parameters);
// And for sessions: the groups and ciphers. "none" where none was negotiated.
std::string session_algorithms_text(const spdm::Parameters& parameters);

}  // namespace assay::cli
