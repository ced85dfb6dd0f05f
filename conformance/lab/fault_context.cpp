#include "conformance/lab/fault_context.h"

#include <algorithm>

#include "stack/spdm/algorithms.h"
#include "stack/spdm/signing.h"
#include "stack/wire/header.h"
#include "stack/wire/messages/key_exchange.h"
#include "stack/wire/messages/psk.h"
#include "stack/wire/requests.h"

namespace assay::lab {

using namespace wire;
using spdm::Direction;
using spdm::SessionKind;

namespace {

const crypto::Provider& provider() { return crypto::openssl_provider(); }

// Silence enters no transcript.
ByteView answer_of(const Exchange& seen) { return seen.response ? ByteView(*seen.response) : ByteView(); }

Bytes vca_in(const std::vector<Exchange>& log) {
    Bytes vca;
    for (const Exchange& seen : log) {
        if (code_of(seen.request) == code::get_version) vca.clear();
        if (is_vca(code_of(seen.request))) vca = concat({vca, seen.request, answer_of(seen)});
    }
    return vca;
}

}  // namespace

Context FaultContext::context() const { return response_context(parameters.context(), request); }

size_t FaultContext::hmac_size() const {
    const Context context = this->context();
    const bool there = code_of(request) == code::psk_exchange || context.verify_data_in_exchange;
    return there ? context.hash_size : 0;
}

size_t FaultContext::signature_size() const { return context().signature_size; }

const crypto::PrivateKey* FaultContext::signer() const {
    const auto slots = device.identities.find(parameters.suite().sign);
    if (slots == device.identities.end()) return nullptr;
    for (const auto& slot : slots->second) {
        if (slot) return &slot->key;
    }
    return nullptr;
}

bool FaultContext::signed_measurements() const {
    return code_of(request) == code::get_measurements && (param1(request) & kSignatureRequested) != 0;
}

const Exchange* FaultContext::last(wire::Code code) const {
    for (auto seen = log.rbegin(); seen != log.rend(); ++seen) {
        if (code_of(seen->request) == code) return &*seen;
    }
    return nullptr;
}

// TH up to the signature.
Bytes FaultContext::transcript_of_exchange(ByteView head) const {
    const spdm::Suite suite = parameters.suite();
    Bytes chain_digest;
    if (code_of(request) == code::key_exchange) {
        auto slots = device.identities.find(suite.sign);
        uint8_t slot = param2(request);
        if (slots != device.identities.end() && slot < spdm::kSlots && slots->second[slot]) {
            Bytes chain = slots->second[slot]->chain(provider(), suite.hash, suite.version);
            chain_digest = to_bytes(provider().digest(suite.hash, chain).view());
        }
    }
    return concat({vca_in(log), chain_digest, request, head});
}

void FaultContext::authenticate(Bytes& response) const {
    const bool psk = code_of(request) == code::psk_exchange;
    const size_t size = hmac_size();
    if (size == 0 || response.size() < size) return;
    ByteView head = ByteView(response).first(response.size() - size);
    spdm::SessionSetup setup;
    setup.kind = psk ? SessionKind::psk : SessionKind::key_exchange;
    // TH begins with VCA, which is part of what follows.
    spdm::Session channel(provider(), setup, parameters, {}, spdm::Checker());
    channel.add_th(transcript_of_exchange(head));
    channel.begin(secret);
    const crypto::Digest verify_data = channel.verify_data(Direction::response);
    std::ranges::copy(verify_data.view(), response.end() - static_cast<ptrdiff_t>(size));
}

void FaultContext::sign_with(Bytes& response, const crypto::PrivateKey& key, std::string_view signing_context,
                             Version version) const {
    const size_t tail = hmac_size() + signature_size();
    if (response.size() < tail) return;
    const size_t head = response.size() - tail;
    spdm::Suite suite = parameters.suite();
    suite.version = version;
    const Bytes transcript = transcript_of_exchange(ByteView(response).first(head));
    auto signature = spdm::sign_transcript(provider(), suite, key, signing_context,
                                           provider().digest(suite.hash, transcript));
    if (!signature || signature->size() != signature_size()) return;
    std::ranges::copy(*signature, response.begin() + static_cast<ptrdiff_t>(head));
    authenticate(response);
}

void FaultContext::sign(Bytes& response) const {
    const crypto::PrivateKey* key = signer();
    if (key == nullptr) return;
    if (code_of(request) == code::key_exchange)
        return sign_with(response, *key, spdm::kKeyExchangeContext, parameters.version);
    if (code_of(request) == code::psk_exchange) return authenticate(response);
    bool challenge = code_of(request) == code::challenge;
    if (session || (!challenge && !signed_measurements())) return;
    Bytes transcript;
    for (const Exchange& seen : log) {
        const wire::Code asked = code_of(seen.request);
        if (asked == code::get_version) transcript.clear();
        const bool vca = is_vca(asked) && (challenge || parameters.version >= Version::v1_2);
        const bool measures = asked == code::get_measurements;
        const bool covered = vca || (challenge ? !measures : measures);
        // A signature ends what the next covers of measurements.
        if (measures && !challenge && (param1(seen.request) & kSignatureRequested) != 0) {
            transcript = parameters.version >= Version::v1_2 ? vca_in(log) : Bytes{};
        } else if (covered && !seen.session)
            transcript = concat({transcript, seen.request, answer_of(seen)});
    }
    const size_t size = crypto::signature_size(parameters.suite().sign);
    if (response.size() < size) return;
    sign_over(response, concat({transcript, request, ByteView(response).first(response.size() - size)}));
}

void FaultContext::sign_over(Bytes& response, ByteView transcript) const {
    const crypto::PrivateKey* key = signer();
    const spdm::Suite suite = parameters.suite();
    const size_t size = crypto::signature_size(suite.sign);
    if (key == nullptr || response.size() < size) return;
    const bool challenge = code_of(request) == code::challenge;
    auto signature = spdm::sign_transcript(
        provider(), suite, *key, challenge ? spdm::kChallengeAuthContext : spdm::kMeasurementsContext,
        provider().digest(suite.hash, transcript));
    if (signature) std::ranges::copy(*signature, response.end() - static_cast<ptrdiff_t>(size));
}

Bytes FaultContext::seal(ByteView message, const Sealing& how, std::optional<uint32_t> of) const {
    if (!of) of = session;
    const auto found = of ? sessions->find(*of) : sessions->end();
    if (found == sessions->end()) return {};
    Sealing edited = how;
    if (!edited.session_id) edited.session_id = of;
    return lab::seal(found->second.channel, Direction::response, message, edited).value_or(Bytes{});
}

Bytes FaultContext::seal_by_own(ByteView message) const {
    if (own == nullptr) return {};
    return lab::seal(*own, Direction::response, message).value_or(Bytes{});
}

}  // namespace assay::lab
