// The requester's KEY_EXCHANGE and PSK_EXCHANGE: what begins a session.
#include <bit>

#include "stack/spdm/requester_impl.h"

namespace assay::spdm {

using namespace wire;

namespace {

constexpr uint8_t kMutAuth = mut_auth::plain | mut_auth::encapsulated | mut_auth::implicit_get_digests;
constexpr uint8_t kSlotMask = 0x0f;

// SMDataVersion without UpdateVersionNumber and Alpha, which do not take part.
bool same_version(uint16_t a, uint16_t b) { return (a & 0xff00) == (b & 0xff00); }

bool contains(const std::vector<uint16_t>& versions, uint16_t version) {
    return std::ranges::any_of(versions, [&](uint16_t one) { return same_version(one, version); });
}

}  // namespace

uint16_t Requester::fresh_session_id() {
    auto id = static_cast<uint16_t>(random_.next_u64());
    auto taken = [&](const auto& session) { return static_cast<uint16_t>(session.first) == id; };
    while (id == 0 || std::ranges::any_of(sessions_, taken)) ++id;
    return id;
}

Bytes Requester::secured_offer() const {
    SecuredElements said;
    said.offered = config_.secured_versions;
    if (contains(said.offered, kSecured1_3)) said.aead_limit = config_.aead_limit_exponent;
    return secured_opaque(learned_.parameters.context(), said);
}

Bytes Requester::key_exchange(const KeyExchangeRequest& wanted) {
    const Parameters& p = learned_.parameters;
    Context context = p.context();
    KeyExchange message;
    message.measurement_summary_hash_type = wanted.measurement_summary_hash_type;
    message.slot_id = wanted.slot;
    message.req_session_id = wanted.req_session_id.value_or(fresh_session_id());
    if (p.version >= Version::v1_2) message.session_policy = wanted.session_policy;
    random_.fill(message.random_data);
    std::unique_ptr<crypto::Dhe> dhe;
    if (auto group = dhe_group(p.dhe)) dhe = provider_.new_dhe(*group, random_).value_or(nullptr);
    if (dhe) message.exchange_data = to_bytes(dhe->public_value());
    message.exchange_data.resize(context.exchange_size);
    message.opaque_data = secured_offer();
    Bytes out = begin_message(message);
    if (pending_) pending_->dhe = std::move(dhe);
    return out;
}

Checked<> Requester::check_mutual(const KeyExchangeResponse& response) const {
    const Parameters& p = learned_.parameters;
    uint8_t asked = response.mut_auth_requested & kMutAuth;
    if (asked == 0) return {};
    bool possible = p.both(cap::mut_auth) && p.requester_suite() && std::popcount(asked) == 1;
    TRY(checker_.demand(Check::kex_mutual, possible));
    if (asked == mut_auth::plain) {
        bool ours = identities_.find(response.slot_id_param & kSlotMask) != nullptr;
        return checker_.demand(Check::kex_mutual_slot, ours);
    }
    bool asks = p.encapsulates() && (p.requester_flags & cap::pub_key_id) == 0;
    return checker_.demand(Check::kex_mutual_encap, asks);
}

// Which secured messages the responder chose.
Checked<Requester::Agreed> Requester::check_secured(ByteView opaque_data) const {
    auto said = read_secured_opaque(opaque_data, learned_.parameters.context());
    // Without the checks our own highest is tried.
    Agreed ours;
    for (uint16_t version : config_.secured_versions) ours.version = std::max(ours.version, version);
    if (!said && checker_.waived(Check::kex_opaque_form)) return ours;
    SecuredElements elements = TRY(checker_.demand_value(Check::kex_opaque_form, std::move(said)));
    bool offered = elements.selected && contains(config_.secured_versions, *elements.selected);
    TRY(checker_.demand(Check::kex_version, offered));
    return Agreed{elements.selected.value_or(ours.version), elements.aead_limit};
}

Checked<SecretBytes> Requester::agree(ByteView share) const {
    auto group = dhe_group(learned_.parameters.dhe);
    Result<SecretBytes> secret = fail(Errc::state, "ExchangeData");
    if (pending_->dhe) secret = pending_->dhe->agree(share);
    if (!secret && checker_.waived(Check::kex_share)) {
        return SecretBytes(group ? crypto::shared_size(*group) : 0);
    }
    return checker_.demand_value(Check::kex_share, std::move(secret));
}

Checked<Session> Requester::new_channel(SessionKind kind, uint16_t req, uint16_t rsp,
                                        const Agreed& agreed) const {
    SessionSetup setup;
    setup.id = session_id(req, rsp);
    setup.kind = kind;
    setup.transport = config_.transport;
    setup.limit = record_limit(agreed.version, config_.aead_limit_exponent, agreed.aead_limit);
    TRY(checker_.demand(Check::kex_session_id, !sessions_.contains(setup.id)));
    return Session(provider_, setup, learned_.parameters, transcript_.vca(), checker_);
}

// The responder's chain, and before it DIGESTS where they belong to TH. The digest of a chain that was not
// read may be known from DIGESTS; it is needed only when a check is waived.
void Requester::add_signer(Session& channel, uint8_t slot) const {
    channel.add_th(learned_.th_digests);
    const VerifiedChain* signer = chain(slot);
    if (signer != nullptr) {
        channel.add_th_digest(signer->bytes);
    } else if (slot < kSlots && learned_.digests.digests[slot]) {
        channel.add_th(*learned_.digests.digests[slot]);
    }
}

Checked<> Requester::key_exchange_received(ByteView response) {
    size_t used = 0;
    const Parameters& p = learned_.parameters;
    auto request = asked<KeyExchange>();
    const Context context = response_context(p.context(), pending_->request);
    auto message = TRY(decoded<KeyExchangeResponse>(response, context, &used));
    TRY(checker_.demand(Check::kex_heartbeat, message.heartbeat_period == 0 || p.both(cap::hbeat)));
    TRY(check_mutual(message));
    Agreed agreed = TRY(check_secured(message.opaque_data));
    SecretBytes shared = TRY(agree(message.exchange_data));
    Session channel =
        TRY(new_channel(SessionKind::key_exchange, request.req_session_id, message.rsp_session_id, agreed));

    add_signer(channel, request.slot_id);
    channel.add_th(pending_->request);
    size_t tail = message.signature.size() + message.responder_verify_data.size();
    channel.add_th(without(response.first(used), tail));
    TRY(checker_.demand(Check::kex_signature, signature_holds(request.slot_id, kKeyExchangeContext,
                                                              channel.th(), message.signature)));
    channel.add_th(message.signature);
    channel.begin(shared.view());
    if (config_.keylog) config_.keylog(SessionKind::key_exchange, shared.view());
    if (context.verify_data_in_exchange) {
        bool authentic = channel.verifies(Direction::response, message.responder_verify_data);
        TRY(checker_.demand(Check::kex_verify_data, authentic));
        channel.add_th(message.responder_verify_data);
    }
    RequesterSession session{
        .channel = std::move(channel),
        .heartbeat_period = message.heartbeat_period,
        .mut_auth_requested = static_cast<uint8_t>(message.mut_auth_requested & kMutAuth)};
    if (session.mut_auth_requested == mut_auth::plain) session.slot = message.slot_id_param & kSlotMask;
    session.measurement_summary_hash = std::move(message.measurement_summary_hash);
    session.secured_version = agreed.version;
    session_begun(std::move(session));
    return {};
}

// From here on the session lives, and what has to come before FINISH is known.
void Requester::session_begun(RequesterSession session) {
    uint32_t id = session.channel.id();
    uint8_t mutual = session.mut_auth_requested;
    drop_session(id);
    sessions_.emplace(id, std::move(session));
    last_session_ = id;
    if (mutual <= mut_auth::plain) return;
    bool clear = learned_.parameters.clear_handshake();
    open_turn(id, clear ? std::nullopt : std::optional(id));
    if ((mutual & mut_auth::implicit_get_digests) != 0) {
        turn_->steps = 1;
        turn_->answer = answer_get_digests(encoded(GetDigests{}, our_context()));
    }
}

Bytes Requester::psk_exchange(const PskExchangeRequest& wanted) {
    const Parameters& p = learned_.parameters;
    PskExchange message;
    message.measurement_summary_hash_type = wanted.measurement_summary_hash_type;
    message.req_session_id = wanted.req_session_id.value_or(fresh_session_id());
    if (p.version >= Version::v1_2) message.session_policy = wanted.session_policy;
    if (config_.pre_shared_key) message.psk_hint = config_.pre_shared_key->hint;
    message.requester_context = random_.bytes(p.context().hash_size);
    message.opaque_data = secured_offer();
    return begin_message(message);
}

Checked<> Requester::psk_exchange_received(ByteView response) {
    size_t used = 0;
    const Parameters& p = learned_.parameters;
    auto request = asked<PskExchange>();
    const Context context = response_context(p.context(), pending_->request);
    auto message = TRY(decoded<PskExchangeResponse>(response, context, &used));
    TRY(checker_.demand(Check::kex_heartbeat, message.heartbeat_period == 0 || p.both(cap::hbeat)));
    bool finishes = (p.responder_flags & cap::psk) == cap::psk_with_context;
    TRY(checker_.demand(Check::psk_responder_context, finishes != message.responder_context.empty()));
    Agreed agreed = TRY(check_secured(message.opaque_data));
    Session channel =
        TRY(new_channel(SessionKind::psk, request.req_session_id, message.rsp_session_id, agreed));

    channel.add_th(pending_->request);
    channel.add_th(without(response.first(used), message.responder_verify_data.size()));
    SecretBytes none;
    bool known = config_.pre_shared_key && config_.pre_shared_key->key;
    const SecretBytes& key = known ? *config_.pre_shared_key->key : none;
    channel.begin(key.view());
    if (config_.keylog) config_.keylog(SessionKind::psk, key.view());
    bool authentic = known && channel.verifies(Direction::response, message.responder_verify_data);
    TRY(checker_.demand(Check::psk_verify_data, authentic));
    channel.add_th(message.responder_verify_data);
    if (!finishes) channel.establish();
    RequesterSession session{.channel = std::move(channel), .heartbeat_period = message.heartbeat_period};
    session.measurement_summary_hash = std::move(message.measurement_summary_hash);
    session.secured_version = agreed.version;
    session_begun(std::move(session));
    return {};
}

}  // namespace assay::spdm
