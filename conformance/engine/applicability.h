// What a device must claim for a case.
#pragma once

#include <string>
#include <vector>

#include "conformance/engine/case.h"

namespace assay::engine {

// What the device lacks of responder flags (wire::cap), as a sentence; empty when it lacks nothing. MEAS_CAP
// has two bits: both together ask for any measurements, the upper one for signed ones. PSK_CAP likewise: the
// upper one asks for a responder context.
std::string missing_claim(const Claims& claims, uint32_t flags);

// The flags by the names of the specification: {"MEAS_CAP 10b", "CERT_CAP"}.
std::vector<std::string> names_of_needs(uint32_t flags);

}  // namespace assay::engine
