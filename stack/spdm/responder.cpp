#include "stack/spdm/responder.h"

#include <algorithm>

#include "stack/wire/encode.h"
#include "stack/wire/header.h"

namespace assay::spdm {

using namespace wire;

Responder::Responder(const Device& device, const crypto::Provider& provider, Random& random,
                     FaultConfig faults, const Clock* clock)
    : device_(device),
      provider_(provider),
      random_(random),
      checker_(faults),
      clock_(clock),
      transcript_(provider),
      identities_(device.identities, provider) {}

void Responder::lose_state() {
    state_ = ConnectionState::not_started;
    parameters_ = {};
    transcript_.clear();
    identities_.clear();
    end_sessions();
    flow_.reset();
    requester_chains_.clear();
    authenticated_ = requester_authenticated_ = false;
    deferred_.reset();
    resynch_ = true;
}

std::optional<Bytes> Responder::receive(ByteView request) {
    last_refusal_.reset();
    current_.reset();
    expire();
    std::optional<Bytes> response = respond(request);
    settle();
    return response;
}

std::optional<Bytes> Responder::respond(ByteView request) {
    bool authenticated = authenticated_;
    after_ = After::nothing;
    Transcript::SavedM1 m1 = transcript_.save_m1();
    Checked<Bytes> response = dispatch(request);
    if (response) {
        Checked<> fits =
            checker_.demand(Check::response_size, response->size() <= most_taken(code_of(*response)));
        if (fits) return std::move(*response);
        // The response was not given, so no signature covers it, it authenticated no one, and a session that
        // it was to bring about or to establish is none.
        authenticated_ = authenticated;
        transcript_.restore_m1(std::move(m1));
        measured().reset_l1();
        last_refusal_ = fits.error();
        after_ = after_ == After::nothing ? After::nothing : After::end;
        return too_large(response->size());
    }
    last_refusal_ = response.error();
    if (!last_refusal_->error) return std::nullopt;
    // Any ERROR to GET_MEASUREMENTS restarts L1/L2.
    if (request.size() > 1 && code_of(request) == code::get_measurements) measured().reset_l1();
    return error(*last_refusal_->error, last_refusal_->error_data);
}

Checked<Bytes> Responder::dispatch(ByteView request) {
    TRY(checker_.demand(Check::message_short, request.size() >= 4));
    // Without that check a short message is read as if zeros followed.
    Bytes padded;
    if (request.size() < 4) {
        padded = to_bytes(request);
        padded.resize(4);
        request = padded;
    }
    uint32_t most = parameters_.responder_max_msg_size;
    TRY(checker_.demand(Check::request_size, most == 0 || request.size() <= most));
    TRY(admit(request));
    if (std::optional<Bytes> later = put_off(request)) return std::move(*later);
    return handle(request);
}

// The checks that come before a handler sees a request, in the order in which they are made.
Checked<> Responder::admit(ByteView request) const {
    wire::Code code = code_of(request);
    const RequestInfo* row = request_info(code);
    bool known = row != nullptr && row->since <= parameters_.version;
    // Before a version is agreed on, a later version's request is merely too early.
    if (state_ < ConnectionState::after_capabilities) known = row != nullptr;
    TRY(checker_.demand(Check::request_unknown, known, code));
    if (code == code::get_version) return admit_place(*row);
    TRY(checker_.demand(Check::request_resynch, !resynch_));
    if (code == code::get_capabilities) {
        return checker_.demand(Check::capabilities_order, state_ == ConnectionState::after_version);
    }
    if (state_ > ConnectionState::after_version) {
        TRY(checker_.demand(Check::request_version, version_byte(request) == byte(parameters_.version)));
    }
    if (code == code::negotiate_algorithms) {
        return checker_.demand(Check::algorithms_order, state_ == ConnectionState::after_capabilities);
    }
    if (row == nullptr) return {};
    TRY(checker_.demand(Check::request_state, state_ >= row->legal.from));
    bool capable = responder_can(*row, parameters_) && requester_can(*row, parameters_);
    TRY(checker_.demand(Check::request_capability, capable, code));
    bool flow = code == code::get_encapsulated_request || code == code::deliver_encapsulated_response;
    // While one is open, what was put off belongs to it.
    flow |= code == code::respond_if_ready && deferred_;
    // A key update that the requester has not polled for yet blocks no other request.
    bool unfetched = flow_ && !flow_->out && flow_->purpose != EncapsulatedFlow::Purpose::key_update;
    bool in_flight = flow_ && (flow_->out || (unfetched && checker_.has(Defect::in_flight_unfetched)));
    TRY(checker_.demand(Check::encap_in_flight, flow || !in_flight));
    TRY(checker_.demand(Check::encap_unfetched, flow || !unfetched));
    return admit_place(*row);
}

Checked<> Responder::admit_place(const RequestInfo& row) const {
    if (!current_) {
        bool legal = row.legal.in(SessionScope::outside) || checker_.has(Defect::plain_request_in_session);
        return checker_.demand(Check::session_absent, legal);
    }
    SessionScope place = sessions_.at(*current_).channel.phase() == Phase::handshake
                             ? SessionScope::handshake
                             : SessionScope::application;
    Checked<> legal = checker_.demand(Check::session_phase, row.legal.in(place));
    if (!legal && checker_.has(Defect::session_required_inside)) {
        legal.error().error = ErrorCode::session_required;
    }
    return legal;
}

std::optional<Bytes> Responder::put_off(ByteView request) {
    wire::Code code = code_of(request);
    // Only the deferred request can be put off again, and only where it came.
    bool again = ready_for(request) && deferred_->session == current_;
    if (code == code::respond_if_ready && !again) return std::nullopt;
    auto configured = device_.deferrals.find(code);
    if (configured == device_.deferrals.end()) return std::nullopt;
    Deferral& left = deferrals_.try_emplace(code, configured->second).first->second;
    if (left.busy > 0) {
        --left.busy;
        return error(ErrorCode::busy);
    }
    if (left.not_ready == 0 || is_vca(code)) return std::nullopt;
    --left.not_ready;
    if (code != code::respond_if_ready) {
        deferred_ = {to_bytes(request), current_};
        ++token_;
    }
    ErrorResponse answer;
    answer.error_code = static_cast<uint8_t>(ErrorCode::response_not_ready);
    answer.rdt_exponent = device_.rdt_exponent;
    answer.request_code = byte(code_of(deferred_->request));
    answer.token = token_;
    answer.rdtm = device_.rdtm;
    return *encode(answer, parameters_.context());
}

const Responder::Handler Responder::kHandlers[] = {
    {code::get_version, &Responder::get_version},
    {code::get_capabilities, &Responder::get_capabilities},
    {code::negotiate_algorithms, &Responder::negotiate_algorithms},
    {code::get_digests, &Responder::get_digests},
    {code::get_certificate, &Responder::get_certificate},
    {code::challenge, &Responder::challenge},
    {code::get_measurements, &Responder::get_measurements},
    {code::vendor_defined_request, &Responder::vendor_defined},
    {code::respond_if_ready, &Responder::respond_if_ready},
    {code::key_exchange, &Responder::key_exchange},
    {code::finish, &Responder::finish},
    {code::psk_exchange, &Responder::psk_exchange},
    {code::psk_finish, &Responder::psk_finish},
    {code::heartbeat, &Responder::heartbeat},
    {code::key_update, &Responder::key_update},
    {code::end_session, &Responder::end_session},
    {code::get_encapsulated_request, &Responder::get_encapsulated_request},
    {code::deliver_encapsulated_response, &Responder::deliver_encapsulated_response},
};

const Responder::Handler* Responder::handler_of(wire::Code code) {
    const auto* found = std::ranges::find(kHandlers, code, &Handler::code);
    return found == std::end(kHandlers) ? nullptr : found;
}

Checked<Bytes> Responder::handle(ByteView request) {
    wire::Code code = code_of(request);
    if (current_) {
        current()->channel.measured().on_request(code, true);
        transcript_.on_session_request(code, authenticated_);
    } else if (code != code::key_exchange || !checker_.has(Defect::key_exchange_keeps_m1)) {
        transcript_.on_request(code, authenticated_);
    }
    if (code != code::respond_if_ready) deferred_.reset();
    if (const Handler* handler = handler_of(code)) return (this->*handler->handle)(request);
    // A device may claim capabilities for which there is no handler. A code without a row comes here only
    // when the check before was waived, and has no handler either.
    if (request_info(code) != nullptr) TRY(checker_.demand(Check::request_capability, false, code));
    return error(ErrorCode::unspecified);
}

bool Responder::ready_for(ByteView request) const {
    return deferred_ && Code{param1(request)} == code_of(deferred_->request) && param2(request) == token_;
}

Checked<Bytes> Responder::respond_if_ready(ByteView request) {
    TRY(checker_.demand(Check::ready_itself, Code{param1(request)} != code::respond_if_ready));
    TRY(checker_.demand(Check::ready_nothing, deferred_.has_value()));
    if (!deferred_) return error(ErrorCode::unspecified);
    TRY(checker_.demand(Check::ready_session, deferred_->session == current_));
    TRY(checker_.demand(Check::ready_mismatch, ready_for(request)));
    Bytes original = std::move(deferred_->request);
    deferred_.reset();
    return handle(original);
}

// What the requester takes in one message; there is no chunking here. Before 1.2 it is not stated. The
// responses of VCA go out whatever their size: without them there is no connection that could chunk.
size_t Responder::most_taken(Code response) const {
    uint32_t stated = parameters_.requester_data_transfer_size;
    return stated == 0 || is_vca(request_of(response)) ? SIZE_MAX : stated;
}

bool Responder::fits(ByteView response) const {
    return response.size() <= most_taken(code_of(response)) || checker_.waived(Check::response_size);
}

Bytes Responder::too_large(size_t size) {
    ErrorResponse answer;
    answer.error_code = static_cast<uint8_t>(ErrorCode::response_too_large);
    answer.actual_size = static_cast<uint32_t>(size);
    return *encode(answer, parameters_.context());
}

Bytes Responder::error(ErrorCode code, uint8_t data) const {
    ErrorResponse answer;
    answer.error_code = static_cast<uint8_t>(code);
    answer.error_data = data;
    if (*error_since(answer.error_code) > parameters_.version) {
        // Before it had a code of its own, having nothing to ask was an unexpected request.
        bool nothing = code == ErrorCode::no_pending_requests;
        answer.error_code =
            static_cast<uint8_t>(nothing ? ErrorCode::unexpected_request : ErrorCode::unspecified);
    }
    return *encode(answer, parameters_.context());
}

Nonce Responder::fresh_nonce() {
    Nonce nonce;
    random_.fill(nonce);
    return nonce;
}

}  // namespace assay::spdm
