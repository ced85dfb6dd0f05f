// The opaque data of reports of NVIDIA's GPUs and switches: fields of type, length and value, little-endian
// (local_gpu_verifier, spdm_msrt_resp_msg; attestation-sdk, spdm_opaque_data). The one description of them.
#pragma once

#include <optional>

#include "stack/wire/annotate.h"

namespace assay::evidence {

// Types of fields that have a name here; the rest are numbers.
namespace opaque {
inline constexpr uint16_t driver_version = 3, gpu_info = 4, vbios_version = 6, nvdec0_status = 11,
                          counts = 12, cpr_info = 13, board_id = 14, chip_sku = 15, chip_sku_mod = 16,
                          project = 17, project_sku = 18, project_sku_mod = 19, fwid = 20,
                          protected_pcie = 21, pdi = 22, disabled_ports = 23, position_id = 24,
                          lock_status = 25, switch_gpu_pdis = 26, sys_enable = 33, data_version = 34,
                          chip_info = 35, feature_flag = 36;
inline constexpr uint8_t kOn = 0xaa, kOff = 0x55;
}  // namespace opaque

struct NvidiaField {
    uint16_t type = 0;
    Bytes value;
    void describe(wire::Visitor& v);
};

// The fields as they stand in a report of that version. Before SPDM 1.2 they are all of its opaque data. From
// then on it has the form that was negotiated, OpaqueDataFmt1, and they are the data of its one element,
// whose vendor is NVIDIA (10DEh of PCI-SIG). No report of 1.2 is public: this is the one way in which DSP0274
// (general opaque data format) lets a vendor's bytes stand there.
Bytes nvidia_opaque_data(wire::Version version, Bytes fields);
// Where the fields stand in such opaque data. Errors: why it is no such data.
struct FieldsPlace {
    size_t offset = 0, size = 0;
};
Result<FieldsPlace> find_nvidia_fields(wire::Version version, ByteView opaque_data);

}  // namespace assay::evidence
