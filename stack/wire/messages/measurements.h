// GET_MEASUREMENTS and MEASUREMENTS (DSP0274, GET_MEASUREMENTS request and MEASUREMENTS response messages),
// and the measurement blocks they carry.
#pragma once

#include "stack/wire/codes.h"
#include "stack/wire/messages/challenge.h"
#include "stack/wire/visitor.h"

namespace assay::wire {

// Attributes (Param1 of the request).
inline constexpr uint8_t kSignatureRequested = 0x01;
inline constexpr uint8_t kRawBitStreamRequested = 0x02;    // 1.2+
inline constexpr uint8_t kNewMeasurementRequested = 0x04;  // 1.3+
// Operations (Param2 of the request) besides an index 1..0xFE.
inline constexpr uint8_t kMeasurementCount = 0x00;
inline constexpr uint8_t kAllMeasurements = 0xff;
// SlotIDParam that names the provisioned raw public key.
inline constexpr uint8_t kMeasurementRawKey = 0x0f;

struct GetMeasurements {
    static constexpr Code kCode = code::get_measurements;
    uint8_t spdm_version = 0;
    uint8_t attributes = 0;                // Param1
    uint8_t operation = 0;                 // Param2: 0 count, 1..0xFE index, 0xFF all
    Nonce nonce{};                         // with SignatureRequested
    uint8_t slot_id_param = 0;             // with SignatureRequested, 1.1+
    RequesterContext requester_context{};  // 1.3+
    void describe(Visitor& v);
};

struct Measurements {
    static constexpr Code kCode = code::measurements;
    uint8_t spdm_version = 0;
    uint8_t total_indices = 0;  // Param1: when the operation was 0
    uint8_t param2 = 0;         // bits 3:0 slot (1.1+, signed), bits 5:4 ContentChanged (1.2+)
    uint8_t number_of_blocks = 0;
    Bytes measurement_record;
    Nonce nonce{};
    Bytes opaque_data;
    RequesterContext requester_context{};  // 1.3+
    Bytes signature;                       // when requested
    void describe(Visitor& v);
};

// DMTFSpecMeasurementValueType bits 6:0; bit 7 marks a raw bit stream.
namespace value_type {
inline constexpr uint8_t immutable_rom = 0, mutable_firmware = 1, hardware_configuration = 2,
                         firmware_configuration = 3, measurement_manifest = 4, device_mode = 5,
                         firmware_version = 6, security_version = 7, hash_extended = 8, informational = 9,
                         structured_manifest = 10, raw_bit_stream = 0x80;
}
// Reserved indexes, 1.2+.
inline constexpr uint8_t kManifestIndex = 0xfd;
inline constexpr uint8_t kDeviceModeIndex = 0xfe;

// The field that holds one of these.
Field measurement_value_type_field();

// One measurement block with a DMTF measurement.
struct MeasurementBlock {
    uint8_t index = 1;
    uint8_t measurement_specification = 1;
    uint8_t value_type = 0;
    Bytes value;
    void describe(Visitor& v);
};

// The value of the block at kDeviceModeIndex (DSP0274, DeviceMode field of a measurement): what of each the
// device supports, and what is on. 16 bytes.
struct DeviceMode {
    uint32_t operational_mode_capabilities = 0;
    uint32_t operational_mode_state = 0;
    uint32_t device_mode_capabilities = 0;
    // Non-invasive and invasive debugging, active or since the last reset.
    uint32_t device_mode_state = 0;
    void describe(Visitor& v);
};

// The blocks of a MeasurementRecord. MeasurementSize that disagrees with the value size is refused
// (Errc::inconsistent).
struct MeasurementRecord {
    std::vector<MeasurementBlock> blocks;
    void describe(Visitor& v);
};

}  // namespace assay::wire
