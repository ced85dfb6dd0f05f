// The lab's sessions: the scripted requester inside the encryption.
#include <fmt/format.h>

#include "conformance/lab/lab.h"
#include "stack/spdm/algorithms.h"
#include "stack/wire/decode.h"
#include "stack/wire/header.h"
#include "stack/wire/messages/certificate.h"
#include "stack/wire/messages/digests.h"
#include "stack/wire/messages/encapsulated.h"
#include "stack/wire/messages/session.h"
#include "stack/wire/registry.h"

namespace assay::lab {

using namespace wire;
using spdm::Direction;
using spdm::Phase;
using spdm::SessionKind;

namespace {

// A flow that asks more often than that does not come to an end.
constexpr int kMaxEncapsulated = 200;

Result<> no_session() { return fail(Errc::state, "session", Error::npos, "there is no such session"); }

Bytes opaque_of(const ExchangeOptions& options, const Context& context) {
    return spdm::secured_opaque(
        context, {.offered = options.versions, .selected = {}, .aead_limit = options.aead_limit});
}

}  // namespace

Offer session_offer(uint32_t flags) {
    Offer offer;
    offer.flags = flags;
    return offer;
}

// The secret of a session that our own key, or the key we share, gives.
void Lab::connect_observer() {
    observer_.set_transport(dut_->transport());
    observer_.set_finish_transcript(learned_.finish_transcript);
    observer_.set_secrets([this](SessionKind kind, ByteView request, ByteView response) {
        std::vector<Bytes> known{secret(kind, request, response)};
        if (known.front().empty()) known.clear();
        return known;
    });
}

Bytes Lab::secret(SessionKind kind, ByteView request, ByteView response) const {
    if (kind == SessionKind::psk) return identity_.psk.key ? to_bytes(identity_.psk.key->view()) : Bytes{};
    auto answer = decode<KeyExchangeResponse>(response, observer_.response_context(request));
    if (!answer || !dhe_) return {};
    auto shared = dhe_->agree(answer->exchange_data);
    return shared ? to_bytes(shared->view()) : Bytes{};
}

const ObservedSession* Lab::session(uint32_t id) const {
    auto found = observer_.sessions().find(id);
    return found == observer_.sessions().end() ? nullptr : &found->second;
}

ObservedSession* Lab::session(uint32_t id) {
    auto found = observer_.sessions().find(id);
    return found == observer_.sessions().end() ? nullptr : &found->second;
}

Result<Bytes> Lab::seal(uint32_t session_id, ByteView message, const Sealing& how) const {
    const ObservedSession* observed = session(session_id);
    if (observed == nullptr) return std::unexpected(no_session().error());
    return ours(lab::seal(observed->channel, Direction::request, message, how));
}

Result<Exchange> Lab::send_record(ByteView record, ByteView plaintext, Wait wait) {
    Exchange exchange;
    exchange.request_record = to_bytes(record);
    auto parsed = record::parse(record, dut_->transport());
    if (parsed) exchange.session = parsed->session_id;
    std::optional<Bytes> opened = observer_.request_record(record);
    exchange.request = opened ? *opened : to_bytes(plaintext);
    exchange.request_context = observer_.request_context(exchange.request);
    exchange.response_context = observer_.response_context(exchange.request);
    ++count_;
    auto answer = dut_->exchange_secured(record, wait);
    if (!answer) {
        exchanges_.push_back(exchange);
        return std::unexpected(answer.error());
    }
    if (*answer && (*answer)->secured) {
        exchange.response_record = (*answer)->bytes;
        const Bytes* deferred = observer_.deferred();
        if (exchange.request.size() > 3 && wire::code_of(exchange.request) == code::respond_if_ready &&
            deferred)
            exchange.response_context = observer_.response_context(*deferred);
        exchange.response = observer_.response_record((*answer)->bytes);
        exchange.unreadable = !exchange.response;
        exchange.application = observer_.last_record().result == ObservedRecord::Result::application;
        exchange.signature = observer_.last_signature();
        exchange.macs = observer_.last_macs();
        if (exchange.unreadable) exchange.response = (*answer)->bytes;
    } else if (*answer) {
        exchange.response = (*answer)->bytes;
        exchange.outside = true;
    }
    exchanges_.push_back(exchange);
    return exchange;
}

Result<Exchange> Lab::send_in(uint32_t session_id, ByteView message, const Sealing& how) {
    auto once = [&](ByteView again) -> Result<Exchange> {
        return send_record(TRY(seal(session_id, again, how)), again, how.wait);
    };
    return persist(TRY(once(message)), once);
}

Result<Exchange> Lab::send_handshake(uint32_t session_id, ByteView message, Wait wait) {
    if (observer_.parameters().clear_handshake()) return send(message, wait);
    return send_in(session_id, message, {.wait = wait});
}

Result<KeyExchange> Lab::key_exchange(const ExchangeOptions& options) {
    auto group = spdm::dhe_group(observer_.parameters().dhe);
    if (!group) return fail(Errc::state, "DHE", Error::npos, "no group was negotiated");
    dhe_ = TRY(ours(provider_->new_dhe(*group, *random_)));
    KeyExchange message;
    message.slot_id = options.slot;
    message.measurement_summary_hash_type = options.summary_type;
    message.session_policy = options.policy;
    message.req_session_id = options.req_session_id.value_or(static_cast<uint16_t>(random_->next_u64() | 1));
    message.random_data = nonce();
    message.exchange_data = to_bytes(dhe_->public_value());
    message.opaque_data = opaque_of(options, observer_.request_context());
    return message;
}

PskExchange Lab::psk_exchange(const ExchangeOptions& options) {
    PskExchange message;
    message.measurement_summary_hash_type = options.summary_type;
    message.session_policy = options.policy;
    message.req_session_id = options.req_session_id.value_or(static_cast<uint16_t>(random_->next_u64() | 1));
    message.psk_hint = identity_.psk.hint;
    message.requester_context = random_->bytes(observer_.request_context().hash_size);
    message.opaque_data = opaque_of(options, observer_.request_context());
    return message;
}

Result<Bytes> Lab::finish(uint32_t session_id, const EditFinish& edit) {
    const ObservedSession* observed = session(session_id);
    if (observed == nullptr) return std::unexpected(no_session().error());
    const spdm::Session& channel = observed->channel;
    Context context = observer_.request_context();
    Finish message;
    uint8_t slot = observed->requester_slot.value_or(identity_.slot);
    if (observed->mut_auth_requested != 0) {
        message.param1 = kSignatureIncluded;
        message.slot_id = slot;
    }
    message.spdm_version = byte(context.version);
    if (edit) edit(message);
    bool sign = (message.param1 & kSignatureIncluded) != 0;
    message.signature.resize(sign ? context.requester_signature_size : 0);
    message.requester_verify_data.resize(context.hash_size);
    Bytes bytes = encode_raw(message, context);
    size_t tail = message.signature.size() + context.hash_size;
    ByteView head = spdm::finish_part(learned_.finish_transcript, ByteView(bytes).first(bytes.size() - tail));
    Bytes chain_digest;
    if (sign) {
        auto suite = observer_.parameters().requester_suite();
        if (!suite || !slots_)
            return fail(Errc::state, "ReqBaseAsymAlg", Error::npos,
                        "the device asks for mutual authentication, and no algorithm was negotiated for it");
        const spdm::Identity* who = slots_->find(slot);
        if (who == nullptr) return fail(Errc::state, "slot", Error::npos, "the lab has no identity there");
        chain_digest = slots_->chain_digest(slot);
        message.signature = TRY(ours(spdm::sign_transcript(*provider_, *suite, who->key, spdm::kFinishContext,
                                                           channel.th_with({chain_digest, head}))));
    }
    crypto::Digest th = channel.th_with({chain_digest, head, message.signature});
    message.requester_verify_data =
        to_bytes(channel.schedule().verify_data(Direction::request, th.view()).view());
    return encode_raw(message, context);
}

Result<Bytes> Lab::psk_finish(uint32_t session_id) {
    const ObservedSession* observed = session(session_id);
    if (observed == nullptr) return std::unexpected(no_session().error());
    Context context = observer_.request_context();
    PskFinish message;
    message.spdm_version = byte(context.version);
    message.requester_verify_data.resize(context.hash_size);
    Bytes bytes = encode_raw(message, context);
    crypto::Digest th = observed->channel.th_with({ByteView(bytes).first(bytes.size() - context.hash_size)});
    message.requester_verify_data =
        to_bytes(observed->channel.schedule().verify_data(Direction::request, th.view()).view());
    return encode_raw(message, context);
}

Result<uint32_t> Lab::begin_session(const ExchangeOptions& options) {
    TRY(expect_step(TRY(send(TRY(key_exchange(options))))));
    auto id = observer_.last_session();
    if (!id) return unusable(code::key_exchange, "KEY_EXCHANGE_RSP", "no session can be made of it");
    return *id;
}

Result<> Lab::finish_session(uint32_t session_id) {
    const ObservedSession* observed = session(session_id);
    if (observed == nullptr) return no_session();
    uint8_t mutual = observed->mut_auth_requested;
    if (mutual != 0 && (observer_.parameters().requester_flags & cap::mut_auth) == 0) {
        if (!learned_.asked_uninvited) try_to_authenticate();
        return fail(Errc::refused, "MutAuthRequested", Error::npos,
                    "the device asks for mutual authentication of a requester without MUT_AUTH_CAP "
                    "(SPDM-KEX-022)");
    }
    if (mutual > mut_auth::plain) {
        std::optional<uint32_t> place;
        if (!observer_.parameters().clear_handshake()) place = session_id;
        TRY(expect_step(TRY(run_encapsulated(place, mutual == mut_auth::implicit_get_digests))));
    }
    return expect_step(TRY(send_handshake(session_id, TRY(finish(session_id)))));
}

// Whether the device accepts our authentication where it asks for it although we did not offer it. The
// exchanges of this probe are not part of the case.
void Lab::try_to_authenticate() {
    const std::vector<Exchange> kept = exchanges_;
    learned_.asked_uninvited = true;
    learned_.authenticates = true;
    learned_.authenticates = in_session(observer_.parameters().version).has_value();
    exchanges_ = kept;
    refused_step_.reset();
}

Result<uint32_t> Lab::new_session(const ExchangeOptions& options) {
    uint32_t id = TRY(begin_session(options));
    TRY(finish_session(id));
    return id;
}

Result<uint32_t> Lab::begin_psk_session(const ExchangeOptions& options) {
    TRY(expect_step(TRY(send(psk_exchange(options)))));
    auto id = observer_.last_session();
    if (!id) return unusable(code::psk_exchange, "PSK_EXCHANGE_RSP", "no session can be made of it");
    return *id;
}

Result<uint32_t> Lab::new_psk_session(const ExchangeOptions& options) {
    uint32_t id = TRY(begin_psk_session(options));
    const ObservedSession* observed = session(id);
    if (observed != nullptr && observed->channel.phase() == Phase::application) return id;
    TRY(expect_step(TRY(send_in(id, TRY(psk_finish(id))))));
    return id;
}

Result<> Lab::negotiated_with_chain(Version version, const Offer& offer) {
    TRY(negotiated(version, offer));
    bool certificates = (observer_.parameters().responder_flags & cap::cert) != 0;
    if (!certificates || observer_.chains().contains(0)) return {};
    TRY(read_chain(0));
    return negotiated(version, offer);
}

Result<uint32_t> Lab::in_session(Version version, const Offer& offer) {
    TRY(negotiated_with_chain(version, offer));
    return new_session();
}

Result<uint32_t> Lab::in_psk_session(Version version, const Offer& offer) {
    TRY(negotiated_with_chain(version, offer));
    return new_psk_session();
}

Bytes Lab::answer_encapsulated(ByteView request) {
    Context context = observer_.request_context();
    context.signature_size = context.requester_signature_size;
    request = exact(request, context);
    auto refuse = [&](ErrorCode code) {
        ErrorResponse answer;
        answer.error_code = static_cast<uint8_t>(code);
        answer.spdm_version = byte(context.version);
        return encode_raw(answer, context);
    };
    if (request.size() < 4 || !slots_) return refuse(ErrorCode::unsupported_request);
    switch (wire::code_of(request)) {
        case code::get_digests: return *wire::encode(slots_->digests(), context);
        case code::get_certificate: {
            auto asked = decode<GetCertificate>(request, context);
            if (!asked || slots_->find(asked->slot_id) == nullptr) return refuse(ErrorCode::invalid_request);
            return *wire::encode(slots_->portion(*asked, asked->slot_id, 0), context);
        }
        case code::challenge: {
            auto asked = decode<Challenge>(request, context);
            auto suite = observer_.parameters().requester_suite();
            const spdm::Identity* who = asked ? slots_->find(asked->slot_id) : nullptr;
            if (who == nullptr || !suite) return refuse(ErrorCode::invalid_request);
            ChallengeAuth answer;
            answer.slot_id = asked->slot_id;
            answer.slot_mask = slots_->mask();
            answer.nonce = nonce();
            answer.cert_chain_hash = slots_->chain_digest(asked->slot_id);
            answer.requester_context = asked->requester_context;
            answer.signature.resize(context.signature_size);
            Bytes bytes = *wire::encode(answer, context);
            ByteView head = context.version >= Version::v1_2 ? ByteView(observer_.vca()) : ByteView();
            Bytes transcript = concat({head, observer_.mutual(), request,
                                       ByteView(bytes).first(bytes.size() - context.signature_size)});
            auto signature =
                spdm::sign_transcript(*provider_, *suite, who->key, spdm::kRequesterChallengeAuthContext,
                                      provider_->digest(suite->hash, transcript));
            if (!signature) return refuse(ErrorCode::unspecified);
            bytes.resize(bytes.size() - context.signature_size);
            return concat({bytes, *signature});
        }
        case code::key_update:
            return *wire::encode(
                KeyUpdateAck{.key_operation = wire::param1(request), .tag = wire::param2(request)}, context);
        default: return refuse(ErrorCode::unsupported_request);
    }
}

Result<Exchange> Lab::run_encapsulated(std::optional<uint32_t> session_id, bool implicit) {
    auto transfer = [&](ByteView message) {
        return session_id ? send_in(*session_id, message) : send(message);
    };
    const Context context = observer_.request_context();
    uint8_t id = 0;
    Bytes asked;
    Exchange exchange;
    if (implicit) {
        asked = {byte(context.version), byte(code::get_digests), 0, 0};
    } else {
        exchange = TRY(transfer(TRY(encode(GetEncapsulatedRequest{}))));
        if (!exchange.answered()) return exchange;
        auto first = TRY(decode<EncapsulatedRequest>(*exchange.response, exchange.response_context));
        id = first.request_id;
        asked = std::move(first.encapsulated_request);
    }
    for (int i = 0; i < kMaxEncapsulated; ++i) {
        DeliverEncapsulatedResponse deliver{.request_id = id,
                                            .encapsulated_response = answer_encapsulated(asked)};
        exchange = TRY(transfer(TRY(encode(deliver))));
        if (!exchange.answered()) return exchange;
        auto ack = TRY(decode<EncapsulatedResponseAck>(*exchange.response, exchange.response_context));
        if (ack.payload_type != static_cast<uint8_t>(AckPayload::present)) return exchange;
        id = ack.request_id;
        asked = std::move(ack.encapsulated_request);
    }
    return unusable(code::get_encapsulated_request, "encapsulated flow", "it does not come to an end");
}

}  // namespace assay::lab
