#include "stack/attest/vca.h"

#include <algorithm>

#include "stack/spdm/algorithms.h"
#include "stack/wire/decode.h"
#include "stack/wire/messages/algorithms.h"
#include "stack/wire/messages/capabilities.h"
#include "stack/wire/messages/version.h"

namespace assay::attest {

namespace {

// Takes the messages off one by one; what does not fit is said once.
struct Opening {
    ByteView bytes;
    wire::Context context;
    size_t offset = 0;  // of the next message
    size_t before = 0;  // of the last one
    std::string fault{};

    template <class M>
    M next() {
        before = offset;
        if (!fault.empty()) return {};
        size_t used = 0;
        auto message = wire::decode<M>(bytes.subspan(offset), context, {}, &used);
        if (!message) {
            fault = message.error().text();
            return {};
        }
        offset += used;
        return *std::move(message);
    }

    void demand(bool holds, std::string_view what) {
        if (!holds && fault.empty()) {
            fault = what;
            offset = before;
        }
    }
};

bool offers(const wire::VersionResponse& response, wire::Version version) {
    for (const uint16_t entry : response.entries)
        if (entry >> 8 == wire::byte(version)) return true;
    return false;
}

void read(Opening& opening) {
    const wire::Version version = opening.context.version;
    const uint8_t byte = wire::byte(version);
    opening.next<wire::GetVersion>();
    const auto versions = opening.next<wire::VersionResponse>();
    opening.demand(offers(versions, version), "VERSION does not have the connection's version");
    const auto asked = opening.next<wire::GetCapabilities>();
    opening.demand(asked.spdm_version == byte, "GET_CAPABILITIES is of another version");
    const auto capabilities = opening.next<wire::Capabilities>();
    opening.demand(capabilities.spdm_version == byte, "CAPABILITIES is of another version");
    opening.demand((capabilities.flags & wire::cap::meas) == wire::cap::meas_sig,
                   "the device does not sign measurements");
    const auto offered = opening.next<wire::NegotiateAlgorithms>();
    opening.demand(offered.spdm_version == byte, "NEGOTIATE_ALGORITHMS is of another version");
    const auto selected = opening.next<wire::Algorithms>();
    opening.demand(selected.spdm_version == byte, "ALGORITHMS is of another version");
    opening.demand(selected.base_asym_sel == spdm::bit(crypto::SignAlgo::ecdsa_p384),
                   "ECDSA P-384 is not selected");
    opening.demand(selected.base_hash_sel == spdm::bit(crypto::HashAlgo::sha384), "SHA-384 is not selected");
    opening.demand(selected.measurement_hash_algo == spdm::measurement_bit(crypto::HashAlgo::sha384),
                   "SHA-384 is not selected for measurements");
    opening.demand(selected.measurement_specification_sel == wire::kMeasurementSpecDmtf,
                   "DMTF's measurements are not selected");
    opening.demand((selected.other_params_selection & 0x0f) == wire::kOpaqueDataFmt1,
                   "OpaqueDataFmt1 is not selected");
    opening.before = opening.offset;
    opening.demand(opening.offset == opening.bytes.size(), "bytes follow ALGORITHMS");
}

}  // namespace

void appraise_vca(Appraisal& appraisal, const std::string& subject, const GpuEvidence& evidence) {
    Opening opening{.bytes = evidence.vca.bytes, .context = {.version = evidence.version}};
    if (evidence.version >= wire::Version::v1_2) {
        read(opening);
    } else {
        opening.demand(opening.bytes.empty(), "there are none before 1.2");
    }
    const bool held = opening.fault.empty();
    appraisal.demand(Check::report_vca, held,
                     {.subject = subject,
                      .field = "VCA",
                      .offset = held ? 0 : opening.offset,
                      .bytes = held ? opening.bytes
                                    : opening.bytes.subspan(std::min(opening.offset, opening.bytes.size())),
                      .reason = opening.fault});
}

}  // namespace assay::attest
