#include "conformance/lab/lab.h"

#include <fmt/format.h>

#include <algorithm>

#include "conformance/lab/reference.h"
#include "stack/spdm/algorithms.h"
#include "stack/wire/header.h"
#include "stack/wire/messages/certificate.h"
#include "stack/wire/messages/digests.h"
#include "stack/wire/messages/version.h"
#include "stack/wire/registry.h"

namespace assay::lab {

using namespace wire;

namespace {

// OpenSSL 3.0 has no Ed448 with a context, which SPDM needs from 1.2 on.
constexpr uint32_t kEd448 = 0x800;
constexpr size_t kMaxPortions = 4096;
// How often, and how long, a device may put one request off.
constexpr int kPatience = 16;
constexpr std::chrono::milliseconds kBusyWait{10};
constexpr uint8_t kMaxRdtExponent = 22;

// As bits of ReqBaseAsymAlg.
uint32_t signing_algorithms(const RequesterIdentity& identity) {
    uint32_t bits = 0;
    for (const auto& [algorithm, slots] : identity.identities) bits |= spdm::bit(algorithm);
    return bits;
}

std::optional<ErrorResponse> not_ready(const Exchange& exchange) {
    if (exchange.error() != ErrorCode::response_not_ready) return std::nullopt;
    auto message = decode<ErrorResponse>(*exchange.response, exchange.response_context);
    if (!message) return std::nullopt;
    return *message;
}

}  // namespace

std::optional<ErrorCode> Exchange::error() const {
    bool readable = response && response->size() >= 4 && !unreadable;
    if (!readable || wire::code_of(*response) != code::error) return std::nullopt;
    return static_cast<ErrorCode>(wire::param1(*response));
}

bool Exchange::answered() const {
    if (!response || unreadable || response->size() < 4 || request.size() < 4) return false;
    // An ERROR answers nothing, not even a request of code 0x7F or 0xFF.
    if (error()) return false;
    // RESPOND_IF_READY is answered by whatever it asked for.
    wire::Code code = wire::code_of(request) == code::respond_if_ready ? wire::Code{wire::param1(request)}
                                                                       : wire::code_of(request);
    return wire::code_of(*response) == wire::response_to(code);
}

std::string describe(const Exchange& exchange) {
    if (!exchange.response) return "silence";
    if (exchange.application) return "a record with application data that is no SPDM message";
    if (exchange.unreadable) return "a record that cannot be opened";
    const Bytes& response = *exchange.response;
    if (response.size() < 4) return fmt::format("a message of {} bytes", response.size());
    if (wire::code_of(response) != code::error) return message_name(wire::code_of(response));
    std::string_view name = error_name(wire::param1(response));
    return name.empty() ? fmt::format("ERROR 0x{:02x}", wire::param1(response))
                        : fmt::format("ERROR {}", name);
}

Lab::Lab(Dut& dut, Random& random, const crypto::Provider& provider, LeafKeys* leaf_keys)
    : dut_(&dut),
      random_(&random),
      provider_(&provider),
      leaf_keys_(leaf_keys),
      observer_(provider, leaf_keys),
      identity_(reference_requester()) {
    connect_observer();
}

Result<> Lab::reset() {
    exchanges_.clear();
    observer_ = Observer(*provider_, leaf_keys_);
    connect_observer();
    version_.reset();
    refused_step_.reset();
    return dut_->reset();
}

Result<Exchange> Lab::send_once(ByteView request, Wait wait) {
    Exchange exchange;
    exchange.request = to_bytes(request);
    exchange.request_context = observer_.request_context(request);
    exchange.response_context = observer_.response_context(request);
    observer_.request(request);
    ++count_;
    auto answer = dut_->exchange(request, wait);
    if (!answer) {
        exchanges_.push_back(exchange);
        return std::unexpected(answer.error());
    }
    exchange.response = std::move(*answer);
    if (exchange.response) {
        // What answers RESPOND_IF_READY is laid out as the answer to what was deferred.
        if (request.size() > 3 && wire::code_of(request) == code::respond_if_ready &&
            observer_.deferred() != nullptr) {
            exchange.response_context = observer_.response_context(*observer_.deferred());
        }
        observer_.response(*exchange.response);
        exchange.signature = observer_.last_signature();
        exchange.macs = observer_.last_macs();
    }
    exchanges_.push_back(exchange);
    return exchange;
}

Result<Exchange> Lab::send(ByteView request, Wait wait) {
    return persist(TRY(send_once(request, wait)),
                   [this, wait](ByteView again) { return send_once(again, wait); });
}

Result<Exchange> Lab::persist(Exchange exchange, const std::function<Result<Exchange>(ByteView)>& again) {
    const Bytes request = exchange.request;
    for (int i = 0; i < kPatience; ++i) {
        if (exchange.error() == ErrorCode::busy) {
            dut_->wait(kBusyWait);
            exchange = TRY(again(request));
            continue;
        }
        auto later = not_ready(exchange);
        if (!later) break;
        dut_->wait(
            std::chrono::microseconds(int64_t{1} << std::min<uint8_t>(later->rdt_exponent, kMaxRdtExponent)));
        RespondIfReady poll{
            .spdm_version = later->spdm_version, .request_code = later->request_code, .token = later->token};
        exchange = TRY(again(encode_raw(poll, exchange.request_context)));
    }
    return exchange;
}

Context Lab::context_for(wire::Code code) const {
    Context context = observer_.request_context();
    if (code == code::get_version) context.version = Version::v1_0;
    if (code == code::get_capabilities && version_) context.version = *version_;
    return context;
}

uint32_t Lab::flags_of(const Offer& offer) const {
    constexpr uint32_t kCan = cap::key_ex | cap::encap;
    const bool more = learned_.authenticates && offer.authenticates_if_asked && (offer.flags & kCan) == kCan;
    return more ? offer.flags | (kMutualFlags & ~kSessionFlags) : offer.flags;
}

GetCapabilities Lab::capabilities(Version version, const Offer& offer) const {
    GetCapabilities message;
    message.spdm_version = byte(version);
    message.ct_exponent = offer.ct_exponent;
    message.flags = flags_of(offer) & known_requester_flags(version);
    message.data_transfer_size = message.max_spdm_msg_size = offer.data_transfer_size;
    return message;
}

NegotiateAlgorithms Lab::algorithms(Version version, const Offer& offer) const {
    NegotiateAlgorithms message;
    message.spdm_version = byte(version);
    message.measurement_specification = offer.measurement_specification;
    if (version >= Version::v1_2) message.other_params_support = offer.other_params;
    uint32_t asym = spdm::kAllBaseAsym & known_base_asym(version);
    if (version >= Version::v1_2) asym &= ~kEd448;
    message.base_asym_algo = offer.base_asym & asym;
    message.base_hash_algo = offer.base_hash & spdm::kAllBaseHash & known_base_hash(version);
    // Sessions need algorithms of their own.
    bool needed = (offer.flags & (cap::key_ex | cap::psk)) != 0 || offer.every_structure;
    bool sessions = needed && version >= Version::v1_1;
    auto add = [&](uint8_t type, uint16_t supported) {
        message.alg_structs.push_back(
            {.alg_type = type, .alg_count = 0x20, .alg_supported = supported, .alg_external = {}});
    };
    if (sessions) {
        add(alg_type::dhe, offer.dhe & spdm::kAllDhe);
        add(alg_type::aead_cipher_suite, offer.aead & spdm::kAllAead);
        auto own = static_cast<uint16_t>(offer.req_base_asym & asym & signing_algorithms(identity_));
        bool signs = (flags_of(offer) & cap::mut_auth) != 0 || offer.every_structure;
        if (signs && own != 0) add(alg_type::req_base_asym_alg, own);
        add(alg_type::key_schedule, kKeyScheduleSpdm);
    }
    message.param1 = static_cast<uint8_t>(message.alg_structs.size());
    return message;
}

Nonce Lab::nonce() {
    Nonce nonce;
    random_->fill(nonce);
    return nonce;
}

Challenge Lab::challenge(uint8_t slot, uint8_t summary_hash_type) {
    Challenge message{.slot_id = slot, .measurement_summary_hash_type = summary_hash_type, .nonce = nonce()};
    random_->fill(message.requester_context);
    return message;
}

GetMeasurements Lab::get_measurements(uint8_t operation, bool sign, uint8_t slot, uint8_t attributes) {
    GetMeasurements message{.attributes = attributes, .operation = operation};
    if (sign) message.attributes |= kSignatureRequested;
    message.nonce = nonce();
    message.slot_id_param = slot;
    random_->fill(message.requester_context);
    return message;
}

Result<> Lab::expect_step(const Exchange& exchange) {
    if (exchange.answered() && !exchange.unreadable) return {};
    const wire::Code asked = wire::code_of(exchange.request);
    return unusable(asked, {},
                    fmt::format("{} was answered with {}", message_name(asked), lab::describe(exchange)));
}

std::unexpected<Error> Lab::unusable(wire::Code request_code, std::string_view field, std::string why) {
    refused_step_ = request_code;
    return fail(Errc::refused, field, Error::npos, std::move(why));
}

template <class M>
Result<> Lab::step(const M& message) {
    Bytes request = TRY(encode(message));
    uint32_t most = observer_.parameters().responder_data_transfer_size;
    if (most != 0 && request.size() > most) {
        return fail(Errc::refused, "request", Error::npos,
                    fmt::format("{} has {} bytes, and the target's DataTransferSize is {}",
                                message_name(wire::code_of(request)), request.size(), most));
    }
    return expect_step(TRY(send(request)));
}

size_t Lab::arriving(size_t size) const {
    size_t unit = dut_->alignment();
    return (size + unit - 1) / unit * unit;
}

Result<> Lab::after_version() {
    TRY(reset());
    return step(GetVersion{});
}

Result<> Lab::after_capabilities(Version version, const Offer& offer) {
    TRY(after_version());
    version_ = version;
    return step(capabilities(version, offer));
}

Result<> Lab::negotiated(Version version, const Offer& offer) {
    TRY(after_capabilities(version, offer));
    TRY(step(algorithms(version, offer)));
    know_chains();
    return {};
}

Result<> Lab::negotiate_again(Version version, const Offer& offer) {
    version_.reset();
    TRY(step(GetVersion{}));
    version_ = version;
    TRY(step(capabilities(version, offer)));
    TRY(step(algorithms(version, offer)));
    know_chains();
    return {};
}

// What was read on earlier connections, and our own slots for the negotiated algorithm.
void Lab::know_chains() {
    const spdm::Parameters& p = observer_.parameters();
    for (const auto& [slot, chain] : learned_.chains[{p.base_asym, p.base_hash, byte(p.version)}]) {
        observer_.provide_chain(slot, chain);
    }
    slots_ = std::make_unique<spdm::Identities>(identity_.identities, *provider_);
    auto suite = p.requester_suite();
    if (!suite) return;
    slots_->select(suite->sign, suite->hash, p.version);
    for (uint8_t slot = 0; slot < spdm::kSlots; ++slot) {
        if (slots_->find(slot) != nullptr)
            observer_.provide_requester_chain(slot, to_bytes(slots_->chain(slot)));
    }
}

Result<Bytes> Lab::read_chain(uint8_t slot, uint16_t portion) {
    Bytes chain;
    for (size_t i = 0; i < kMaxPortions; ++i) {
        GetCertificate message{
            .slot_id = slot, .offset = static_cast<uint16_t>(chain.size()), .length = portion};
        TRY(step(message));
        const Exchange& last = exchanges_.back();
        auto answer = TRY(decode<CertificateResponse>(*last.response, last.response_context));
        append(chain, answer.cert_chain);
        if (answer.remainder_length == 0) {
            const spdm::Parameters& p = observer_.parameters();
            learned_.chains[{p.base_asym, p.base_hash, byte(p.version)}][slot] = chain;
            return chain;
        }
        if (answer.cert_chain.empty()) break;
    }
    return unusable(code::get_certificate, "CERTIFICATE", "the chain does not come to an end");
}

Result<> Lab::ensure_chain(uint8_t slot) {
    if (observer_.chains().contains(slot)) return {};
    TRY(read_chain(slot));
    return {};
}

}  // namespace assay::lab
