// The requester's part of VCA: version, capabilities, algorithms.
#include <algorithm>
#include <bit>

#include "stack/spdm/capability_rules.h"
#include "stack/spdm/requester_impl.h"
#include "stack/wire/messages/version.h"

namespace assay::spdm {

using namespace wire;

namespace {

constexpr uint8_t kOpaqueFormats = 0x0f;

bool at_most_one_bit(uint32_t selection) { return std::popcount(selection) <= 1; }
bool offered(uint32_t selection, uint32_t offer) { return (selection & ~offer) == 0; }

// Fields that the version does not have are reserved: they are read as zero.
Algorithms at_version(Algorithms chosen, Version version) {
    if (version < Version::v1_2) chosen.other_params_selection = 0;
    if (version < Version::v1_3) chosen.mel_specification_sel = 0;
    if (version < Version::v1_3) chosen.other_params_selection &= kOpaqueFormats;
    if (version < Version::v1_4) chosen.pqc_asym_sel = 0;
    return chosen;
}

uint16_t offer_of(const NegotiateAlgorithms& offer, uint8_t type) {
    for (const AlgStruct& item : offer.alg_structs) {
        if (item.alg_type == type) return item.alg_supported;
    }
    return 0;
}

bool same_structs(const NegotiateAlgorithms& offer, const Algorithms& chosen) {
    return std::ranges::equal(offer.alg_structs, chosen.alg_structs,
                              [](const auto& asked, const auto& given) {
                                  return asked.alg_type == given.alg_type && given.alg_count >> 4 == 2;
                              });
}

bool single_bits(const Algorithms& chosen) {
    return at_most_one_bit(chosen.measurement_specification_sel) &&
           at_most_one_bit(chosen.measurement_hash_algo) && at_most_one_bit(chosen.base_asym_sel) &&
           at_most_one_bit(chosen.base_hash_sel) && at_most_one_bit(chosen.pqc_asym_sel) &&
           at_most_one_bit(chosen.mel_specification_sel) &&
           std::ranges::all_of(chosen.alg_structs,
                               [](const AlgStruct& item) { return at_most_one_bit(item.alg_supported); });
}

// MeasurementHashAlgo is not offered: the responder alone chooses it.
bool all_offered(const NegotiateAlgorithms& offer, const Algorithms& chosen, Version version) {
    return offered(chosen.measurement_specification_sel, offer.measurement_specification) &&
           offered(chosen.measurement_hash_algo, known_measurement_hash(version)) &&
           offered(chosen.base_asym_sel, offer.base_asym_algo) &&
           offered(chosen.base_hash_sel, offer.base_hash_algo) &&
           offered(chosen.pqc_asym_sel, offer.pqc_asym_algo) &&
           offered(chosen.mel_specification_sel, offer.mel_specification) &&
           offered(chosen.other_params_selection & kOpaqueFormats, offer.other_params_support) &&
           std::ranges::all_of(chosen.alg_structs, [&](const AlgStruct& item) {
               return offered(item.alg_supported, offer_of(offer, item.alg_type));
           });
}

}  // namespace

Bytes Requester::get_version() {
    state_ = ConnectionState::not_started;
    transcript_.clear();
    learned_ = {};
    identities_.clear();
    sessions_.clear();
    place_.reset();
    last_session_.reset();
    turn_.reset();
    return begin_message(GetVersion{});
}

Checked<> Requester::version_received(ByteView response) {
    size_t used = 0;
    auto message = TRY(decoded<VersionResponse>(response, learned_.parameters.context(), &used));
    learned_.versions = message.entries;
    std::optional<Version> highest;
    for (Version ours : config_.versions) {
        // UpdateVersionNumber and Alpha do not take part.
        bool common = std::ranges::any_of(message.entries, [&](uint16_t e) { return e >> 8 == byte(ours); });
        if (common && (!highest || ours > *highest)) highest = ours;
    }
    TRY(checker_.demand(Check::version_common, highest.has_value()));
    // Without that check our own highest is tried.
    if (!highest && !config_.versions.empty()) highest = std::ranges::max(config_.versions);
    learned_.parameters.version = highest.value_or(Version::v1_0);
    transcript_.add_vca(pending_->request);
    transcript_.add_vca(response.first(used));
    state_ = ConnectionState::after_version;
    return {};
}

Bytes Requester::get_capabilities() {
    Version version = learned_.parameters.version;
    GetCapabilities message;
    if (version >= Version::v1_1) {
        message.ct_exponent = config_.ct_exponent;
        message.flags = config_.flags & known_requester_flags(version);
    }
    if (version >= Version::v1_2) {
        message.data_transfer_size = config_.data_transfer_size;
        message.max_spdm_msg_size = config_.max_msg_size;
    }
    bool block =
        version >= Version::v1_3 && config_.supported_algorithms && (message.flags & cap::chunk) != 0;
    if (block) message.param1 = kSupportedAlgorithms;
    return begin_message(message);
}

Checked<> Requester::capabilities_received(ByteView response) {
    size_t used = 0;
    Parameters& p = learned_.parameters;
    auto message = TRY(decoded<Capabilities>(response, p.context(), &used));
    auto request = asked<GetCapabilities>();
    bool block_asked = (request.param1 & kSupportedAlgorithms) != 0;
    TRY(check_responder_capabilities(checker_, p.version, message, block_asked));
    p.requester_flags = request.flags;
    p.requester_ct_exponent = request.ct_exponent;
    p.requester_data_transfer_size = request.data_transfer_size;
    p.requester_max_msg_size = request.max_spdm_msg_size;
    p.responder_flags = message.flags & known_responder_flags(p.version);
    if (p.version >= Version::v1_4) p.responder_ext_flags = message.ext_flags & kSlotMgmtCap;
    p.responder_ct_exponent = message.ct_exponent;
    p.responder_data_transfer_size = message.data_transfer_size;
    p.responder_max_msg_size = message.max_spdm_msg_size;
    transcript_.add_vca(pending_->request);
    transcript_.add_vca(response.first(used));
    state_ = ConnectionState::after_capabilities;
    return {};
}

Bytes Requester::negotiate_algorithms() {
    const Parameters& p = learned_.parameters;
    NegotiateAlgorithms message;
    message.measurement_specification = config_.measurement_specification;
    message.base_asym_algo = config_.base_asym & kAllBaseAsym & known_base_asym(p.version);
    message.base_hash_algo = config_.base_hash & kAllBaseHash & known_base_hash(p.version);
    if (p.version >= Version::v1_2) message.other_params_support = config_.opaque_formats & kOpaqueFormats;
    if (p.version >= Version::v1_3) {
        message.mel_specification = config_.mel_specification;
        // Several keys only for a responder that cannot do with one.
        if ((p.responder_flags & cap::multi_key) == cap::multi_key_only) {
            message.other_params_support |= kMultiKeyConn;
        }
    }
    auto add = [&](uint8_t type, uint16_t algorithms) {
        algorithms &= known_algorithms(type, p.version);
        if (p.version < Version::v1_1 || algorithms == 0) return;
        message.alg_structs.push_back(
            {.alg_type = type, .alg_count = 0x20, .alg_supported = algorithms, .alg_external = {}});
    };
    add(alg_type::dhe, config_.dhe & kAllDhe);
    add(alg_type::aead_cipher_suite, config_.aead & kAllAead);
    add(alg_type::req_base_asym_alg, config_.req_base_asym & static_cast<uint16_t>(kAllBaseAsym));
    add(alg_type::key_schedule, config_.key_schedule);
    message.param1 = static_cast<uint8_t>(message.alg_structs.size());
    return begin_message(message);
}

Checked<> Requester::algorithms_received(ByteView response) {
    size_t used = 0;
    auto request = asked<NegotiateAlgorithms>();
    Version version = learned_.parameters.version;
    auto message = TRY(decoded<Algorithms>(response, learned_.parameters.context(), &used));
    message = at_version(std::move(message), version);
    TRY(check_selections(request, message));
    select(request, message);
    TRY(check_needed(request, message));
    transcript_.add_vca(pending_->request);
    transcript_.add_vca(response.first(used));
    transcript_.begin(learned_.parameters.suite().hash, version);
    auto ours = learned_.parameters.requester_suite();
    identities_.select(ours ? std::optional(ours->sign) : std::nullopt, learned_.parameters.suite().hash,
                       version);
    learned_.th_digests_open = learned_.parameters.multi_key_rsp;
    state_ = ConnectionState::negotiated;
    return {};
}

Checked<> Requester::check_selections(const NegotiateAlgorithms& offer, const Algorithms& chosen) const {
    const Parameters& p = learned_.parameters;
    TRY(checker_.demand(Check::algs_structs, same_structs(offer, chosen)));
    TRY(checker_.demand(Check::algs_opaque, at_most_one_bit(chosen.other_params_selection & kOpaqueFormats)));
    TRY(checker_.demand(Check::algs_one_bit, single_bits(chosen)));
    bool extended = !chosen.ext_asym_sel.empty() || !chosen.ext_hash_sel.empty() ||
                    std::ranges::any_of(chosen.alg_structs,
                                        [](const AlgStruct& item) { return !item.alg_external.empty(); });
    TRY(checker_.demand(Check::algs_extended, !extended));
    bool mel = (p.responder_flags & cap::mel) != 0;
    TRY(checker_.demand(Check::algs_mel, chosen.mel_specification_sel == 0 || mel));
    bool several_keys = (chosen.other_params_selection & kMultiKeyConn) != 0;
    bool several_keys_offered = (p.requester_flags & cap::multi_key) != 0;
    return checker_.demand(Check::algs_offered,
                           all_offered(offer, chosen, p.version) && (!several_keys || several_keys_offered));
}

// Of several bits, which only a waived check lets through, the preferred one counts.
void Requester::select(const NegotiateAlgorithms& offer, const Algorithms& chosen) {
    Parameters& p = learned_.parameters;
    p.measurement_specification = chosen.measurement_specification_sel & kMeasurementSpecDmtf;
    p.measurement_hash = prefer_highest(chosen.measurement_hash_algo);
    p.base_asym = prefer_base_asym(chosen.base_asym_sel);
    p.base_hash = prefer_base_hash(chosen.base_hash_sel);
    p.mel_specification = chosen.mel_specification_sel & kMelSpecDmtf;
    uint8_t opaque = chosen.other_params_selection & kOpaqueFormats;
    p.opaque_format = (opaque & kOpaqueDataFmt1) != 0 ? kOpaqueDataFmt1 : opaque & kOpaqueDataFmt0;
    p.multi_key_rsp = (offer.other_params_support & kMultiKeyConn) != 0;
    p.multi_key_req = (chosen.other_params_selection & kMultiKeyConn) != 0;
    for (const AlgStruct& item : chosen.alg_structs) {
        auto selected = static_cast<uint16_t>(prefer_highest(item.alg_supported));
        switch (item.alg_type) {
            case alg_type::dhe: p.dhe = selected; break;
            case alg_type::aead_cipher_suite: p.aead = selected; break;
            case alg_type::req_base_asym_alg: p.req_base_asym = selected; break;
            case alg_type::key_schedule: p.key_schedule = selected; break;
            default: break;
        }
    }
}

Checked<> Requester::check_needed(const NegotiateAlgorithms& offer, const Algorithms& chosen) const {
    const Parameters& p = learned_.parameters;
    Needed need = needed(p, (offer.measurement_specification & kMeasurementSpecDmtf) != 0);
    bool several_keys = (p.requester_flags & cap::multi_key) != cap::multi_key_only || p.multi_key_req;
    bool enough = (!need.hash || p.base_hash != 0) && (!need.asym || p.base_asym != 0) &&
                  (!need.dhe || p.dhe != 0) && (!need.aead || p.aead != 0) &&
                  (!need.req_asym || p.req_base_asym != 0) && (!need.key_schedule || p.key_schedule != 0) &&
                  (!need.opaque_fmt1 || p.opaque_format == kOpaqueDataFmt1) && several_keys;
    TRY(checker_.demand(Check::algs_required, enough));
    bool measurement = (chosen.measurement_specification_sel != 0) == need.measurement &&
                       (chosen.measurement_hash_algo != 0) == need.measurement;
    return checker_.demand(Check::algs_measurement, measurement);
}

}  // namespace assay::spdm
