// The responder's KEY_EXCHANGE and PSK_EXCHANGE: what begins a session.
#include <algorithm>

#include "stack/spdm/algorithms.h"
#include "stack/spdm/responder.h"
#include "stack/spdm/signing.h"
#include "stack/wire/encode.h"
#include "stack/wire/messages/psk.h"

namespace assay::spdm {

using namespace wire;

namespace {

// What must have been negotiated for any session.
Checked<> check_negotiated(const Checker& checker, const Parameters& parameters) {
    TRY(checker.demand(Check::exchange_mac, parameters.both(cap::mac)));
    bool format = parameters.version < Version::v1_2 || parameters.opaque_format == kOpaqueDataFmt1;
    return checker.demand(Check::exchange_opaque_format, format);
}

// ResponderVerifyData; with the planted defect it does not cover the signature.
crypto::Digest verify_data_over(const Session& channel, const crypto::Digest& before, bool other) {
    if (other) return channel.schedule().verify_data(Direction::response, before.view());
    return channel.verify_data(Direction::response);
}

}  // namespace

Checked<> Responder::check_summary_type(uint8_t type, Check known, Check possible) const {
    TRY(checker_.demand(known, type == summary::none || type == summary::tcb || type == summary::all));
    bool measures = parameters_.meas_cap() != 0 && parameters_.measurement_specification != 0;
    return checker_.demand(possible, type == summary::none || measures);
}

Checked<> Responder::check_exchange(const KeyExchange& request) const {
    TRY(checker_.demand(Check::exchange_slot, request.slot_id < kSlots));
    bool there = identity(request.slot_id) != nullptr || request.slot_id >= kSlots;
    TRY(checker_.demand(Check::exchange_slot_empty, there));
    TRY(check_summary_type(request.measurement_summary_hash_type, Check::exchange_hash_type,
                           Check::exchange_summary));
    bool all_events =
        parameters_.version >= Version::v1_3 && (request.session_policy & session_policy::event_all) != 0;
    bool events = (parameters_.responder_flags & cap::event) != 0;
    return checker_.demand(Check::exchange_event_policy, !all_events || events);
}

Checked<SecuredElements> Responder::read_secured(ByteView opaque) const {
    auto said = read_secured_opaque(opaque, parameters_.context());
    if (!said && checker_.waived(Check::exchange_opaque_form))
        return SecuredElements{.offered = device_.secured_versions, .selected = {}, .aead_limit = {}};
    return checker_.demand_value(Check::exchange_opaque_form, std::move(said));
}

Checked<uint16_t> Responder::secured_version(const SecuredElements& said) const {
    std::optional<uint16_t> common = common_secured_version(device_.secured_versions, said.offered);
    TRY(checker_.demand(Check::exchange_version, common.has_value()));
    if (checker_.has(Defect::highest_version_ignored)) return device_.secured_versions.front();
    return common.value_or(device_.secured_versions.front());
}

Bytes Responder::secured_answer(uint16_t version) const {
    SecuredElements said;
    said.selected = version;
    if (version >= kSecured1_3) said.aead_limit = device_.aead_limit_exponent;
    return secured_opaque(parameters_.context(), said);
}

Checked<ResponderSession*> Responder::new_session(SessionKind kind, uint16_t req_session_id, uint16_t version,
                                                  const SecuredElements& said) {
    TRY(checker_.demand(Check::session_limit, sessions_.size() < device_.max_sessions));
    // A planted defect: the two sessions would have one identifier.
    bool twice = std::ranges::any_of(
        sessions_, [&](const auto& one) { return static_cast<uint16_t>(one.first) == req_session_id; });
    if (twice && checker_.has(Defect::session_id_by_request))
        return std::unexpected(Refusal{Check::session_limit, ErrorCode::session_limit_exceeded, 0, {}});
    // Without that check the new session takes the place of another.
    bool full = !sessions_.empty() && sessions_.size() >= device_.max_sessions;
    if (full) end_session(sessions_.begin()->first);
    SessionSetup setup;
    setup.kind = kind;
    setup.transport = device_.transport;
    setup.limit = record_limit(version, device_.aead_limit_exponent, said.aead_limit);
    // An identifier that was in use is not given out again at once.
    do setup.id = spdm::session_id(req_session_id, next_session_id_--);
    while (sessions_.contains(setup.id) || setup.id >> 16 == 0);
    if (checker_.has(Defect::session_id_repeated)) setup.id = spdm::session_id(req_session_id, 0xfffe);
    sessions_.erase(setup.id);
    Session channel(provider_, setup, parameters_, transcript_.vca(), checker_);
    ResponderSession session{.channel = std::move(channel), .requester = {}};
    if (parameters_.both(cap::hbeat)) session.heartbeat_period = device_.heartbeat_period;
    return &sessions_.emplace(setup.id, std::move(session)).first->second;
}

Checked<SecretBytes> Responder::agree(ByteView share, Bytes& ours) {
    auto group = dhe_group(parameters_.dhe);
    if (!group) return SecretBytes();
    SeededRandom always(1);
    Random& random = checker_.has(Defect::key_share_repeated) ? always : random_;
    auto key = provider_.new_dhe(*group, random);
    if (!key) return SecretBytes(crypto::shared_size(*group));
    ours = to_bytes((*key)->public_value());
    auto secret = (*key)->agree(share);
    if (!secret && checker_.waived(Check::exchange_share)) {
        return SecretBytes(crypto::shared_size(*group));
    }
    return checker_.demand_value(Check::exchange_share, std::move(secret));
}

// The requester's chain, if it was verified on this connection or is known beforehand.
std::optional<PeerChain> Responder::known_requester() const {
    auto verified = requester_chains_.find(device_.requester_slot);
    if (verified != requester_chains_.end()) return verified->second;
    auto suite = parameters_.requester_suite();
    auto known = suite ? device_.requester_identities.find(suite->sign) : device_.requester_identities.end();
    if (known == device_.requester_identities.end()) return std::nullopt;
    auto chain = requester_chain(known->second.chain(provider_, suite->hash, parameters_.version));
    if (!chain) return std::nullopt;
    return std::move(*chain);
}

void Responder::ask_for_mutual_authentication(ResponderSession& session, KeyExchangeResponse& response) {
    uint8_t wanted = device_.mut_auth_requested;
    bool uninvited = checker_.has(Defect::mutual_uninvited);
    bool able = parameters_.both(cap::mut_auth) && parameters_.req_base_asym != 0;
    if ((!able && !uninvited) || wanted == 0) return;
    // The certificates of a requester that cannot be asked for them, or has none, have to be known
    // beforehand.
    bool askable =
        (parameters_.encapsulates() && (parameters_.requester_flags & cap::cert) != 0) || uninvited;
    if (wanted != mut_auth::plain && !askable) wanted = mut_auth::plain;
    if (wanted == mut_auth::plain) {
        session.requester = known_requester();
        if (!session.requester) return;
        response.slot_id_param = device_.requester_slot;
    }
    response.mut_auth_requested = session.mut_auth_requested = wanted;
}

Checked<Bytes> Responder::key_exchange(ByteView request) {
    size_t used = 0;
    TRY(check_negotiated(checker_, parameters_));
    plant_exchange(request);
    auto message = TRY(decoded<KeyExchange>(Check::exchange_malformed, request, &used));
    TRY(check_exchange(message));
    const SecuredElements said = TRY(read_secured(message.opaque_data));
    uint16_t version = TRY(secured_version(said));
    Bytes ours;
    SecretBytes shared = TRY(agree(message.exchange_data, ours));
    // Without the checks an unusable slot is taken for slot 0.
    uint8_t slot = identity(message.slot_id) == nullptr ? 0 : message.slot_id;
    if (identity(slot) == nullptr) return error(ErrorCode::unspecified);
    ResponderSession& session =
        *TRY(new_session(SessionKind::key_exchange, message.req_session_id, version, said));
    Session& channel = session.channel;

    KeyExchangeResponse response;
    response.heartbeat_period = session.heartbeat_period;
    response.rsp_session_id = static_cast<uint16_t>(channel.id() >> 16);
    ask_for_mutual_authentication(session, response);
    response.random_data = fresh_nonce();
    response.exchange_data = std::move(ours);
    const Context context = response_context(parameters_.context(), request);
    if (context.measurement_summary)
        response.measurement_summary_hash = summary_hash(message.measurement_summary_hash_type);
    response.opaque_data = secured_answer(version);
    response.signature.resize(context.signature_size);
    response.responder_verify_data.resize(context.verify_data_in_exchange ? context.hash_size : 0);
    Bytes bytes = encoded(response, context);
    if (!fits(bytes)) {
        end_session(channel.id());
        return bytes;
    }

    size_t header = checker_.has(Defect::chain_digest_without_header) ? 4 + context.hash_size : 0;
    channel.add_th_digest(identities_.chain(slot).subspan(header));
    channel.add_th(request.first(std::min(used, request.size())));
    if (!sign_exchange(channel, slot, shared, context, bytes)) {
        end_session(channel.id());
        return error(ErrorCode::unspecified);
    }
    handshake_ = channel.id();
    if (response.mut_auth_requested > mut_auth::plain) {
        open_flow(EncapsulatedFlow::Purpose::session, channel.id(),
                  response.mut_auth_requested == mut_auth::implicit_get_digests);
    }
    return bytes;
}

// Fills in the signature of KEY_EXCHANGE_RSP, begins the handshake, and fills in ResponderVerifyData. False
// when nothing could be signed.
bool Responder::sign_exchange(Session& channel, uint8_t slot, const SecretBytes& shared,
                              const Context& context, Bytes& response) {
    const size_t verify_size = context.verify_data_in_exchange ? context.hash_size : 0;
    const size_t signed_size = response.size() - context.signature_size - verify_size;
    channel.add_th(ByteView(response).first(signed_size));
    crypto::Digest before = channel.th();
    auto signature =
        sign_transcript(provider_, parameters_.suite(), identity(slot)->key, kKeyExchangeContext, before);
    if (!signature || signature->size() != context.signature_size) return false;
    auto end = std::ranges::copy(*signature, response.begin() + static_cast<ptrdiff_t>(signed_size)).out;
    channel.add_th(*signature);
    channel.begin(shared.view());
    if (device_.keylog) device_.keylog(SessionKind::key_exchange, shared.view());
    if (verify_size == 0) return true;
    crypto::Digest verify =
        verify_data_over(channel, before, checker_.has(Defect::verify_data_over_other_hash));
    std::ranges::copy(verify.view(), end);
    channel.add_th(verify.view());
    return true;
}

Checked<Bytes> Responder::psk_exchange(ByteView request) {
    size_t used = 0;
    TRY(check_negotiated(checker_, parameters_));
    plant_psk_exchange(request);
    auto message = TRY(decoded<PskExchange>(Check::psk_malformed, request, &used));
    TRY(check_summary_type(message.measurement_summary_hash_type, Check::psk_hash_type, Check::psk_summary));
    TRY(checker_.demand(Check::psk_context,
                        message.requester_context.size() >= parameters_.context().hash_size));
    auto known = std::ranges::find_if(
        device_.pre_shared_keys, [&](const PreSharedKey& key) { return equal(key.hint, message.psk_hint); });
    TRY(checker_.demand(Check::psk_hint, known != device_.pre_shared_keys.end()));
    const SecuredElements said = TRY(read_secured(message.opaque_data));
    uint16_t version = TRY(secured_version(said));
    // Without that check an unknown hint is taken for the first one.
    if (known == device_.pre_shared_keys.end()) known = device_.pre_shared_keys.begin();
    if (known == device_.pre_shared_keys.end()) return error(ErrorCode::unspecified);
    ResponderSession& session = *TRY(new_session(SessionKind::psk, message.req_session_id, version, said));
    Session& channel = session.channel;

    PskExchangeResponse response;
    response.heartbeat_period = session.heartbeat_period;
    response.rsp_session_id = static_cast<uint16_t>(channel.id() >> 16);
    const Context context = response_context(parameters_.context(), request);
    if (context.measurement_summary)
        response.measurement_summary_hash = summary_hash(message.measurement_summary_hash_type);
    bool with_context = (parameters_.responder_flags & cap::psk) == cap::psk_with_context;
    if (with_context) response.responder_context = random_.bytes(context.hash_size);
    response.opaque_data = secured_answer(version);
    response.responder_verify_data.resize(context.hash_size);
    Bytes bytes = encoded(response, context);
    if (!fits(bytes)) {
        end_session(channel.id());
        return bytes;
    }
    channel.add_th(request.first(std::min(used, request.size())));
    size_t before = bytes.size() - context.hash_size;
    channel.add_th(ByteView(bytes).first(before));
    channel.begin(known->key->view());
    if (device_.keylog) device_.keylog(SessionKind::psk, known->key->view());
    crypto::Digest verify = channel.verify_data(Direction::response);
    std::ranges::copy(verify.view(), bytes.begin() + static_cast<ptrdiff_t>(before));
    channel.add_th(verify.view());
    after_session_ = channel.id();
    if (!with_context) after_ = After::establish;
    return bytes;
}

}  // namespace assay::spdm
