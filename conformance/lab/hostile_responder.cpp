#include "conformance/lab/hostile_responder.h"

#include "conformance/lab/reference.h"
#include "stack/wire/decode.h"
#include "stack/wire/header.h"
#include "stack/wire/registry.h"

namespace assay::lab {

namespace {

// Far more exchanges than any flow has.
constexpr size_t kMostExchanges = 600;

const crypto::Provider& provider() { return crypto::openssl_provider(); }

// Whether faults may rely on its fields.
bool is_well_formed(ByteView request, const wire::Context& context) {
    return request.size() >= wire::kHeaderSize && wire::decode_any(request, context).has_value();
}

std::optional<Bytes> unless_empty(const Bytes& response) {
    return response.empty() ? std::nullopt : std::optional(response);
}

}  // namespace

HostileResponder::HostileResponder(spdm::Device device, Faults faults, uint64_t seed)
    : device_(std::move(device)), faults_(std::move(faults)), random_(seed), observer_(provider()) {
    device_.keylog = [this](spdm::SessionKind, ByteView secret) { secret_ = to_bytes(secret); };
    responder_.emplace(device_, provider(), random_);
    observer_.set_transport(*device_.transport);
    observer_.set_secrets(
        [this](spdm::SessionKind, ByteView, ByteView) { return std::vector<Bytes>{secret_}; });
}

bool HostileResponder::has_enough() const { return exchanges_.size() >= kMostExchanges; }

std::optional<Answer> HostileResponder::answer(ByteView request, bool secured) {
    return secured ? inside(request) : outside(request);
}

FaultContext HostileResponder::context(const Bytes& request, std::optional<uint32_t> session) {
    return {.parameters = observer_.parameters(),
            .log = exchanges_,
            .request = request,
            .device = device_,
            .secret = secret_,
            .sessions = &observer_.sessions(),
            .session = session,
            .own = session ? responder_->session(*session) : nullptr};
}

void HostileResponder::note_injected(bool changed) {
    if (changed && !injected_at_) injected_at_ = exchanges_.size();
}

std::optional<Answer> HostileResponder::outside(ByteView request) {
    Exchange exchange;
    exchange.request_context = observer_.request_context(request);
    exchange.request = to_bytes(wire::exact(request, exchange.request_context));
    Bytes sent = exchange.request;
    if (faults_.request) faults_.request(sent);
    observer_.request(exchange.request);
    exchange.response_context = observer_.expected_response_context();
    Bytes response = responder_->receive(sent).value_or(Bytes{});
    const Bytes honest = response;
    if (faults_.response && is_well_formed(exchange.request, exchange.request_context))
        faults_.response(context(exchange.request, std::nullopt), response);
    note_injected(response != honest || sent != exchange.request);
    exchange.response = unless_empty(response);
    if (exchange.response) {
        observer_.response(response);
        exchange.signature = observer_.last_signature();
        exchange.macs = observer_.last_macs();
        if (response == honest) sign_again(exchange, response);
        if (wire::code_of(exchange.request) == wire::code::negotiate_algorithms) provide_chains();
    }
    exchanges_.push_back(exchange);
    if (!exchange.response) return std::nullopt;
    return Answer{std::move(response), false};
}

// Who is faulty itself signs what it said, and not what it should have said.
void HostileResponder::sign_again(Exchange& exchange, Bytes& response) {
    using Result = SignatureCheck::Result;
    if (faults_.in_between || !injected_at_ || !exchange.signature ||
        exchange.signature->result != Result::bad || exchange.signature->code == wire::code::key_exchange_rsp)
        return;
    context(exchange.request, std::nullopt).sign_over(response, exchange.signature->transcript);
    exchange.response = response;
    exchange.signature->result = Result::good;
    exchange.signature->why.clear();
}

// A requester may know the chains beforehand, and then asks for none.
void HostileResponder::provide_chains() {
    if (observer_.state() != spdm::ConnectionState::negotiated) return;
    const spdm::Suite suite = observer_.parameters().suite();
    const auto slots = device_.identities.find(suite.sign);
    if (slots == device_.identities.end()) return;
    for (uint8_t slot = 0; slot < spdm::kSlots; ++slot) {
        if (slots->second[slot])
            observer_.provide_chain(slot, slots->second[slot]->chain(provider(), suite.hash, suite.version));
    }
}

std::optional<Bytes> HostileResponder::message_in(uint32_t session_id, ByteView record) const {
    const auto found = observer_.sessions().find(session_id);
    const auto parsed = record::parse(record, *device_.transport);
    if (found == observer_.sessions().end() || !parsed) return std::nullopt;
    const spdm::Session& channel = found->second.channel;
    const auto plain =
        channel.key(spdm::Direction::response).open(channel.seal_options(spdm::Direction::response), *parsed);
    const auto data = plain ? record::application_data(channel.protection(), *plain) : ByteView();
    const auto message = data ? record::from_application(*device_.transport, *data) : std::nullopt;
    if (!message || message->size() < wire::kHeaderSize) return std::nullopt;
    return to_bytes(*message);
}

std::optional<Answer> HostileResponder::inside(ByteView record) {
    Exchange exchange;
    exchange.request_record = to_bytes(record);
    if (const auto parsed = record::parse(record, *device_.transport)) exchange.session = parsed->session_id;
    // What cannot be read stands for a message of zeros.
    exchange.request = observer_.request_record(record).value_or(Bytes(wire::kHeaderSize));
    exchange.sent_application = observer_.last_record().result == ObservedRecord::Result::application;
    exchange.request_context = observer_.request_context(exchange.request);
    exchange.response_context = observer_.response_context(exchange.request);
    Bytes answer = responder_->receive_secured(record).value_or(Bytes{});
    const Bytes honest = answer;
    bool secured = true;
    FaultContext now = context(exchange.request, exchange.session);
    if (auto message = exchange.session ? message_in(*exchange.session, answer) : std::nullopt) {
        now.honest = *message;
        if (faults_.response && is_well_formed(exchange.request, exchange.request_context))
            faults_.response(now, *message);
        if (*message != now.honest) answer = message->empty() ? Bytes{} : now.seal(*message);
    }
    const bool known = exchange.session && observer_.sessions().contains(*exchange.session);
    if (faults_.record && known) faults_.record(now, answer, secured);
    note_injected(answer != honest || !secured);
    if (!answer.empty() && secured) {
        exchange.response_record = answer;
        exchange.response = observer_.response_record(answer);
        exchange.unreadable = !exchange.response;
        exchange.application = observer_.last_record().result == ObservedRecord::Result::application;
        exchange.macs = observer_.last_macs();
        if (exchange.unreadable) exchange.response = answer;
    } else if (!answer.empty()) {
        exchange.response = answer;
        exchange.outside = true;
    }
    exchanges_.push_back(exchange);
    if (answer.empty()) return std::nullopt;
    return Answer{std::move(answer), secured};
}

spdm::Identity identity_of(const crypto::TestPki& pki) {
    return {to_bytes(pki.root.der()), pki.chain_der(), pki.leaf_key};
}

crypto::TestPki hostile_pki_with(crypto::SignAlgo algo, Issuers issuers, const crypto::CertificateSpec& leaf,
                                 std::string_view label) {
    const crypto::SignAlgo issuer = issuers == Issuers::ed25519 ? crypto::SignAlgo::ed25519 : algo;
    const auto hash =
        algo == crypto::SignAlgo::ecdsa_p384 ? crypto::HashAlgo::sha384 : crypto::HashAlgo::sha256;
    return *crypto::make_test_pki(algo, issuer, hash, label.empty() ? "Assay hostile" : label, &leaf);
}

const crypto::TestPki& hostile_pki(crypto::SignAlgo algo, Issuers issuers) {
    static std::map<std::pair<crypto::SignAlgo, Issuers>, crypto::TestPki> made;
    const auto key = std::pair(algo, issuers);
    auto found = made.find(key);
    if (found == made.end()) found = made.emplace(key, hostile_pki_with(algo, issuers, {})).first;
    return found->second;
}

spdm::PreSharedKey hostile_psk() { return reference_requester().psk; }

}  // namespace assay::lab
