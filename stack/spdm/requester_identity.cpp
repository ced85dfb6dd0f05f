// What the requester learns of the responder's identity: digests, certificates, challenge.
#include <algorithm>

#include "stack/spdm/requester_impl.h"
#include "stack/wire/messages/opaque_data.h"

namespace assay::spdm {

using namespace wire;

namespace {

// The check that stands for a rule of crypto's chain validation.
Check check_of(crypto::ChainRule rule) {
    switch (rule) {
        case crypto::ChainRule::order: return Check::cert_order;
        case crypto::ChainRule::root: return Check::cert_root;
        case crypto::ChainRule::validity: return Check::cert_validity;
        case crypto::ChainRule::ca: return Check::cert_ca;
        case crypto::ChainRule::leaf_key: return Check::cert_leaf_key;
        case crypto::ChainRule::leaf_not_ca: return Check::cert_leaf_not_ca;
        case crypto::ChainRule::leaf_constraints: return Check::cert_leaf_constraints;
        case crypto::ChainRule::leaf_key_usage: return Check::cert_leaf_key_usage;
        case crypto::ChainRule::leaf_role: return Check::cert_leaf_role;
        case crypto::ChainRule::leaf_hardware_id: return Check::cert_leaf_hardware_id;
        case crypto::ChainRule::leaf_version: return Check::cert_leaf_version;
    }
    return Check::cert_order;
}

// SlotID in Param1.
constexpr uint8_t kSlotMask = 0x0f;
// CertModel in CertificateInfo.
constexpr uint8_t kCertModel = 0x07;

}  // namespace

bool SlotDigests::has_certificate(uint8_t slot) const {
    if (slot >= kSlots || !digests[slot]) return false;
    return !multi_key || static_cast<CertModel>(certificate_info[slot] & kCertModel) != CertModel::none;
}

Bytes Requester::get_digests() { return begin_message(GetDigests{}); }

Checked<> Requester::digests_received(ByteView response) {
    size_t used = 0;
    const Parameters& p = learned_.parameters;
    auto message = TRY(decoded<Digests>(response, p.context(), &used));
    TRY(checker_.demand(Check::digests_none, message.slot_mask != 0));
    SlotDigests said;
    said.provisioned = message.slot_mask;
    if (p.version >= Version::v1_3) {
        said.supported = message.supported_slot_mask;
        TRY(checker_.demand(Check::digests_subset, (said.provisioned & ~said.supported) == 0));
    }
    said.multi_key = p.multi_key_rsp && p.version >= Version::v1_3;
    size_t next = 0;
    for (uint8_t slot = 0; slot < kSlots; ++slot) {
        if ((said.provisioned >> slot & 1) == 0) continue;
        said.digests[slot] = message.digests[next];
        if (said.multi_key) {
            said.certificate_info[slot] = message.certificate_info[next];
            said.key_usage[slot] = message.key_usage_mask[next];
        }
        ++next;
    }
    learned_.digests = std::move(said);
    // Inside a session nothing of it enters M1/M2.
    if (pending_->session) return {};
    if (std::exchange(learned_.th_digests_open, false)) learned_.th_digests = to_bytes(response.first(used));
    transcript_.reset_m1();
    transcript_.add_m1(pending_->request);
    transcript_.add_m1(response.first(used));
    return {};
}

Bytes Requester::get_certificate(uint8_t slot, uint16_t offset, uint16_t length) {
    return begin_message(GetCertificate{
        .slot_id = static_cast<uint8_t>(slot & kSlotMask), .offset = offset, .length = length});
}

Checked<> Requester::certificate_received(ByteView response) {
    size_t used = 0;
    auto request = asked<GetCertificate>();
    auto message = TRY(decoded<CertificateResponse>(response, learned_.parameters.context(), &used));
    const Bytes& portion = message.cert_chain;
    TRY(checker_.demand(Check::cert_slot, (message.slot_id & kSlotMask) == request.slot_id));
    TRY(checker_.demand(Check::cert_portion, !portion.empty() && portion.size() <= request.length));
    if (request.slot_id < kSlots) TRY(gather(request.slot_id, request.offset, message));
    if (pending_->session) return {};
    transcript_.add_m1(pending_->request);
    transcript_.add_m1(response.first(used));
    return {};
}

Checked<> Requester::gather(uint8_t slot, size_t offset, const CertificateResponse& response) {
    Bytes& gathered = learned_.portions[slot];
    size_t& total = learned_.chain_sizes[slot];
    size_t stated = offset + response.cert_chain.size() + response.remainder_length;
    if (offset == 0) {
        gathered.clear();
        learned_.chains[slot].reset();
    }
    if (offset == 0 || total == 0) total = stated;
    TRY(checker_.demand(Check::cert_remainder, stated == total));
    if (offset != gathered.size() || learned_.chains[slot]) return {};
    append(gathered, response.cert_chain);
    return response.remainder_length == 0 ? check_chain(slot) : Checked<>{};
}

Checked<> Requester::check_chain(uint8_t slot) {
    const Bytes& bytes = learned_.portions[slot];
    const Context context = learned_.parameters.context();
    bool lenient = checker_.waived(Check::cert_structure);
    auto structure = TRY(checker_.demand_value(Check::cert_structure,
                                               lenient ? decode<CertChain>(bytes, context, {.lenient = true})
                                                       : decode_exact<CertChain>(bytes, context)));
    auto certificates = config_.read_chain(structure.certificates);
    if (!certificates && lenient) certificates.emplace();
    VerifiedChain chain{bytes, TRY(checker_.demand_value(Check::cert_structure, std::move(certificates)))};

    if (const auto& digest = learned_.digests.digests[slot]) {
        crypto::Digest ours = provider_.digest(learned_.parameters.suite().hash, bytes);
        TRY(checker_.demand(Check::cert_digest, equal(ours.view(), *digest)));
    }
    TRY(check_certificates(slot, structure.root_hash, chain.certificates));
    learned_.chains[slot] = std::move(chain);
    return {};
}

Checked<> Requester::check_certificates(uint8_t slot, ByteView root_hash,
                                        const std::vector<crypto::Certificate>& certificates) const {
    const Parameters& p = learned_.parameters;
    auto named = [&](const crypto::Certificate& root) {
        return equal(provider_.digest(p.suite().hash, root.der()).view(), root_hash);
    };
    crypto::ChainPolicy policy;
    policy.roots = config_.roots;
    // A chain that begins with its root says which it is; one that leaves it out means the pinned root that
    // RootHash names, and no other.
    bool with_root = !certificates.empty() && certificates.front().self_issued();
    if (with_root) {
        TRY(checker_.demand(Check::cert_root_hash, named(certificates.front())));
    } else if (!checker_.waived(Check::cert_root_hash)) {
        std::erase_if(policy.roots, [&](const crypto::Certificate& root) { return !named(root); });
        TRY(checker_.demand(Check::cert_root_hash, config_.roots.empty() || !policy.roots.empty()));
    }
    policy.time = config_.time;
    policy.leaf_algo = p.suite().sign;
    policy.role = crypto::ChainPolicy::Role::responder;
    policy.basic_constraints_required = p.version >= Version::v1_3;
    auto model = static_cast<CertModel>(learned_.digests.certificate_info[slot] & kCertModel);
    policy.alias_cert =
        p.multi_key_rsp ? model == CertModel::alias_cert : (p.responder_flags & cap::alias_cert) != 0;
    for (crypto::ChainRule rule : config_.judge_chain(certificates, policy)) {
        TRY(checker_.demand(check_of(rule), false));
    }
    return {};
}

Bytes Requester::challenge(uint8_t slot, uint8_t measurement_summary_hash_type) {
    return begin_message(Challenge{.slot_id = slot,
                                   .measurement_summary_hash_type = measurement_summary_hash_type,
                                   .nonce = fresh_nonce(),
                                   .requester_context = fresh_context()});
}

Checked<> Requester::challenge_auth_received(ByteView response) {
    size_t used = 0;
    const Parameters& p = learned_.parameters;
    auto request = asked<Challenge>();
    const Context context = response_context(p.context(), pending_->request);
    auto message = TRY(decoded<ChallengeAuth>(response, context, &used));
    bool raw_key = request.slot_id == kSlotRawKey;
    TRY(checker_.demand(Check::auth_slot, (message.slot_id & kSlotMask) == (request.slot_id & kSlotMask)));
    bool in_mask = raw_key || (request.slot_id < kSlots && (message.slot_mask >> request.slot_id & 1) != 0);
    TRY(checker_.demand(Check::auth_slot_mask, in_mask));
    bool mutual = (message.slot_id & kBasicMutAuthReq) != 0;
    bool possible = p.both(cap::mut_auth) && (p.requester_flags & cap::chal) != 0 && p.encapsulates() &&
                    p.requester_suite().has_value();
    TRY(checker_.demand(Check::auth_mutual, !mutual || possible));
    if (const VerifiedChain* known = chain(request.slot_id)) {
        crypto::Digest ours = provider_.digest(p.suite().hash, known->bytes);
        TRY(checker_.demand(Check::auth_chain_hash, equal(ours.view(), message.cert_chain_hash)));
    }
    if (p.version >= Version::v1_3) {
        TRY(checker_.demand(Check::auth_context, message.requester_context == request.requester_context));
    }
    TRY(checker_.demand(Check::auth_opaque, opaque_allowed(message.opaque_data)));
    TRY(checker_.demand(Check::auth_opaque_form, opaque_well_formed(message.opaque_data)));
    transcript_.add_m1(pending_->request);
    transcript_.add_m1(response.first(used - std::min(used, message.signature.size())));
    TRY(checker_.demand(Check::auth_signature, signature_holds(request.slot_id, kChallengeAuthContext,
                                                               transcript_.m1(), message.signature)));
    transcript_.reset_m1();
    learned_.authenticated = true;
    learned_.measurement_summary_hash = std::move(message.measurement_summary_hash);
    if (mutual) open_turn(std::nullopt, std::nullopt);
    return {};
}

bool Requester::signature_holds(uint8_t slot, std::string_view context, const crypto::Digest& transcript,
                                ByteView signature) const {
    const VerifiedChain* signer = chain(slot);
    if (state_ != ConnectionState::negotiated || signer == nullptr || !signer->key().valid()) return false;
    Suite suite = learned_.parameters.suite();
    return verify_transcript(provider_, suite, signer->key(), context, transcript, signature).has_value();
}

bool Requester::opaque_allowed(ByteView opaque_data) const {
    const Parameters& p = learned_.parameters;
    return opaque_data.empty() || p.version < Version::v1_2 || p.opaque_format != 0;
}

bool Requester::opaque_well_formed(ByteView opaque_data) const {
    const Parameters& p = learned_.parameters;
    bool general = p.version >= Version::v1_2 && p.opaque_format == kOpaqueDataFmt1;
    if (opaque_data.empty() || !general) return true;
    auto read = decode_exact<OpaqueData>(opaque_data, p.context());
    return read && std::ranges::all_of(read->elements, [](const OpaqueElement& element) {
               return std::ranges::all_of(element.align_padding, [](uint8_t byte) { return byte == 0; });
           });
}

}  // namespace assay::spdm
