#include "conformance/suites/requester/requester_harness.h"

#include "stack/spdm/algorithms.h"
#include "stack/wire/registry.h"

namespace assay::cases {

using namespace wire;
using spdm::Direction;

namespace {

constexpr crypto::SignAlgo kAlgo = crypto::SignAlgo::ecdsa_p256;
// 2026-01-01.
constexpr crypto::UnixTime kNow{std::chrono::seconds{1767225600}};
// The capabilities of both ends of a session, and what they select: P-256 and AES-256-GCM.
constexpr uint32_t kBoth =
    cap::mac | cap::encrypt | cap::key_ex | cap::hbeat | cap::key_upd | cap::encap | cap::mut_auth;
constexpr uint16_t kDhe = 0x08, kAead = 0x02;
constexpr uint8_t kHeartbeatPeriod = 5;
// Far more exchanges than any flow has.
constexpr size_t kMostExchanges = 300;

const crypto::Provider& provider() { return crypto::openssl_provider(); }

spdm::Identity identity_of(const crypto::TestPki& pki) {
    return {to_bytes(pki.root.der()), pki.chain_der(), pki.leaf_key};
}

const crypto::TestPki& honest_requester_pki() {
    static const crypto::TestPki pki =
        *crypto::make_test_pki(kAlgo, crypto::SignAlgo::ed25519, crypto::HashAlgo::sha256, "Assay honest");
    return pki;
}

spdm::Device hostile_device() {
    namespace type = wire::value_type;
    spdm::Device device;
    device.identities[kAlgo][0] = device.identities[kAlgo][2] = identity_of(hostile_pki());
    device.measurements = {
        {.index = 1, .value_type = type::immutable_rom, .raw = Bytes(32, 1), .in_tcb = true},
        {.index = 2, .value_type = type::mutable_firmware, .raw = Bytes(40, 2)},
        {.index = 7, .value_type = type::firmware_configuration, .raw = Bytes(1, 3)},
        {.index = 16, .value_type = type::security_version, .raw = Bytes(8, 4), .raw_only = true},
        {.index = kDeviceModeIndex, .value_type = type::device_mode, .raw = Bytes(16), .raw_only = true}};
    device.vendor = [](const VendorDefinedBody& request) -> std::optional<Bytes> { return request.payload; };
    return device;
}

void make_sessions_possible(spdm::Device& device, spdm::RequesterConfig& config) {
    const spdm::PreSharedKey psk{to_bytes(as_bytes("hint")),
                                 std::make_shared<const SecretBytes>(as_bytes("a pre-shared key"))};
    device.flags |= kBoth | cap::psk_with_context;
    device.dhe = spdm::kAllDhe;
    device.aead = spdm::kAllAead;
    device.req_base_asym = config.req_base_asym = static_cast<uint16_t>(spdm::bit(kAlgo));
    device.heartbeat_period = kHeartbeatPeriod;
    device.pre_shared_keys = {psk};
    device.requester_trust.roots = {honest_requester_pki().root};
    device.requester_trust.time = kNow;
    config.flags = kBoth | cap::psk_requester | cap::cert | cap::chal;
    config.dhe = kDhe;
    config.aead = kAead;
    config.key_schedule = 1;
    config.pre_shared_key = psk;
    config.identities[kAlgo][0] = config.identities[kAlgo][3] = identity_of(honest_requester_pki());
}

}  // namespace

RequesterHarness::RequesterHarness(const FaultRow& row, const spdm::FaultConfig& faults)
    : row_(row),
      fault_(row.fault),
      record_fault_(row.record),
      device_(hostile_device()),
      observer_(provider()) {
    device_.versions = {row.version};
    config_.versions = {row.version};
    config_.base_hash = spdm::bit(crypto::HashAlgo::sha256);
    config_.roots = {hostile_pki().root};
    config_.time = kNow;
    if (row.session || row.script) make_sessions_possible(device_, config_);
    if (row.setup) row.setup(device_, config_);
    device_.keylog = [this](spdm::SessionKind, ByteView secret) { secret_ = to_bytes(secret); };
    responder_.emplace(device_, provider(), responder_random_);
    requester_.emplace(config_, provider(), requester_random_, faults);
    // Who is known beforehand sends no chain.
    for (uint8_t slot = 0; slot < spdm::kSlots; ++slot) {
        auto known = config_.identities.find(kAlgo);
        if (known == config_.identities.end() || !known->second[slot]) continue;
        observer_.provide_requester_chain(
            slot, known->second[slot]->chain(provider(), crypto::HashAlgo::sha256, row.version));
    }
    observer_.set_transport(*device_.transport);
    observer_.set_secrets(
        [this](spdm::SessionKind, ByteView, ByteView) { return std::vector<Bytes>{secret_}; });
}

FaultOutcome RequesterHarness::run() {
    spdm::Checked<> ended = row_.script ? row_.script(*this) : everything();
    if (!ended) outcome_.refusal = ended.error();
    outcome_.complete = ended.has_value();
    outcome_.authenticated = requester_->authenticated() || !requester_->signed_measurements().empty();
    return std::move(outcome_);
}

spdm::Checked<> RequesterHarness::everything() {
    if (row_.session) return walk(spdm::SessionWalk(*requester_, *row_.session));
    TRY(walk(spdm::AttestationWalk(*requester_, {.portion = 300, .every_slot = false})));
    // A fault that was accepted may have removed the measurements.
    if (requester_->parameters().measurement_specification == 0) return {};
    TRY(exchange(requester_->get_measurements({.operation = 2})));
    return exchange(requester_->vendor_defined({.standard_id = 3, .vendor_id = {1, 2}, .payload = {}}));
}

spdm::Checked<> RequesterHarness::comes_to_an_end() const {
    if (outcome_.log.size() < kMostExchanges) return {};
    return std::unexpected(spdm::Refusal{spdm::Check::retries, std::nullopt, 0, {}});
}

FaultContext RequesterHarness::fault_context(const Bytes& request, std::optional<uint32_t> session) {
    return {.parameters = requester_->parameters(),
            .log = outcome_.log,
            .request = request,
            .device = device_,
            .secret = secret_,
            .sessions = &observer_.sessions(),
            .session = session};
}

RequesterHarness::Carried RequesterHarness::outside(const Bytes& request) {
    Bytes sent = request;
    if (row_.on_request) row_.on_request(sent);
    observer_.request(request);
    Bytes response = responder_->receive(sent).value_or(Bytes{});
    const Bytes honest = response;
    if (fault_) fault_(fault_context(request, std::nullopt), response);
    note_injected(response != honest || sent != request);
    observer_.response(response);
    outcome_.log.push_back({request, response});
    return {response, false};
}

std::optional<Bytes> RequesterHarness::message_in(uint32_t session_id, ByteView record) const {
    auto found = observer_.sessions().find(session_id);
    auto parsed = record::parse(record, *device_.transport);
    if (found == observer_.sessions().end() || !parsed) return std::nullopt;
    const spdm::Session& channel = found->second.channel;
    record::SealOptions options{.session_id = session_id,
                                .sequence = channel.sequence(Direction::response),
                                .protection = channel.protection()};
    auto plain = channel.key(Direction::response).open(options, *parsed);
    auto data = plain ? record::application_data(channel.protection(), *plain) : ByteView();
    auto message = data ? record::from_application(*device_.transport, *data) : std::nullopt;
    if (!message || message->size() < 4) return std::nullopt;
    return to_bytes(*message);
}

Bytes RequesterHarness::intercept(const Bytes& sent) {
    constexpr size_t kHeader = 4;
    return observer_.request_record(sent).value_or(Bytes(kHeader));
}

RequesterHarness::Carried RequesterHarness::inside(const Bytes& sent) {
    SeenExchange seen{.request = intercept(sent), .response = {}};
    seen.request_record = sent;
    if (auto record = record::parse(sent, *device_.transport)) seen.session = record->session_id;
    Bytes record = responder_->receive_secured(sent).value_or(Bytes{});
    const Bytes honest = record;
    bool secured = true;
    FaultContext now = fault_context(seen.request, seen.session);
    if (auto message = seen.session ? message_in(*seen.session, record) : std::nullopt) {
        now.honest = *message;
        if (fault_) fault_(now, *message);
        if (*message != now.honest) record = now.seal(*message);
    }
    if (record_fault_) record_fault_(now, record, secured);
    note_injected(record != honest || !secured);
    seen.response_record = record;
    if (secured) {
        seen.response = observer_.response_record(record).value_or(Bytes{});
    } else {
        seen.response = record;
    }
    outcome_.log.push_back(std::move(seen));
    return {std::move(record), secured};
}

RequesterHarness::Carried RequesterHarness::round_trip(const Bytes& sent, bool secured) {
    return secured ? inside(sent) : outside(sent);
}

spdm::Checked<> RequesterHarness::exchange(Bytes sent) {
    bool secured = requester_->secured();
    while (true) {
        Carried back = round_trip(sent, secured);
        spdm::Outcome outcome = TRY(requester_->receive(back.bytes, back.secured));
        if (outcome.done()) return {};
        sent = std::move(outcome.again);
        secured = outcome.secured;
    }
}

spdm::Checked<> RequesterHarness::connect() {
    return walk(spdm::SessionWalk(*requester_, spdm::SessionOptions{.sessions = 0}));
}

spdm::Checked<> RequesterHarness::take_turns() {
    while (requester_->turn() != spdm::Turn::none) {
        TRY(comes_to_an_end());
        TRY(exchange(requester_->take_turn()));
    }
    return {};
}

spdm::Checked<uint32_t> RequesterHarness::establish(bool psk) {
    requester_->use_session(std::nullopt);
    TRY(exchange(psk ? requester_->psk_exchange() : requester_->key_exchange()));
    TRY(take_turns());
    auto id = requester_->last_session();
    const spdm::Session* session = id ? requester_->session(*id) : nullptr;
    if (session == nullptr) {
        return std::unexpected(spdm::Refusal{spdm::Check::response_error, std::nullopt, 0, {}});
    }
    if (session->phase() == spdm::Phase::handshake) {
        TRY(exchange(psk ? requester_->psk_finish() : requester_->finish()));
    }
    requester_->use_session(id);
    return *id;
}

FaultOutcome run_requester(const FaultRow& row, const spdm::FaultConfig& requester_faults) {
    return RequesterHarness(row, requester_faults).run();
}

const crypto::TestPki& hostile_pki() {
    static const crypto::TestPki pki =
        *crypto::make_test_pki(kAlgo, crypto::SignAlgo::ed25519, crypto::HashAlgo::sha256, "Assay hostile");
    return pki;
}

Setup identity(const std::function<void(spdm::Identity&)>& change) {
    return [change](spdm::Device& device, spdm::RequesterConfig&) {
        for (auto& slot : device.identities[kAlgo]) {
            if (slot) change(*slot);
        }
    };
}

Setup leaf(const std::function<void(crypto::CertificateSpec&)>& change) {
    return identity([change](spdm::Identity& who) {
        crypto::CertificateSpec spec;
        change(spec);
        who = identity_of(*crypto::make_test_pki(kAlgo, crypto::SignAlgo::ed25519, crypto::HashAlgo::sha256,
                                                 "Assay hostile", &spec));
    });
}

Setup without(uint32_t flags) {
    return [flags](spdm::Device& device, spdm::RequesterConfig& config) {
        device.flags &= ~flags;
        config.flags &= ~flags;
    };
}

Setup in_the_clear() {
    return [](spdm::Device& device, spdm::RequesterConfig& config) {
        device.flags |= cap::handshake_in_the_clear;
        config.flags |= cap::handshake_in_the_clear;
    };
}

Setup mutual(uint8_t form) {
    return [form](spdm::Device& device, spdm::RequesterConfig&) {
        device.mut_auth_requested = form;
        device.requester_identities[kAlgo] = identity_of(honest_requester_pki());
    };
}

Setup over(const record::Transport& transport) {
    return [&transport](spdm::Device& device, spdm::RequesterConfig& config) {
        device.transport = config.transport = &transport;
    };
}

}  // namespace assay::cases
