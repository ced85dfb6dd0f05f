#include "stack/wire/messages/measurement_log.h"

#include "stack/wire/messages/measurements.h"

namespace assay::wire {

void GetMeasurementExtensionLog::describe(Visitor& v) {
    v.header(kCode, spdm_version, reserved_field("Param1"), param1, reserved_field("Param2"), param2);
    v.u32({.name = "Offset"}, offset);
    v.u32({.name = "Length"}, length);
}

void MeasurementExtensionLog::describe(Visitor& v) {
    v.header(kCode, spdm_version, reserved_field("Param1"), param1, reserved_field("Param2"), param2);
    v.length({.name = "PortionLength", .counts = "MEL"}, 4, mel);
    v.u32({.name = "RemainderLength"}, remainder_length);
    // Only a portion that may be the whole log has the structure of one.
    if (remainder_length == 0) return v.nested_blob({.name = "MEL"}, mel, Nested::measurement_log);
    v.blob({.name = "MEL"}, mel);
}

void MelEntry::describe(Visitor& v) {
    v.u32({.name = "MELIndex"}, mel_index);
    v.u8({.name = "MeasIndex"}, meas_index);
    v.array(reserved_field(), reserved);
    v.u8(measurement_value_type_field(), value_type);
    v.length({.name = "DMTFSpecMeasurementValueSize", .counts = "DMTFSpecMeasurementValue"}, 2, value);
    v.blob({.name = "DMTFSpecMeasurementValue"}, value);
}

void MeasurementLog::describe(Visitor& v) {
    size_t size = 0;
    for (const MelEntry& entry : entries) size += entry.size();
    Bytes counted(v.decoding() ? 0 : size);
    v.count({.name = "NumberOfEntries", .kind = FieldKind::count, .counts = "MELEntry"}, 4, entries,
            MelEntry{}.size());
    v.length({.name = "MELEntriesLen", .counts = "MELEntry"}, 4, counted);
    v.u64(reserved_field(), reserved);
    size_t start = v.position();
    v.list("MELEntry", entries, [](Visitor& w, MelEntry& entry) { entry.describe(w); });
    if (!v.failed() && v.decoding() && v.position() - start != counted.size()) {
        v.refuse(Errc::inconsistent, "MELEntriesLen", "is not the size of the entries");
    }
}

}  // namespace assay::wire
