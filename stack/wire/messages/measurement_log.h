// GET_MEASUREMENT_EXTENSION_LOG and MEASUREMENT_EXTENSION_LOG (DSP0274, GET_MEASUREMENT_EXTENSION_LOG request
// and MEASUREMENT_EXTENSION_LOG response messages), and the DMTF's log, which they carry in portions. 1.3+.
#pragma once

#include "stack/wire/codes.h"
#include "stack/wire/visitor.h"

namespace assay::wire {

struct GetMeasurementExtensionLog {
    static constexpr Code kCode = code::get_measurement_extension_log;
    uint8_t spdm_version = 0;
    uint8_t param1 = 0;
    uint8_t param2 = 0;
    uint32_t offset = 0;
    uint32_t length = 0;
    void describe(Visitor& v);
};

struct MeasurementExtensionLog {
    static constexpr Code kCode = code::measurement_extension_log;
    uint8_t spdm_version = 0;
    uint8_t param1 = 0;
    uint8_t param2 = 0;
    uint32_t remainder_length = 0;
    Bytes mel;  // the portion
    void describe(Visitor& v);
};

// One entry of the DMTF's log: the measurement is as in a measurement block.
struct MelEntry {
    uint32_t mel_index = 0;
    uint8_t meas_index = 0;
    std::array<uint8_t, 3> reserved{};
    uint8_t value_type = 0;
    Bytes value;
    void describe(Visitor& v);

    size_t size() const { return 11 + value.size(); }  // bytes on the wire
};

// The DMTF's log. MELEntriesLen that disagrees with the entries is refused (Errc::inconsistent).
struct MeasurementLog {
    uint64_t reserved = 0;
    std::vector<MelEntry> entries;
    void describe(Visitor& v);
};

}  // namespace assay::wire
