// The fields of a report's opaque data, and what NVIDIA's devices mean by them (local_gpu_verifier,
// spdm_msrt_resp_msg; attestation-sdk, spdm_opaque_data).
#pragma once

#include <map>
#include <span>

#include "stack/attest/appraisal.h"
#include "stack/evidence/opaque_fields.h"
#include "stack/wire/version.h"

namespace assay::attest {

enum class DeviceKind : uint8_t { gpu, nvswitch };

// What stands in a field.
enum class OpaqueForm : uint8_t {
    bytes,
    text,    // printable ASCII, then zeros to its end, which there need not be
    status,  // 0xAA: on; 0x55: off
    number,  // little-endian, not above `limit`
};

// A field that a kind of device may have.
struct OpaqueInfo {
    uint16_t type;
    std::string_view name;
    // Lengths in bytes: from min to max in steps.
    uint16_t min;
    uint16_t max;
    uint16_t step = 1;
    bool required = false;
    OpaqueForm form = OpaqueForm::bytes;
    uint64_t limit = ~uint64_t{0};
};
std::span<const OpaqueInfo> opaque_table(DeviceKind kind);

namespace opaque = evidence::opaque;

struct OpaqueField {
    const OpaqueInfo* info = nullptr;  // null when this kind of device does not have it
    Bytes value;
    size_t offset = 0;  // of the value, in the report
};

class OpaqueFields {
   public:
    const OpaqueField* find(uint16_t type) const;
    // Of a field that is text, without what follows its end; empty when it is not there.
    std::string text(uint16_t type) const;
    std::optional<uint64_t> number(uint16_t type) const;
    void set(uint16_t type, OpaqueField field) { fields_[type] = std::move(field); }

   private:
    std::map<uint16_t, OpaqueField> fields_;
};

// The place of the fields in the opaque data of a report.
struct OpaquePlace {
    ByteView fields;
    size_t offset = 0;  // in the report
};
// Finds the fields in opaque data (stack/evidence/opaque_fields.h); when it has none, opaque_form is
// violated.
std::optional<OpaquePlace> find_opaque_fields(Appraisal& appraisal, const std::string& subject,
                                              wire::Version version, OpaquePlace opaque_data);

// Reads the fields and makes opaque_form, and if that holds opaque_duplicate, opaque_unknown, opaque_length,
// opaque_required and opaque_value.
OpaqueFields appraise_opaque(Appraisal& appraisal, const std::string& subject, DeviceKind kind,
                             const OpaquePlace& place);

// VBIOS_VERSION as it is written elsewhere: of a GPU, "96.00.9F.00.01"; of a switch the text that it is.
std::string vbios_version(DeviceKind kind, const OpaqueFields& fields);

}  // namespace assay::attest
