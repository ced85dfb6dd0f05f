// What the GPU reports of itself besides its measurements: the opaque fields of MEASUREMENTS, in the form
// that an H100 has.
#pragma once

#include "stack/device/firmware.h"

namespace assay::device {

// The measurement that holds the mode: one byte, digested.
inline constexpr uint8_t kModeIndex = 0x40;

// Versions as the reports of NVIDIA's devices write them: "2.0" of the resource manager, and "96.00.00.00.02"
// of the root of trust.
std::string driver_version(const std::vector<Component>& running);
std::string vbios_version(const std::vector<Component>& running);
// SHA-384 of the first component, which is what signs: 48 bytes.
Bytes fwid_of(const std::vector<Component>& running);

// {type u16, length u16, value}, repeated. From SPDM 1.2 on it is the data of the one vendor element of an
// OpaqueDataFmt1 structure, before that it stands alone.
Bytes report_fields(const std::vector<Component>& running);
Bytes measurement_opaque(const std::vector<Component>& running, const spdm::Parameters& negotiated);

}  // namespace assay::device
