// The messages with which a connection opens.
#include "conformance/lab/evidence/report.h"
#include "stack/wire/encode.h"
#include "stack/wire/messages/capabilities.h"
#include "stack/wire/messages/version.h"

namespace assay::lab::evidence {

namespace {

constexpr uint32_t kEcdsaP384 = 0x80, kSha256 = 0x01, kSha384 = 0x02, kMeasurementSha384 = 0x04;

wire::NegotiateAlgorithms offered(uint8_t version) {
    wire::NegotiateAlgorithms message;
    message.spdm_version = version;
    message.measurement_specification = wire::kMeasurementSpecDmtf;
    message.other_params_support = wire::kOpaqueDataFmt1;
    message.base_asym_algo = kEcdsaP384;
    message.base_hash_algo = kSha256 | kSha384;
    return message;
}

wire::Algorithms selected(uint8_t version, const VcaForm& form) {
    wire::Algorithms message;
    message.spdm_version = version;
    message.measurement_specification_sel = wire::kMeasurementSpecDmtf;
    message.other_params_selection = wire::kOpaqueDataFmt1;
    message.measurement_hash_algo = kMeasurementSha384;
    message.base_asym_sel = kEcdsaP384;
    message.base_hash_sel = form.weaker_hash ? kSha256 : kSha384;
    return message;
}

}  // namespace

Bytes make(const VcaForm& form) {
    const wire::Context context{.version = form.version};
    const uint8_t version = wire::byte(form.version);
    wire::VersionResponse versions;
    if (form.older_offered) versions.entries.push_back(0x1100);
    versions.entries.push_back(static_cast<uint16_t>(version << 8));
    wire::GetCapabilities asked;
    asked.spdm_version = version;
    asked.data_transfer_size = asked.max_spdm_msg_size = 0x1200;
    wire::Capabilities has;
    has.spdm_version = version;
    has.flags = wire::cap::cert | wire::cap::meas_fresh |
                (form.no_signatures ? wire::cap::meas_no_sig : wire::cap::meas_sig);
    has.data_transfer_size = has.max_spdm_msg_size = 0x1200;
    Bytes vca = concat({wire::encode_raw(wire::GetVersion{}, context), wire::encode_raw(versions, context),
                        wire::encode_raw(asked, context), wire::encode_raw(has, context),
                        wire::encode_raw(offered(version), context),
                        wire::encode_raw(selected(version, form), context)});
    if (form.edit) form.edit(vca);
    return vca;
}

}  // namespace assay::lab::evidence
