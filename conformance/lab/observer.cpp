#include "conformance/lab/observer.h"

#include <fmt/format.h>

#include "stack/spdm/algorithms.h"
#include "stack/wire/annotate.h"
#include "stack/wire/header.h"
#include "stack/wire/messages/certificate.h"
#include "stack/wire/messages/challenge.h"
#include "stack/wire/messages/digests.h"
#include "stack/wire/messages/error.h"
#include "stack/wire/messages/measurements.h"
#include "stack/wire/messages/version.h"

namespace assay::lab {

using namespace wire;
using spdm::ConnectionState;

namespace {

// Until it is found otherwise.
constexpr const char* kUnknownAlgorithm = "signatures of the selected algorithm are not checked here";

// Requests that break an unfinished authentication off.
bool breaks_off(wire::Code code) { return resets_any(code, resets::m1); }

std::optional<uint8_t> error_code(ByteView response) {
    if (response.size() < 4 || code_of(response) != code::error) return std::nullopt;
    return param1(response);
}

bool is(std::optional<uint8_t> error, ErrorCode wanted) { return error == static_cast<uint8_t>(wanted); }

}  // namespace

Context Observer::request_context(ByteView message) const { return wire::request_context(context_, message); }

Context Observer::response_context(ByteView request) const {
    return wire::response_context(context_, request);
}

Context Observer::expected_response_context() const {
    bool poll = pending_.size() > 1 && code_of(pending_) == code::respond_if_ready && deferred_;
    return response_context(poll ? *deferred_ : pending_);
}

void Collected::clear() {
    bytes.clear();
    restarts.clear();
}

void Collected::may_restart() {
    if (restarts.empty() || restarts.back() != bytes.size()) restarts.push_back(bytes.size());
}

std::vector<Bytes> Collected::candidates(ByteView head, ByteView tail) const {
    std::vector<Bytes> all;
    for (auto from = restarts.rbegin(); from != restarts.rend(); ++from) {
        all.push_back(concat({head, ByteView(bytes).subspan(*from), tail}));
    }
    all.push_back(concat({head, bytes, tail}));
    return all;
}

void Observer::reset() {
    state_ = ConnectionState::not_started;
    parameters_ = {};
    context_ = {};
    deferred_.reset();
    vca_.clear();
    first_digests_.clear();
    b_.clear();
    measurements_.clear();
    authenticated_ = digests_open_ = false;
    portions_.clear();
    digests_.clear();
    sessions_.clear();
    last_session_.reset();
    last_exchange_.reset();
    encapsulated_.clear();
    flow_open_ = false;
    mutual_.clear();
    requester_portions_.clear();
    transfers_.clear();
}

void Observer::forget_last() {
    last_signature_.reset();
    last_macs_.clear();
    last_chain_.reset();
}

void Observer::request(ByteView message) {
    forget_last();
    reassembled_.clear();
    pending_session_.reset();
    pending_ = to_bytes(exact(message, request_context(message)));
}

void Observer::response(ByteView message) {
    reassembled_.clear();
    pending_session_.reset();
    answered(message);
}

// A response, wherever it came.
void Observer::answered(ByteView message) {
    forget_last();
    if (pending_.size() < 4 || message.size() < 4) return;
    Bytes asked = pending_;
    if (chunked(asked, message)) return;
    wire::Code code = code_of(asked);
    std::optional<uint8_t> error = error_code(message);
    if (is(error, ErrorCode::busy)) {
        ObservedSession* inside = pending_in();
        if (code == code::get_measurements) (inside ? inside->measured : measurements_).may_restart();
        return;
    }
    // The other side knows nothing any more.
    if (is(error, ErrorCode::request_resynch) && !pending_session_) return reset();
    if (is(error, ErrorCode::response_not_ready)) {
        if (code != code::respond_if_ready) deferred_ = std::move(asked);
        return;
    }
    if (error) flow_refused(code, static_cast<ErrorCode>(*error));
    if (error && pending_session_) {
        if (breaks_off(code) && !authenticated_) b_.may_restart();
        return refused_in_session(code, message);
    }
    if (error) {
        bool finishing = code == code::finish && is(error, ErrorCode::decrypt_error);
        if (ObservedSession* session = handshake(); session != nullptr && finishing)
            end_session(session->channel.id());
        return refused(code);
    }
    if (code == code::respond_if_ready) {
        if (!deferred_) return;
        asked = std::move(*deferred_);
        code = code_of(asked);
    }
    deferred_.reset();
    answered_well(asked, message);
}

void Observer::answered_well(const Bytes& asked, ByteView message) {
    const wire::Code code = code_of(asked);
    if (pending_session_) {
        if (breaks_off(code)) b_.may_restart();
        if (code_of(message) == response_to(code)) in_session(asked, exact(message, response_context(asked)));
        return;
    }
    if (code != code::get_measurements) measurements_.clear();
    if (breaks_off(code) && !authenticated_) b_.clear();
    if (breaks_off(code) && authenticated_) b_.may_restart();
    if (code_of(message) != response_to(code)) return;
    if (code == code::get_version) reset();
    ByteView answer = exact(message, response_context(asked));
    if (is_vca(code)) {
        append(vca_, asked);
        append(vca_, answer);
        negotiated(asked, answer);
        return;
    }
    bool open = digests_open_;
    if (code != code::get_digests) digests_open_ = false;
    switch (code) {
        case code::get_digests:
            if (open && first_digests_.empty()) first_digests_ = to_bytes(answer);
            digests(asked, answer);
            break;
        case code::get_certificate: certificate(asked, answer); break;
        case code::challenge: challenge_auth(asked, answer); break;
        case code::get_measurements: measurements(asked, answer); break;
        case code::key_exchange: key_exchange(asked, answer); break;
        case code::psk_exchange: begin_session(spdm::SessionKind::psk, asked, answer); break;
        case code::finish: finish(asked, answer); break;
        case code::get_encapsulated_request:
        case code::deliver_encapsulated_response: encapsulated(asked, answer); break;
        default: break;
    }
}

void Observer::refused(wire::Code code) {
    // An ERROR to GET_MEASUREMENTS restarts L1/L2 for certain; a poll may have stood for one.
    if (code == code::get_measurements) {
        measurements_.clear();
    } else {
        measurements_.may_restart();
    }
    bool poll = code == code::respond_if_ready && deferred_ && breaks_off(code_of(*deferred_));
    if (!authenticated_ && (breaks_off(code) || poll)) b_.may_restart();
}

void Observer::negotiated(ByteView request, ByteView response) {
    spdm::Parameters& p = parameters_;
    if (code_of(request) == code::get_version) {
        if (auto version = decode<VersionResponse>(response, context_)) versions_ = version->entries;
        state_ = ConnectionState::after_version;
        return;
    }
    Context context = request_context(request);
    if (code_of(request) == code::get_capabilities) {
        auto asked = decode<GetCapabilities>(request, context);
        auto answer = decode<Capabilities>(response, context);
        if (!asked || !answer) return;
        p.version = context_.version = context.version;
        p.requester_flags = asked->flags & known_requester_flags(p.version);
        p.requester_data_transfer_size = asked->data_transfer_size;
        p.requester_max_msg_size = asked->max_spdm_msg_size;
        p.responder_flags = answer->flags & known_responder_flags(p.version);
        if (p.version >= Version::v1_4) p.responder_ext_flags = answer->ext_flags & kSlotMgmtCap;
        p.responder_ct_exponent = answer->ct_exponent;
        p.responder_data_transfer_size = answer->data_transfer_size;
        p.responder_max_msg_size = answer->max_spdm_msg_size;
        state_ = ConnectionState::after_capabilities;
        return;
    }
    auto asked = decode<NegotiateAlgorithms>(request, context);
    auto answer = decode<Algorithms>(response, context);
    if (!asked || !answer) return;
    p.measurement_specification = answer->measurement_specification_sel;
    p.measurement_hash = answer->measurement_hash_algo;
    p.base_asym = answer->base_asym_sel;
    p.base_hash = answer->base_hash_sel;
    p.opaque_format = answer->other_params_selection & 0x0f;
    for (const AlgStruct& item : answer->alg_structs) {
        if (item.alg_type == alg_type::dhe) p.dhe = item.alg_supported;
        if (item.alg_type == alg_type::aead_cipher_suite) p.aead = item.alg_supported;
        if (item.alg_type == alg_type::req_base_asym_alg) p.req_base_asym = item.alg_supported;
        if (item.alg_type == alg_type::key_schedule) p.key_schedule = item.alg_supported;
    }
    if (p.version >= Version::v1_3) {
        uint32_t cap = p.responder_flags & cap::multi_key;
        p.multi_key_rsp = cap == cap::multi_key_only || (cap == cap::multi_key_negotiable &&
                                                         (asked->other_params_support & kMultiKeyConn) != 0);
        cap = p.requester_flags & cap::multi_key;
        p.multi_key_req =
            cap == cap::multi_key_only ||
            (cap == cap::multi_key_negotiable && (answer->other_params_selection & kMultiKeyConn) != 0);
    }
    // Another algorithm has another key, and another hash or version another chain structure.
    std::tuple suite{p.base_asym, p.base_hash, p.version};
    if (chains_of_ != suite) chains_.clear();
    chains_of_ = suite;
    context_ = p.context();
    state_ = ConnectionState::negotiated;
    digests_open_ = true;
}

void Observer::digests(ByteView request, ByteView response) {
    b_.clear();
    append(b_.bytes, request);
    append(b_.bytes, response);
    auto message = decode<Digests>(response, context_);
    if (!message) return;
    digests_.clear();
    auto digest = message->digests.begin();
    for (uint8_t slot = 0; slot < 8 && digest != message->digests.end(); ++slot) {
        if ((message->slot_mask >> slot & 1) != 0) digests_[slot] = *digest++;
    }
}

void Observer::certificate(ByteView request, ByteView response) {
    append(b_.bytes, request);
    append(b_.bytes, response);
    auto asked = decode<GetCertificate>(request, context_);
    auto answer = decode<CertificateResponse>(response, context_);
    if (!asked || !answer) return;
    bool large = context_.version >= Version::v1_4 && (asked->slot_id & kLargeCertChain) != 0;
    size_t offset = large ? asked->large_offset : asked->offset;
    size_t left = large ? answer->large_remainder_length : answer->remainder_length;
    Bytes& so_far = portions_[asked->slot_id & 0x0f];
    if (offset == 0) so_far.clear();
    if (offset != so_far.size() || answer->cert_chain.empty()) return;
    append(so_far, answer->cert_chain);
    if (left == 0) last_chain_ = chains_[asked->slot_id & 0x0f] = std::move(so_far);
}

void Observer::challenge_auth(ByteView request, ByteView response) {
    auto answer = decode<ChallengeAuth>(response, response_context(request));
    if (!answer) return;
    size_t signed_size = response.size() - answer->signature.size();
    Bytes c = concat({request, response.first(signed_size)});
    check(code::challenge_auth, param1(request), spdm::kChallengeAuthContext, b_.candidates(vca_, c),
          answer->signature);
    b_.clear();
    authenticated_ = true;
    flow_open_ |= (answer->slot_id & kBasicMutAuthReq) != 0;
}

void Observer::measurements(ByteView request, ByteView response) {
    ObservedSession* inside = pending_in();
    Collected& measured = inside == nullptr ? measurements_ : inside->measured;
    auto answer = decode<Measurements>(response, response_context(request));
    append(measured.bytes, request);
    bool sign = (param1(request) & kSignatureRequested) != 0;
    if (!answer || !sign) return append(measured.bytes, response);
    append(measured.bytes, response.first(response.size() - answer->signature.size()));
    uint8_t slot = context_.version >= Version::v1_1 && request.size() > 36 ? request[36] & 0x0f : 0;
    ByteView head = context_.version >= Version::v1_2 ? ByteView(vca_) : ByteView();
    check(code::measurements, slot, spdm::kMeasurementsContext, measured.candidates(head, {}),
          answer->signature);
    measured.clear();
}

// TH up to the signature: VCA, DIGESTS of a multi-key connection, the chain's hash, both messages.
void Observer::key_exchange(ByteView request, ByteView response) {
    size_t size = context_.signature_size + (context_.verify_data_in_exchange ? context_.hash_size : 0U);
    auto hash = spdm::hash_algo(parameters_.base_hash);
    if (response.size() < size || !hash) return;
    ByteView signature = response.subspan(response.size() - size, context_.signature_size);
    Bytes chain_hash = chain_digest(chains_, param2(request));
    Bytes digests = parameters_.multi_key_rsp ? first_digests_ : Bytes{};
    check(code::key_exchange_rsp, param2(request), spdm::kKeyExchangeContext,
          {concat({vca_, digests, chain_hash, request, response.first(response.size() - size)})}, signature);
    begin_session(spdm::SessionKind::key_exchange, request, response);
}

std::optional<crypto::PublicKey> Observer::key(const std::map<uint8_t, Bytes>& chains, uint8_t slot,
                                               std::string& why) const {
    auto chain = chains.find(slot);
    if (chain == chains.end()) {
        why = fmt::format("the certificate chain of slot {} was never seen", slot);
        return std::nullopt;
    }
    if (leaf_keys_ != nullptr) {
        auto known = leaf_keys_->find(chain->second);
        if (known != leaf_keys_->end()) return known->second;
    }
    auto structure = decode_exact<CertChain>(chain->second, context_);
    if (!structure) {
        why = "the certificate chain structure cannot be read: " + structure.error().text();
        return std::nullopt;
    }
    auto certificates = crypto::parse_certificates(structure->certificates);
    if (!certificates) {
        why = "a certificate cannot be read: " + certificates.error().text();
        return std::nullopt;
    }
    crypto::PublicKey leaf = certificates->back().public_key();
    if (leaf_keys_ != nullptr) leaf_keys_->emplace(chain->second, leaf);
    return leaf;
}

void Observer::check(wire::Code code, uint8_t slot, std::string_view context, std::vector<Bytes> transcripts,
                     ByteView signature) {
    SignatureCheck result{
        .code = code, .slot = slot, .transcript = transcripts.front(), .why = kUnknownAlgorithm};
    std::optional<crypto::PublicKey> signer;
    if (spdm::sign_algo(parameters_.base_asym)) signer = key(chains_, slot, result.why);
    check_by(std::move(signer), parameters_.suite(), std::move(result), context, std::move(transcripts),
             signature);
}

void Observer::check_requester(wire::Code code, uint8_t slot, std::string_view context,
                               const Bytes& transcript, ByteView signature) {
    SignatureCheck result{.code = code, .slot = slot, .transcript = transcript, .why = kUnknownAlgorithm};
    std::optional<crypto::PublicKey> signer;
    const std::optional<spdm::Suite> suite = parameters_.requester_suite();
    if (suite) signer = key(requester_chains_, slot, result.why);
    check_by(std::move(signer), suite.value_or(parameters_.suite()), std::move(result), context, {transcript},
             signature);
}

void Observer::check_by(std::optional<crypto::PublicKey> signer, const spdm::Suite& suite,
                        SignatureCheck result, std::string_view context, std::vector<Bytes> transcripts,
                        ByteView signature) {
    if (signer) {
        for (Bytes& transcript : transcripts) {
            crypto::Digest digest = provider_->digest(suite.hash, transcript);
            Result<> verified =
                spdm::verify_transcript(*provider_, suite, *signer, context, digest, signature);
            if (verified) {
                result.result = SignatureCheck::Result::good;
                result.transcript = std::move(transcript);
                result.why.clear();
                break;
            }
            bool possible = verified.error().code != Errc::unsupported;
            result.result = possible ? SignatureCheck::Result::bad : SignatureCheck::Result::no_key;
            result.why = "the signature does not cover this transcript: " + verified.error().text();
        }
    }
    ++counts_[static_cast<size_t>(result.result)];
    last_signature_ = std::move(result);
}

}  // namespace assay::lab
