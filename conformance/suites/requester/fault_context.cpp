// What a fault can do with the keys of the device.
#include <algorithm>

#include "conformance/suites/requester/requester_harness.h"
#include "stack/spdm/algorithms.h"
#include "stack/spdm/signing.h"
#include "stack/wire/header.h"
#include "stack/wire/messages/key_exchange.h"
#include "stack/wire/messages/psk.h"

namespace assay::cases {

using namespace wire;
using spdm::Direction;
using spdm::SessionKind;

namespace {

const crypto::Provider& provider() { return crypto::openssl_provider(); }

Bytes vca_in(const std::vector<SeenExchange>& log) {
    Bytes vca;
    for (const SeenExchange& seen : log) {
        if (code_of(seen.request) == code::get_version) vca.clear();
        if (is_vca(code_of(seen.request))) vca = concat({vca, seen.request, seen.response});
    }
    return vca;
}

// A whole record whose Length is another than that of its body, under a tag that is right for it.
Bytes with_length(const spdm::Session& channel, const spdm::Parameters& parameters,
                  const record::SealOptions& options, ByteView record, int longer) {
    size_t header_size = size_t{6} + channel.transport().sequence_size;
    Bytes header = to_bytes(record.first(header_size));
    auto length = static_cast<uint16_t>(record.size() - header_size);
    length = static_cast<uint16_t>(length + longer);
    header[header_size - 2] = static_cast<uint8_t>(length);
    header[header_size - 1] = static_cast<uint8_t>(length >> 8);
    auto parsed = record::parse(record, channel.transport());
    auto plaintext = parsed ? channel.key(Direction::response).open(options, *parsed) : Bytes{};
    ByteView secret = channel.schedule().secret(Direction::response).view();
    const SecretBytes key = channel.schedule().aead_key(secret);
    const SecretBytes iv = channel.schedule().aead_iv(secret);
    auto algo = spdm::aead_algo(parameters.aead);
    if (!algo || !plaintext) return {};
    auto aead = provider().new_aead(*algo, key.view());
    Bytes nonce = to_bytes(iv.view());
    for (size_t i = 0; i < 8; ++i) nonce[i] ^= static_cast<uint8_t>(options.sequence >> 8 * i);
    Bytes body(record.size() - header_size);
    const ByteView text = *plaintext;
    if (!aead || !(*aead)->seal(nonce, header, std::span(&text, 1), body)) return {};
    return concat({header, body});
}

}  // namespace

Context FaultContext::context() const { return response_context(parameters.context(), request); }

bool FaultContext::signed_measurements() const {
    return code_of(request) == code::get_measurements && (param1(request) & kSignatureRequested) != 0;
}

const SeenExchange* FaultContext::last(uint8_t code) const {
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
    const Context context = this->context();
    size_t size = psk || context.verify_data_in_exchange ? context.hash_size : 0;
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
    const Context context = this->context();
    size_t verify_size = context.verify_data_in_exchange ? context.hash_size : 0;
    size_t tail = verify_size + context.signature_size;
    if (response.size() < tail) return;
    size_t head = response.size() - tail;
    spdm::Suite suite = parameters.suite();
    suite.version = version;
    const Bytes transcript = transcript_of_exchange(ByteView(response).first(head));
    auto signature = spdm::sign_transcript(provider(), suite, key, signing_context,
                                           provider().digest(suite.hash, transcript));
    if (!signature || signature->size() != context.signature_size) return;
    std::ranges::copy(*signature, response.begin() + static_cast<ptrdiff_t>(head));
    authenticate(response);
}

void FaultContext::sign(Bytes& response) const {
    if (code_of(request) == code::key_exchange)
        return sign_with(response, hostile_pki().leaf_key, spdm::kKeyExchangeContext, parameters.version);
    if (code_of(request) == code::psk_exchange) return authenticate(response);
    bool challenge = code_of(request) == code::challenge;
    if (session || (!challenge && !signed_measurements())) return;
    Bytes transcript;
    for (const SeenExchange& seen : log) {
        uint8_t asked = code_of(seen.request);
        bool covered = challenge || asked == code::get_measurements ||
                       (is_vca(asked) && parameters.version >= Version::v1_2);
        if (covered) transcript = concat({transcript, seen.request, seen.response});
    }
    spdm::Suite suite = parameters.suite();
    size_t size = crypto::signature_size(suite.sign);
    if (response.size() < size) return;
    response.resize(response.size() - size);
    transcript = concat({transcript, request, response});
    auto signature =
        spdm::sign_transcript(provider(), suite, hostile_pki().leaf_key,
                              challenge ? spdm::kChallengeAuthContext : spdm::kMeasurementsContext,
                              provider().digest(suite.hash, transcript));
    if (signature) append(response, *signature);
}

Bytes FaultContext::seal(ByteView message, const RecordEdit& how, std::optional<uint32_t> of) const {
    if (!of) of = session;
    auto found = of ? sessions->find(*of) : sessions->end();
    if (found == sessions->end()) return {};
    const spdm::Session& channel = found->second.channel;
    record::SealOptions options{.session_id = how.session_id.value_or(*of),
                                .sequence = how.sequence.value_or(channel.sequence(Direction::response)),
                                .protection = channel.protection(),
                                .order = how.order,
                                .stated = how.stated};
    const record::TrafficKey& key = channel.key(how.keys);
    const record::Transport& transport = channel.transport();
    const Bytes data =
        record::to_application(how.application != nullptr ? *how.application : transport, message);
    auto record =
        how.raw ? key.seal_raw(options, transport, message) : key.seal(options, transport, data, how.random);
    if (!record) return {};
    if (how.longer != 0) return with_length(channel, parameters, options, *record, how.longer);
    return std::move(*record);
}

}  // namespace assay::cases
