#include "stack/spdm/requester.h"

#include <algorithm>

#include "stack/spdm/requester_impl.h"
#include "stack/wire/header.h"
#include "stack/wire/messages/error.h"

namespace assay::spdm {

using namespace wire;

namespace {

// ST1: what a responder may take when no cryptography is needed (DSP0274, timing parameters).
constexpr Micros kSt1{100'000};
// An RDTExponent above it would mean more than half an hour.
constexpr uint8_t kMaxRdtExponent = 31;

// 2^exponent microseconds, as far as that is a time.
Micros power_of_two(uint8_t exponent) { return Micros(int64_t{1} << std::min<int>(exponent, 62)); }

}  // namespace

crypto::PublicKey VerifiedChain::key() const {
    return certificates.empty() ? crypto::PublicKey() : certificates.back().public_key();
}

Requester::Requester(const RequesterConfig& config, const crypto::Provider& provider, Random& random,
                     FaultConfig faults)
    : config_(config),
      provider_(provider),
      random_(random),
      checker_(faults),
      transcript_(provider),
      identities_(config.identities, provider) {}

Bytes Requester::begin_at(Bytes request, std::optional<uint32_t> place) {
    wire::Code code = code_of(request);
    RequesterSession* session = find(place);
    pending_.reset();
    unsent_.reset();
    // A request of a session is never sent outside of it.
    if (place && session == nullptr) return {};
    // There is no chunking here.
    uint32_t most = learned_.parameters.responder_data_transfer_size;
    Checked<> fits = checker_.demand(Check::request_fits, most == 0 || request.size() <= most);
    if (!fits) {
        unsent_ = fits.error();
        return {};
    }
    if (session != nullptr) {
        session->channel.measured().on_request(code, true);
        transcript_.on_session_request(code, learned_.authenticated);
        if (code != code::get_measurements) session->in_transcript.clear();
    } else {
        transcript_.on_request(code, learned_.authenticated);
        if (code != code::get_measurements) learned_.in_transcript.clear();
    }
    if (code != code::get_digests) learned_.th_digests_open = false;
    peer_error_.reset();
    pending_ = Pending{.request = request,
                       .sent = std::move(request),
                       .record = {},
                       .session = session == nullptr ? std::nullopt : place,
                       .handshake = {},
                       .dhe = nullptr};
    Result<Bytes> out = outgoing();
    if (out) return std::move(*out);
    unsent_ = Refusal{Check::answer_record_limit, std::nullopt, 0, out.error()};
    pending_.reset();
    drop_session(*place);
    return {};
}

Checked<Outcome> Requester::receive(ByteView response, bool secured) {
    peer_error_.reset();
    // A response without a request changes nothing.
    if (!pending_) {
        TRY(checker_.demand(Check::response_code, false));
        return Outcome{};
    }
    Checked<Outcome> outcome = receive_at(response, secured);
    if (outcome && !outcome->done()) return outcome;
    // What comes outside a session may be from anybody: the request inside the session still waits for its
    // answer.
    bool stray = pending_->session && !secured && !outcome && outcome.error().check == Check::answer_place;
    if (stray) return outcome;
    if (RequesterSession* session = current()) settle_response_key(*session);
    Pending request = std::move(*pending_);
    pending_.reset();
    if (!outcome) refused(request, outcome.error());
    // A flow of encapsulated requests that was answered with an ERROR is over.
    wire::Code code = request.code();
    bool of_turn = code == code::get_encapsulated_request || code == code::deliver_encapsulated_response;
    if (of_turn && (!outcome || peer_error_)) turn_.reset();
    return outcome;
}

// The consequences of a refusal: a connection or a session that cannot be trusted any more is closed, and
// nothing of a failed handshake is kept.
void Requester::refused(const Pending& request, const Refusal& refusal) {
    bool by_responder = refusal.check == Check::response_error;
    if (request.session && (!by_responder || peer_error_ == ErrorCode::decrypt_error)) {
        drop_session(*request.session);
    }
    if (!request.session && !by_responder) give_up();
    RequesterSession* session = find(request.handshake);
    if (session != nullptr && session->channel.phase() == Phase::handshake) drop_session(*request.handshake);
}

Checked<Outcome> Requester::dispatch(ByteView response) {
    TRY(checker_.demand(Check::response_short, response.size() >= 4));
    // Without that check a short message is read as if zeros followed.
    Bytes padded;
    if (response.size() < 4) {
        padded = to_bytes(response);
        padded.resize(4);
        response = padded;
    }
    bool error = code_of(response) == code::error;
    TRY(checker_.demand(Check::response_code, error || code_of(response) == response_to(pending_->code())));
    // A responder that knows of no negotiation says so under 1.0.
    bool version = version_byte(response) == expected_version() ||
                   (error && version_byte(response) == byte(Version::v1_0));
    TRY(checker_.demand(Check::response_version, version));
    if (error) return error_received(response);
    TRY(handle(response));
    return Outcome{};
}

uint8_t Requester::expected_version() const {
    return byte(pending_->code() == code::get_version ? Version::v1_0 : learned_.parameters.version);
}

Checked<> Requester::handle(ByteView response) {
    switch (pending_->code()) {
        case code::get_version: return version_received(response);
        case code::get_capabilities: return capabilities_received(response);
        case code::negotiate_algorithms: return algorithms_received(response);
        case code::get_digests: return digests_received(response);
        case code::get_certificate: return certificate_received(response);
        case code::challenge: return challenge_auth_received(response);
        case code::get_measurements: return measurements_received(response);
        case code::vendor_defined_request: return vendor_received(response);
        case code::key_exchange: return key_exchange_received(response);
        case code::finish: return finish_received(response);
        case code::psk_exchange: return psk_exchange_received(response);
        case code::psk_finish: return psk_finish_received(response);
        case code::key_update: return key_update_ack_received(response);
        case code::end_session: return end_session_ack_received(response);
        case code::get_encapsulated_request: return encapsulated_request_received(response);
        case code::deliver_encapsulated_response: return encapsulated_ack_received(response);
        default: return {};
    }
}

Checked<Outcome> Requester::error_received(ByteView response) {
    auto message = TRY(decoded<ErrorResponse>(response, learned_.parameters.context(), nullptr));
    peer_error_ = static_cast<ErrorCode>(message.error_code);
    if (peer_error_ == ErrorCode::busy) return send_again(pending_->sent, config_.busy_delay);
    if (peer_error_ == ErrorCode::response_not_ready) {
        TRY(checker_.demand(Check::not_ready_forbidden, !is_vca(pending_->code())));
        TRY(checker_.demand(Check::not_ready_code, Code{message.request_code} == pending_->code()));
        TRY(checker_.demand(Check::not_ready_timing,
                            message.rdtm > 1 && message.rdt_exponent <= kMaxRdtExponent));
        RespondIfReady ready{.request_code = message.request_code, .token = message.token};
        return send_again(encoded(ready, learned_.parameters.context()), power_of_two(message.rdt_exponent));
    }
    // DSP0274, MEASUREMENTS signature generation: an ERROR ends what has been gathered.
    if (pending_->code() == code::get_measurements) {
        measured().reset_l1();
        in_transcript().clear();
    }
    if (peer_error_ == ErrorCode::request_resynch) give_up();
    if (checker_.waived(Check::response_error)) return Outcome{};
    std::string_view name = error_name(message.error_code);
    return std::unexpected(
        Refusal{Check::response_error,
                std::nullopt,
                0,
                {Errc::state, "ErrorCode", 2, name.empty() ? "unknown" : std::string(name)}});
}

Checked<Outcome> Requester::send_again(Bytes message, Micros delay) {
    TRY(checker_.demand(Check::retries, pending_->put_off < config_.max_retries));
    ++pending_->put_off;
    pending_->sent = std::move(message);
    Bytes again = TRY(checker_.demand_value(Check::answer_record_limit, outgoing()));
    return Outcome{std::move(again), delay, secured()};
}

// A record is not made anew: its number may have been used up at the other end.
Checked<Outcome> Requester::timed_out() {
    if (!pending_) return Outcome{};
    Checked<> more = checker_.demand(Check::retries, pending_->put_off < config_.max_retries);
    if (!more) {
        Pending request = std::move(*pending_);
        pending_.reset();
        refused(request, more.error());
        return std::unexpected(more.error());
    }
    ++pending_->put_off;
    return Outcome{secured() ? pending_->record : pending_->sent, Micros{0}, secured()};
}

Micros Requester::response_time() const {
    if (!pending_ || is_vca(pending_->code())) return kSt1;
    return power_of_two(std::min(learned_.parameters.responder_ct_exponent, kMaxCtExponent));
}

void Requester::give_up() {
    state_ = ConnectionState::not_started;
    transcript_.clear();
    learned_.authenticated = learned_.mutually_authenticated = false;
    learned_.in_transcript.clear();
    turn_.reset();
    std::erase_if(sessions_,
                  [](const auto& session) { return session.second.channel.phase() == Phase::handshake; });
    if (find(last_session_) == nullptr) last_session_.reset();
}

const VerifiedChain* Requester::chain(uint8_t slot) const {
    return slot < kSlots && learned_.chains[slot] ? &*learned_.chains[slot] : nullptr;
}

size_t Requester::received(uint8_t slot) const { return slot < kSlots ? learned_.portions[slot].size() : 0; }

Nonce Requester::fresh_nonce() {
    random_.fill(learned_.last_nonce);
    return learned_.last_nonce;
}

RequesterContext Requester::fresh_context() {
    RequesterContext context;
    random_.fill(context);
    return context;
}

}  // namespace assay::spdm
