#include "stack/wire/messages/measurements.h"

namespace assay::wire {

namespace {

constexpr Bits kAttributes[] = {{0, 1, "SignatureRequested"},
                                {1, 1, "RawBitStreamRequested", Version::v1_2},
                                {2, 1, "NewMeasurementRequested", Version::v1_3}};
constexpr Bits kSlotParam[] = {{0, 4, "SlotIDParam"}};
constexpr Bits kResponseParam2[] = {{0, 4, "SlotID", Version::v1_1}, {4, 2, "ContentChanged", Version::v1_2}};
constexpr Bits kValueType[] = {{0, 7, "DMTFSpecMeasurementValueType"}, {7, 1, "RawBitStream"}};
constexpr Bits kSpecification[] = {{0, 1, "DMTFmeasSpec"}};

// Type and size before a DMTF measurement's value.
constexpr size_t kDmtfHeader = 3;

}  // namespace

Field measurement_value_type_field() { return flags("DMTFSpecMeasurementValueType", kValueType); }

void GetMeasurements::describe(Visitor& v) {
    v.header(kCode, spdm_version, flags("Attributes", kAttributes), attributes, {.name = "Operation"},
             operation);
    if ((attributes & kSignatureRequested) != 0) {
        describe_nonce(v, nonce);
        if (v.at_least(Version::v1_1)) v.u8(flags("SlotIDParam", kSlotParam), slot_id_param);
    }
    describe_requester_context(v, requester_context);
}

void Measurements::describe(Visitor& v) {
    v.header(kCode, spdm_version, {.name = "TotalIndices"}, total_indices, flags("Param2", kResponseParam2),
             param2);
    v.u8({.name = "NumberOfBlocks", .kind = FieldKind::count, .counts = "MeasurementBlock"},
         number_of_blocks);
    v.length({.name = "MeasurementRecordLength", .counts = "MeasurementRecord"}, 3, measurement_record);
    v.nested_blob({.name = "MeasurementRecord"}, measurement_record, Nested::measurement_record);
    describe_nonce(v, nonce);
    describe_opaque(v, opaque_data);
    describe_requester_context(v, requester_context);
    if (v.context().signed_response) {
        v.sized({.name = "Signature", .kind = FieldKind::signature}, signature, v.context().signature_size);
    }
}

void MeasurementBlock::describe(Visitor& v) {
    v.u8({.name = "Index"}, index);
    v.u8(flags("MeasurementSpecification", kSpecification), measurement_specification);
    Bytes counted(v.decoding() ? 0 : value.size());
    v.length({.name = "MeasurementSize", .counts = "Measurement"}, 2, counted, kDmtfHeader);
    v.u8(measurement_value_type_field(), value_type);
    v.length({.name = "DMTFSpecMeasurementValueSize", .counts = "DMTFSpecMeasurementValue"}, 2, value);
    if (v.decoding() && !v.failed() && counted.size() != value.size()) {
        v.refuse(Errc::inconsistent, "MeasurementSize", "is not three more than the value's size");
    }
    v.blob({.name = "DMTFSpecMeasurementValue"}, value);
}

void DeviceMode::describe(Visitor& v) {
    v.u32({.name = "OperationalModeCapabilities"}, operational_mode_capabilities);
    v.u32({.name = "OperationalModeState"}, operational_mode_state);
    v.u32({.name = "DeviceModeCapabilities"}, device_mode_capabilities);
    v.u32({.name = "DeviceModeState"}, device_mode_state);
}

void MeasurementRecord::describe(Visitor& v) {
    v.list_to_end("MeasurementBlock", blocks, [](Visitor& w, MeasurementBlock& block) { block.describe(w); });
}

}  // namespace assay::wire
