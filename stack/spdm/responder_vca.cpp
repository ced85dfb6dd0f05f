// The responder's part of VCA: version, capabilities, algorithms.
#include <algorithm>

#include "stack/spdm/algorithms.h"
#include "stack/spdm/capability_rules.h"
#include "stack/spdm/responder.h"
#include "stack/wire/encode.h"
#include "stack/wire/header.h"
#include "stack/wire/messages/version.h"

namespace assay::spdm {

using namespace wire;

namespace {

constexpr size_t kMaxExtended1_0 = 8;
constexpr size_t kMaxExtended = 20;

}  // namespace

Checked<Bytes> Responder::get_version(ByteView request) {
    Parameters none;
    // An ERROR to a GET_VERSION of another version carries 1.0 whatever was negotiated.
    if (wire::version_byte(request) != byte(Version::v1_0) && !checker_.waived(Check::version_header)) {
        ErrorResponse answer;
        answer.error_code = static_cast<uint8_t>(ErrorCode::version_mismatch);
        last_refusal_ = Refusal{Check::version_header, ErrorCode::version_mismatch, 0, {}};
        return *encode(answer, none.context());
    }
    state_ = ConnectionState::after_version;
    parameters_ = none;
    transcript_.clear();
    authenticated_ = resynch_ = false;
    deferred_.reset();
    deferrals_.clear();
    identities_.clear();
    requester_chains_.clear();
    requester_authenticated_ = false;
    if (!checker_.has(Defect::encapsulated_flow_survives)) flow_.reset();
    if (!checker_.has(Defect::version_keeps_sessions)) end_sessions();
    VersionResponse response;
    for (Version version : device_.versions)
        response.entries.push_back(static_cast<uint16_t>(byte(version) << 8));
    Bytes bytes = encoded(response, parameters_.context());
    transcript_.add_vca(request.first(4));
    transcript_.add_vca(bytes);
    return bytes;
}

Checked<Bytes> Responder::get_capabilities(ByteView request) {
    bool offered = std::ranges::any_of(device_.versions,
                                       [&](Version v) { return byte(v) == wire::version_byte(request); });
    TRY(checker_.demand(Check::capabilities_version, offered));
    Version version = version_from_byte(wire::version_byte(request)).value_or(device_.versions.front());
    Context context;
    context.version = version;
    size_t used = 0;
    DecodeOptions options{.lenient = checker_.waived(Check::capabilities_size)};
    auto message = checker_.demand_value(Check::capabilities_size,
                                         decode<GetCapabilities>(request, context, options, &used));
    if (!message) {
        // The refusal already speaks the version that was asked for.
        ErrorResponse answer;
        answer.error_code = static_cast<uint8_t>(ErrorCode::invalid_request);
        last_refusal_ = message.error();
        return *encode(answer, context);
    }
    Checked<> legal = check_requester_capabilities(checker_, version, *message);
    if (!legal) {
        ErrorResponse answer;
        answer.error_code = static_cast<uint8_t>(*legal.error().error);
        last_refusal_ = legal.error();
        return *encode(answer, context);
    }
    Parameters& p = parameters_;
    p.version = version;
    p.requester_flags = message->flags & known_requester_flags(version);
    p.requester_ct_exponent = message->ct_exponent;
    p.requester_data_transfer_size = message->data_transfer_size;
    p.requester_max_msg_size = message->max_spdm_msg_size;
    p.responder_flags = device_.flags & known_responder_flags(version);
    p.responder_ct_exponent = device_.ct_exponent;
    Capabilities response;
    response.ct_exponent = device_.ct_exponent;
    response.flags = p.responder_flags;
    if (checker_.has(Defect::reserved_flags_echoed))
        response.flags |= message->flags & ~known_requester_flags(version);
    if (version >= Version::v1_2) {
        response.data_transfer_size = p.responder_data_transfer_size = device_.data_transfer_size;
        response.max_spdm_msg_size = p.responder_max_msg_size = device_.max_msg_size;
    }
    Bytes bytes = encoded(response, context);
    transcript_.add_vca(request.first(std::min(used, request.size())));
    transcript_.add_vca(bytes);
    state_ = ConnectionState::after_capabilities;
    return bytes;
}

Checked<> Responder::check_algorithms(const NegotiateAlgorithms& request) const {
    size_t extended = request.ext_asym.size() + request.ext_hash.size();
    for (const AlgStruct& item : request.alg_structs) extended += item.alg_external.size();
    size_t most = parameters_.version == Version::v1_0 ? kMaxExtended1_0 : kMaxExtended;
    TRY(checker_.demand(Check::algorithms_extended, extended <= most));
    uint8_t last_type = parameters_.version >= Version::v1_4 ? alg_type::kem_alg : alg_type::key_schedule;
    uint8_t previous = 0;
    for (const AlgStruct& item : request.alg_structs) {
        TRY(checker_.demand(Check::algorithms_type,
                            item.alg_type >= alg_type::dhe && item.alg_type <= last_type));
        TRY(checker_.demand(Check::algorithms_type_order, item.alg_type > previous));
        TRY(checker_.demand(Check::algorithms_fixed_count, item.alg_count >> 4 == 2));
        TRY(checker_.demand(Check::algorithms_empty_struct,
                            item.alg_supported != 0 || !item.alg_external.empty()));
        previous = item.alg_type;
    }
    if (parameters_.version < Version::v1_3) return {};
    bool wanted = (request.other_params_support & kMultiKeyConn) != 0;
    uint32_t ours = parameters_.responder_flags & cap::multi_key;
    bool allowed = wanted ? ours != 0 : ours != cap::multi_key_only;
    return checker_.demand(Check::algorithms_multi_key, allowed);
}

// Fills in the parameters and the response; what has nothing in common stays 0.
Algorithms Responder::select_algorithms(const NegotiateAlgorithms& request) {
    Parameters& p = parameters_;
    Needed need = needed(p, (request.measurement_specification & kMeasurementSpecDmtf) != 0);
    p.base_asym = prefer_base_asym(request.base_asym_algo & device_.base_asym() & kAllBaseAsym &
                                   known_base_asym(p.version));
    p.base_hash = prefer_base_hash(request.base_hash_algo & device_.base_hash & known_base_hash(p.version));
    const auto wanted = [&](bool needed, Defect unneeded) { return needed || checker_.has(unneeded); };
    if (wanted(need.measurement, Defect::unneeded_measurement_hash)) {
        p.measurement_specification = kMeasurementSpecDmtf;
        p.measurement_hash = prefer_highest(device_.measurement_hash & known_measurement_hash(p.version));
    }
    if (p.version >= Version::v1_2) {
        uint8_t common = request.other_params_support & device_.opaque_formats;
        p.opaque_format = (common & kOpaqueDataFmt1) != 0 ? kOpaqueDataFmt1 : common & kOpaqueDataFmt0;
    }
    Algorithms response;
    response.measurement_specification_sel = p.measurement_specification;
    response.other_params_selection = p.opaque_format;
    response.measurement_hash_algo = p.measurement_hash;
    response.base_asym_sel = p.base_asym;
    response.base_hash_sel = p.base_hash;
    for (const AlgStruct& item : request.alg_structs) {
        uint16_t offered = item.alg_supported & known_algorithms(item.alg_type, p.version);
        AlgStruct chosen{
            .alg_type = item.alg_type, .alg_count = 0x20, .alg_supported = 0, .alg_external = {}};
        auto select = [&](bool wanted, uint16_t ours, uint16_t& into) {
            chosen.alg_supported = into = static_cast<uint16_t>(wanted ? prefer_highest(offered & ours) : 0);
        };
        bool req_asym = wanted(need.req_asym, Defect::unneeded_req_asym) ||
                        checker_.has(Defect::mutual_uninvited) ||
                        checker_.has(Defect::basic_mutual_uninvited);
        switch (item.alg_type) {
            case alg_type::dhe: select(wanted(need.dhe, Defect::unneeded_dhe), device_.dhe, p.dhe); break;
            case alg_type::aead_cipher_suite:
                select(wanted(need.aead, Defect::unneeded_aead), device_.aead, p.aead);
                break;
            case alg_type::req_base_asym_alg: select(req_asym, device_.req_base_asym, p.req_base_asym); break;
            case alg_type::key_schedule:
                select(wanted(need.key_schedule, Defect::unneeded_key_schedule), kKeyScheduleSpdm,
                       p.key_schedule);
                break;
            default: break;
        }
        response.alg_structs.push_back(chosen);
    }
    response.param1 = static_cast<uint8_t>(response.alg_structs.size());
    return response;
}

Checked<Bytes> Responder::negotiate_algorithms(ByteView request) {
    size_t used = 0;
    auto message = TRY(decoded<NegotiateAlgorithms>(Check::algorithms_malformed, request, &used));
    TRY(check_algorithms(message));
    Parameters before = parameters_;
    Algorithms response = select_algorithms(message);
    const Parameters& p = parameters_;
    Needed need = needed(p, false);
    bool common = (!need.hash || p.base_hash != 0) && (!need.asym || p.base_asym != 0) &&
                  (!need.dhe || p.dhe != 0) && (!need.aead || p.aead != 0) &&
                  (!need.req_asym || p.req_base_asym != 0);
    Checked<> enough = checker_.demand(Check::algorithms_common, common);
    if (!enough) {
        // A negotiation that failed leaves nothing selected.
        parameters_ = before;
        return std::unexpected(enough.error());
    }
    Bytes bytes = encoded(response, p.context());
    transcript_.add_vca(request.first(std::min(used, request.size())));
    transcript_.add_vca(bytes);
    transcript_.begin(p.suite().hash, p.version);
    identities_.select(sign_algo(p.base_asym), p.suite().hash, p.version);
    state_ = ConnectionState::negotiated;
    return bytes;
}

}  // namespace assay::spdm
