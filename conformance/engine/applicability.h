// What a device must claim for a case.
#pragma once

#include <string>

#include "conformance/engine/case.h"

namespace assay::engine {

// What the device lacks of responder flags (wire::cap), as a sentence; empty when it lacks nothing. MEAS_CAP
// has two bits: both together ask for any measurements, the upper one for signed ones.
std::string missing_claim(const Claims& claims, uint32_t flags);

}  // namespace assay::engine
