#include "stack/spdm/requester.h"

#include <algorithm>

#include "stack/spdm/requester_impl.h"
#include "stack/wire/messages/error.h"

namespace assay::spdm {

using namespace wire;

namespace {

// ST1: what a responder may take when no cryptography is needed (DSP0274, timing parameters).
constexpr Micros kSt1{100'000};
// An RDTExponent above it would mean more than half an hour.
constexpr uint8_t kMaxRdtExponent = 31;

bool is_vca(uint8_t code) {
    return code == code::get_version || code == code::get_capabilities || code == code::negotiate_algorithms;
}

// 2^exponent microseconds, as far as that is a time.
Micros power_of_two(uint8_t exponent) { return Micros(int64_t{1} << std::min<int>(exponent, 62)); }

}  // namespace

crypto::PublicKey VerifiedChain::key() const {
    return certificates.empty() ? crypto::PublicKey() : certificates.back().public_key();
}

Requester::Requester(const RequesterConfig& config, const crypto::Provider& provider, Random& random,
                     Waivers waivers)
    : config_(config), provider_(provider), random_(random), checker_(waivers), transcript_(provider) {}

Bytes Requester::begin(Bytes request) {
    transcript_.on_request(request[1], learned_.authenticated);
    if (request[1] != code::get_measurements) learned_.in_transcript.clear();
    peer_error_.reset();
    pending_ = Pending{request, request};
    return request;
}

Checked<Outcome> Requester::receive(ByteView response) {
    peer_error_.reset();
    // What nobody asked for changes nothing.
    if (!pending_) {
        TRY(checker_.demand(Check::response_code, false));
        return Outcome{};
    }
    Checked<Outcome> outcome = dispatch(response);
    if (outcome && !outcome->done()) {
        pending_->sent = outcome->again;
        return outcome;
    }
    pending_.reset();
    if (!outcome && outcome.error().check != Check::response_error) give_up();
    return outcome;
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
    bool error = response[1] == code::error;
    TRY(checker_.demand(Check::response_code, error || response[1] == (pending_->code() & 0x7f)));
    // A responder that knows of no negotiation says so under 1.0.
    bool version = response[0] == expected_version() || (error && response[0] == byte(Version::v1_0));
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
        default: return {};
    }
}

Checked<Outcome> Requester::error_received(ByteView response) {
    auto message = TRY(decoded<ErrorResponse>(response, learned_.parameters.context(), nullptr));
    peer_error_ = static_cast<ErrorCode>(message.error_code);
    if (peer_error_ == ErrorCode::busy) return send_again(pending_->sent, config_.busy_delay);
    if (peer_error_ == ErrorCode::response_not_ready) {
        TRY(checker_.demand(Check::not_ready_forbidden, !is_vca(pending_->code())));
        TRY(checker_.demand(Check::not_ready_code, message.request_code == pending_->code()));
        TRY(checker_.demand(Check::not_ready_timing,
                            message.rdtm > 1 && message.rdt_exponent <= kMaxRdtExponent));
        RespondIfReady ready{.request_code = message.request_code, .token = message.token};
        return send_again(*encode(ready, learned_.parameters.context()), power_of_two(message.rdt_exponent));
    }
    // DSP0274, MEASUREMENTS signature generation: an ERROR ends what has been gathered.
    if (pending_->code() == code::get_measurements) {
        transcript_.reset_l1();
        learned_.in_transcript.clear();
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
    return Outcome{std::move(message), delay};
}

Checked<Outcome> Requester::timed_out() {
    if (!pending_) return Outcome{};
    Checked<Outcome> outcome = send_again(pending_->sent, Micros{0});
    if (!outcome) {
        pending_.reset();
        give_up();
    }
    return outcome;
}

Micros Requester::response_time() const {
    if (!pending_ || is_vca(pending_->code())) return kSt1;
    return power_of_two(std::min(learned_.parameters.responder_ct_exponent, kMaxCtExponent));
}

void Requester::give_up() {
    state_ = ConnectionState::not_started;
    transcript_.clear();
    learned_.authenticated = false;
    learned_.in_transcript.clear();
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
