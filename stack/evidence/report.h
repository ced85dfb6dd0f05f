// A GPU's or a switch's attestation report as its fields: GET_MEASUREMENTS and MEASUREMENTS (DSP0274), blocks
// of DMTF measurements, opaque fields as NVIDIA's devices have them.
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "stack/evidence/keys.h"
#include "stack/evidence/opaque_fields.h"
#include "stack/wire/version.h"

namespace assay::evidence {

// What is not given is as it should be.
struct BlockForm {
    uint8_t index = 1;
    uint8_t specification = 1;
    std::optional<uint16_t> size;  // of all that follows
    uint8_t type = 1;              // digest of mutable firmware
    std::optional<uint16_t> value_size;
    Bytes value;
    Bytes after;  // behind the value, inside the block
};

struct OpaqueForm {
    uint16_t type = 0;
    Bytes value;
    std::optional<uint16_t> length;
};

struct ReportForm {
    wire::Version version = wire::Version::v1_1;

    // GET_MEASUREMENTS.
    std::optional<uint8_t> request_version;
    uint8_t request_code = 0xe0;
    uint8_t attributes = 0x01;  // signature requested
    uint8_t operation = 0xff;   // all
    Bytes nonce;                // 32 bytes
    uint8_t slot = 0;

    // MEASUREMENTS.
    std::optional<uint8_t> response_version;
    uint8_t response_code = 0x60;
    uint8_t param1 = 0, param2 = 0;
    std::optional<uint8_t> block_count;
    std::optional<uint32_t> record_length;
    std::vector<BlockForm> blocks;
    Bytes responder_nonce;  // 32 bytes
    std::vector<OpaqueForm> opaque;
    Bytes opaque_tail;  // behind the last field, counted
    std::optional<uint16_t> opaque_length;

    KeyName signer;
    std::function<void(Bytes&)> edit_before;  // on what is signed, without the VCA
    std::function<void(Bytes&)> edit_after;   // on the whole

    // The field, or null; for edits.
    OpaqueForm* field(uint16_t type);
    void drop(uint16_t type);
};

// Where each part begins in the file; of the opaque data, its first field.
struct ReportLayout {
    size_t response = 0, record = 0, responder_nonce = 0, opaque_length = 0, opaque = 0, signature = 0,
           end = 0;
};
ReportLayout layout(const ReportForm& form);

// The report. `vca` is what went before it in the transcript from 1.2 on, and is not part of it.
Bytes make(const ReportForm& form, ByteView vca);

// The six messages with which a connection of that version opens, that selects what the driver insists on:
// ECDSA P-384, SHA-384, DMTF measurements.
struct VcaForm {
    wire::Version version = wire::Version::v1_2;
    bool older_offered = true;   // VERSION also has 1.1
    bool weaker_hash = false;    // SHA-256 is selected
    bool no_signatures = false;  // MEAS_CAP without signatures
    std::function<void(Bytes&)> edit{};
};
Bytes make(const VcaForm& form);

}  // namespace assay::evidence
