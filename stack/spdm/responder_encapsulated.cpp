// The responder's encapsulated requests: it asks, the requester polls and delivers.
#include <algorithm>

#include "stack/spdm/algorithms.h"
#include "stack/spdm/responder.h"
#include "stack/spdm/signing.h"
#include "stack/wire/encode.h"
#include "stack/wire/header.h"
#include "stack/wire/messages/certificate.h"
#include "stack/wire/messages/challenge.h"
#include "stack/wire/messages/digests.h"
#include "stack/wire/registry.h"

namespace assay::spdm {

using namespace wire;
using Purpose = EncapsulatedFlow::Purpose;

namespace {

constexpr uint16_t kPortion = 1024;
// Far more than the longest chain of the short form takes.
constexpr size_t kMaxPortions = 128;

}  // namespace

// The layout of the requester's messages: its signatures, its keys.
Context Responder::encapsulated_context() const {
    Context context = parameters_.context();
    context.signature_size = context.requester_signature_size;
    context.multi_key = parameters_.multi_key_req;
    return context;
}

template <class M>
void Responder::ask(const M& request) {
    ++flow_->request_id;
    flow_->request = encoded(request, encapsulated_context());
}

template <class M>
Checked<M> Responder::delivered(ByteView response, const Context& context) const {
    DecodeOptions options{.lenient = checker_.waived(Check::encap_malformed)};
    Bytes renamed = to_bytes(response);
    // Where another header was let through, the rest is read as what was asked for.
    renamed[kVersionAt] = byte(parameters_.version);
    renamed[kCodeAt] = byte(M::kCode);
    return checker_.demand_value(Check::encap_malformed, decode<M>(renamed, context, options));
}

bool Responder::asks_for_basic_mutual_authentication() const {
    uint32_t can = cap::cert | cap::chal;
    bool able = parameters_.both(cap::mut_auth) && parameters_.encapsulates() &&
                (parameters_.requester_flags & can) == can;
    return device_.basic_mut_auth && (able || checker_.has(Defect::basic_mutual_uninvited)) &&
           parameters_.req_base_asym != 0 && parameters_.version >= Version::v1_1;
}

void Responder::open_flow(Purpose purpose, std::optional<uint32_t> session, bool implicit) {
    flow_.emplace();
    flow_->purpose = purpose;
    flow_->session = session;
    bool handshake = purpose == Purpose::session;
    flow_->place = handshake && parameters_.clear_handshake() ? std::nullopt : session;
    flow_->slot = device_.requester_slot;
    if (purpose == Purpose::key_update) {
        ask(KeyUpdate{.key_operation = static_cast<uint8_t>(KeyOperation::update_key),
                      .tag = static_cast<uint8_t>(random_.next_u64())});
        return;
    }
    if (purpose == Purpose::authenticate) {
        flow_->m1 = provider_.new_hash(parameters_.suite().hash);
        bool vca = parameters_.version >= Version::v1_2 && !checker_.has(Defect::mutual_vca_missing);
        if (vca) flow_->m1->update(transcript_.vca());
    }
    ask(GetDigests{});
    // An implicit GET_DIGESTS has RequestID 0 and is taken for sent.
    if (implicit) flow_->request_id = 0;
    flow_->out = implicit;
}

bool Responder::ask_for_key_update(uint32_t session_id) {
    Session* channel = session(session_id);
    bool possible = !flow_ && channel != nullptr && channel->phase() == Phase::application &&
                    parameters_.both(cap::key_upd) && parameters_.encapsulates();
    if (possible) open_flow(Purpose::key_update, session_id, false);
    return possible;
}

Checked<Bytes> Responder::get_encapsulated_request(ByteView) {
    TRY(checker_.demand(Check::encap_nothing, flow_.has_value()));
    if (!flow_) return encoded(EncapsulatedRequest{}, parameters_.context());
    TRY(checker_.demand(Check::encap_session, flow_->place == current_));
    flow_->out = true;
    return encoded(
        EncapsulatedRequest{.request_id = flow_->request_id, .encapsulated_request = flow_->request},
        parameters_.context());
}

Checked<> Responder::check_delivery(const DeliverEncapsulatedResponse& delivery) const {
    TRY(checker_.demand(Check::encap_nothing, flow_ && flow_->out));
    if (!flow_) return {};
    TRY(checker_.demand(Check::encap_session, flow_->place == current_));
    TRY(checker_.demand(Check::encap_short, delivery.encapsulated_response.size() >= 4));
    return checker_.demand(Check::encap_request_id, delivery.request_id == flow_->request_id);
}

Checked<Bytes> Responder::deliver_encapsulated_response(ByteView request) {
    auto message = TRY(decoded<DeliverEncapsulatedResponse>(Check::encap_short, request));
    plant_delivery(request);
    TRY(check_delivery(message));
    if (!flow_) return error(ErrorCode::unspecified);
    Bytes& response = message.encapsulated_response;
    if (response.size() < 4) response.resize(4);
    Checked<> taken = encapsulated_response(response);
    if (!taken) {
        // A request that the requester cannot answer ends the flow without a result.
        flow_.reset();
        return std::unexpected(taken.error());
    }
    return acknowledgement(message.request_id);
}

Bytes Responder::acknowledgement(uint8_t delivered) {
    EncapsulatedResponseAck ack;
    ack.ack_request_id = delivered;
    if (flow_ && !flow_->request.empty()) {
        ack.request_id = flow_->request_id;
        ack.payload_type = static_cast<uint8_t>(AckPayload::present);
        ack.encapsulated_request = flow_->request;
    } else if (flow_ && flow_->purpose == Purpose::session) {
        ack.payload_type = static_cast<uint8_t>(AckPayload::req_slot_number);
        ack.req_slot_number = flow_->slot;
    }
    if (flow_ && flow_->request.empty()) flow_.reset();
    return encoded(ack, parameters_.context());
}

Checked<> Responder::encapsulated_response(ByteView response) {
    // What a transport pads DELIVER_ENCAPSULATED_RESPONSE with stands behind the response in it.
    response = exact(response, encapsulated_context());
    TRY(checker_.demand(Check::encap_version, version_byte(response) == byte(parameters_.version)));
    const Code asked = code_of(flow_->request);
    if (code_of(response) == code::error &&
        param1(response) == static_cast<uint8_t>(ErrorCode::response_not_ready)) {
        flow_.reset();
        return {};
    }
    TRY(checker_.demand(Check::encap_response, code_of(response) == response_to(asked)));
    switch (asked) {
        case code::get_digests: return encapsulated_digests(response);
        case code::get_certificate: return encapsulated_certificate(response);
        case code::challenge: return encapsulated_challenge_auth(response);
        default: return encapsulated_key_update_ack(response);
    }
}

void Responder::ask_for_portion() {
    ask(GetCertificate{
        .slot_id = flow_->slot, .offset = static_cast<uint16_t>(flow_->chain.size()), .length = kPortion});
}

Checked<> Responder::encapsulated_digests(ByteView response) {
    plant_digests(response);
    auto message = TRY(delivered<Digests>(response, encapsulated_context()));
    if (flow_->m1) {
        flow_->m1->update(flow_->request);
        flow_->m1->update(response);
    }
    size_t next = 0;
    for (uint8_t slot = 0; slot < kSlots; ++slot) {
        if ((message.slot_mask >> slot & 1) == 0) continue;
        if (slot == flow_->slot && next < message.digests.size()) flow_->digest = message.digests[next];
        ++next;
    }
    TRY(checker_.demand(Check::mutual_digest, !flow_->digest.empty()));
    flow_->chain.clear();
    ask_for_portion();
    return {};
}

Checked<> Responder::encapsulated_certificate(ByteView response) {
    plant_portion(response);
    auto message = TRY(delivered<CertificateResponse>(response, encapsulated_context()));
    if (flow_->m1) {
        flow_->m1->update(flow_->request);
        flow_->m1->update(response);
    }
    append(flow_->chain, message.cert_chain);
    bool moves =
        !message.cert_chain.empty() && ++flow_->portions < kMaxPortions && flow_->chain.size() <= 0xffff;
    if (!checker_.has(Defect::encapsulated_never_ends)) {
        TRY(checker_.demand(Check::encap_portions, moves));
        if (!moves) message.remainder_length = 0;
    }
    if (message.remainder_length != 0) {
        ask_for_portion();
        return {};
    }
    crypto::Digest digest = provider_.digest(parameters_.suite().hash, flow_->chain);
    TRY(checker_.demand(Check::mutual_digest, equal(digest.view(), flow_->digest)));
    PeerChain chain = TRY(requester_chain(flow_->chain));
    chain.slot = flow_->slot;
    requester_chains_[flow_->slot] = chain;
    if (flow_->purpose == Purpose::authenticate) {
        ask(Challenge{.slot_id = flow_->slot, .nonce = fresh_nonce(), .requester_context = {}});
        return {};
    }
    auto session = flow_->session ? sessions_.find(*flow_->session) : sessions_.end();
    if (session != sessions_.end()) session->second.requester = std::move(chain);
    flow_->request.clear();
    return {};
}

// A chain of the requester that is trusted, as a session remembers it. Empty bytes are no chain.
Checked<PeerChain> Responder::requester_chain(Bytes bytes) const {
    PeerChain chain{.slot = device_.requester_slot, .bytes = std::move(bytes), .key = {}};
    auto suite = parameters_.requester_suite();
    const Trust& trust = device_.requester_trust;
    auto judge = [&]() -> Result<> {
        auto structure = TRY(decode_exact<CertChain>(chain.bytes, parameters_.context()));
        auto certificates = TRY(trust.read_chain(structure.certificates));
        if (certificates.empty() || !suite) return fail(Errc::bad_cert, "chain");
        chain.key = certificates.back().public_key();
        crypto::ChainPolicy policy;
        policy.roots = trust.roots;
        policy.time = trust.time;
        policy.leaf_algo = suite->sign;
        policy.role = crypto::ChainPolicy::Role::requester;
        policy.basic_constraints_required = parameters_.version >= Version::v1_3;
        auto violated = trust.judge_chain(certificates, policy);
        if (!violated.empty()) return fail(Errc::bad_cert, "chain");
        std::erase_if(policy.roots, [&](const crypto::Certificate& root) {
            return !equal(provider_.digest(suite->hash, root.der()).view(), structure.root_hash);
        });
        if (policy.roots.empty()) return fail(Errc::bad_cert, "RootHash");
        return {};
    };
    TRY(checker_.demand(Check::mutual_chain, judge().has_value()));
    return chain;
}

Checked<> Responder::encapsulated_challenge_auth(ByteView response) {
    auto message = TRY(delivered<ChallengeAuth>(response, encapsulated_context()));
    flow_->m1->update(flow_->request);
    flow_->m1->update(response.first(response.size() - std::min(response.size(), message.signature.size())));
    auto suite = parameters_.requester_suite();
    auto chain = requester_chains_.find(flow_->slot);
    bool good = suite && chain != requester_chains_.end() && chain->second.key.valid() &&
                verify_transcript(provider_, *suite, chain->second.key, kRequesterChallengeAuthContext,
                                  flow_->m1->digest(), message.signature)
                    .has_value();
    TRY(checker_.demand(Check::mutual_signature, good));
    requester_authenticated_ = true;
    flow_->request.clear();
    return {};
}

Checked<> Responder::encapsulated_key_update_ack(ByteView response) {
    auto message = TRY(delivered<KeyUpdateAck>(response, encapsulated_context()));
    bool echoed = message.key_operation == param1(flow_->request) && message.tag == param2(flow_->request);
    TRY(checker_.demand(Check::encap_response, echoed));
    Session* channel = flow_->session ? session(*flow_->session) : nullptr;
    if (channel == nullptr) return {};
    if (static_cast<KeyOperation>(message.key_operation) == KeyOperation::verify_new_key) {
        channel->confirm(Direction::response);
        flow_->request.clear();
        return {};
    }
    channel->update(Direction::response);
    ask(KeyUpdate{.key_operation = static_cast<uint8_t>(KeyOperation::verify_new_key),
                  .tag = static_cast<uint8_t>(random_.next_u64())});
    return {};
}

}  // namespace assay::spdm
