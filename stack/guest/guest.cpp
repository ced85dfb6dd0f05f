#include "stack/guest/guest.h"

#include <algorithm>

#include "stack/spdm/algorithms.h"

namespace assay::guest {

namespace {

constexpr uint32_t kFlags =
    wire::cap::encrypt | wire::cap::mac | wire::cap::key_ex | wire::cap::key_upd | wire::cap::hbeat;

constexpr std::string_view kStages[] = {"off", "attached", "ready", "closed"};

// What the driver demands: one algorithm of each kind.
spdm::RequesterConfig make_requester_config(const GuestConfig& config) {
    spdm::RequesterConfig requester;
    requester.roots = config.roots;
    requester.time = config.time;
    requester.versions = {wire::Version::v1_1, wire::Version::v1_2};
    requester.flags = kFlags;
    requester.base_asym = spdm::bit(crypto::SignAlgo::ecdsa_p384);
    requester.base_hash = spdm::bit(crypto::HashAlgo::sha384);
    requester.dhe = 0x10;   // secp384r1
    requester.aead = 0x02;  // AES-256-GCM
    requester.key_schedule = 1;
    return requester;
}

// A session and nothing in it.
spdm::SessionOptions bare_session() {
    return {.summary_type = wire::summary::none,
            .heartbeats = 0,
            .key_updates = 0,
            .all_key_updates = 0,
            .digests = false,
            .measurements = false,
            .end = false};
}

}  // namespace

std::string_view name(Stage stage) { return kStages[static_cast<size_t>(stage)]; }

void PrimedRandom::fill(std::span<uint8_t> out) {
    if (out.size() != primed_.size()) return random_.fill(out);
    std::ranges::copy(primed_, out.begin());
    primed_.clear();
}

Guest::Guest(GuestConfig config, Verifier& verifier, Random& random)
    : config_(std::move(config)),
      checker_(config_.faults),
      verifier_(verifier),
      random_(random),
      requester_config_(make_requester_config(config_)) {}

Checked<> Guest::attach(device::Bus& bus) {
    TRY(checker_.demand(Check::gpu_single, bus_ == nullptr));
    bus_ = &bus;
    const device::Registers registers = bus.registers();
    auto attached = probe(registers);
    if (attached) attached = establish();
    if (attached) attached = open_path(registers);
    if (!attached) return closing(std::move(attached).error());
    stage_ = Stage::attached;
    return {};
}

Checked<> Guest::probe(const device::Registers& registers) const {
    TRY(checker_.demand(Check::gpu_running, registers.running));
    TRY(checker_.demand(Check::gpu_capable, registers.capable));
    const bool confidential = config_.mode == device::Mode::apm || config_.mode == device::Mode::cc;
    return checker_.demand(Check::gpu_mode, confidential && registers.mode == config_.mode,
                           std::string(device::name(registers.mode)));
}

Checked<> Guest::establish() {
    requester_ = std::make_unique<spdm::Requester>(requester_config_, crypto::openssl_provider(), random_);
    spdm::SessionWalk walk(*requester_, bare_session());
    while (auto send = walk.next()) {
        bool secured = send->secured;
        const auto answer = bus_->exchange(send->message, secured);
        if (!answer) return std::unexpected(Refusal{Check::session, "no answer"});
        if (auto taken = walk.receive(*answer, secured); !taken) {
            return std::unexpected(Refusal{Check::session, taken.error().text()});
        }
    }
    if (walk.sessions().empty() || requester_->session(walk.sessions()[0]) == nullptr) {
        return std::unexpected(Refusal{Check::session, "the GPU makes none"});
    }
    session_ = walk.sessions()[0];
    return {};
}

Checked<> Guest::open_path(const device::Registers& registers) {
    const transfer::EndpointConfig config{.mode = device::path_mode(config_.mode),
                                          .checker = transfer::Checker(config_.path_faults),
                                          .channels = config_.channels,
                                          .mask = registers.mask,
                                          .thresholds = config_.thresholds,
                                          .staging = config_.staging};
    auto path = transfer::GuestEndpoint::make(
        requester_->session(*session_)->schedule().export_master().clone(), bus_->shared(), config);
    if (!path) return std::unexpected(Refusal{Check::path, path.error().text()});
    path_ = std::move(*path);
    return {};
}

Checked<> Guest::boot(device::Bus& bus) {
    TRY(attach(bus));
    return attest();
}

Checked<> Guest::attest() {
    TRY(checker_.demand(Check::closed, stage_ == Stage::attached || stage_ == Stage::ready));
    if (path_ == nullptr || requester_ == nullptr) return std::unexpected(Refusal{Check::closed, {}});
    wire::Nonce nonce{};
    random_.fill(nonce);
    auto evidence = measure(nonce);
    if (!evidence) return closing(std::move(evidence).error());
    evidence_ = std::move(*evidence);
    const VerifierResult result = verifier_.judge(evidence_, nonce);
    auto accepted = checker_.demand(Check::evidence_nonce, result.nonce == nonce);
    if (accepted) accepted = checker_.demand(Check::evidence, result.accepted, result.reason);
    if (!accepted) return closing(std::move(accepted).error());
    if (stage_ == Stage::ready) return {};
    auto call = TRY(settled(path_->send_rpc(as_bytes("ready"))));
    bus_->control(call);
    TRY(settled(path_->set_ready()));
    stage_ = Stage::ready;
    return {};
}

Checked<> Guest::exchange(Bytes request) {
    for (;;) {
        bool secured = requester_->secured();
        const auto answer = bus_->exchange(request, secured);
        if (!answer) return std::unexpected(Refusal{Check::session, "no answer"});
        auto outcome = requester_->receive(*answer, secured);
        if (!outcome) return std::unexpected(Refusal{Check::session, outcome.error().text()});
        if (outcome->done()) return {};
        request = std::move(outcome->again);
    }
}

// The exchange is the requester's; what is in the two records is kept for the verifier.
Checked<Evidence> Guest::measure(const wire::Nonce& nonce) {
    requester_->use_session(session_);
    random_.prime(nonce);
    const Bytes record = requester_->get_measurements({.sign = true});
    if (record.empty() || !requester_->secured()) {
        return std::unexpected(Refusal{Check::session, "it has ended"});
    }
    Evidence evidence;
    evidence.version = requester_->parameters().version;
    evidence.vca = to_bytes(requester_->transcript().vca());
    evidence.request = inside(spdm::Direction::request, record);
    bool secured = true;
    const auto answer = bus_->exchange(record, secured);
    if (!answer) return std::unexpected(Refusal{Check::session, "no answer"});
    if (secured) evidence.response = inside(spdm::Direction::response, *answer);
    auto outcome = requester_->receive(*answer, secured);
    if (!outcome) return std::unexpected(Refusal{Check::session, outcome.error().text()});
    if (!outcome->done()) return std::unexpected(Refusal{Check::session, "it puts measurements off"});
    for (const crypto::Certificate& one : requester_->chain(0)->certificates) {
        append(evidence.certificates, one.der());
    }
    return evidence;
}

Bytes Guest::inside(spdm::Direction way, ByteView record) const {
    const spdm::Session& session = *requester_->session(*session_);
    auto parsed = record::parse(record, session.transport());
    if (!parsed) return {};
    record::SealOptions options = session.seal_options(way);
    // What was sealed has its number behind it already.
    if (way == spdm::Direction::request) --options.sequence;
    auto plaintext = session.key(way).open(options, *parsed);
    if (!plaintext) return {};
    auto data = record::application_data(session.protection(), *plaintext);
    if (!data) return {};
    const auto message = record::from_application(session.transport(), *data);
    return message ? to_bytes(*message) : Bytes{};
}

uint8_t Guest::heartbeat_period() const {
    return requester_ && session_ ? requester_->heartbeat_period(*session_) : 0;
}

Checked<> Guest::tick() {
    TRY(checker_.demand(Check::closed, stage_ == Stage::attached || stage_ == Stage::ready));
    if (path_ == nullptr || requester_ == nullptr) return std::unexpected(Refusal{Check::closed, {}});
    TRY(beat());
    path_->tick();
    for (uint32_t channel = 0; stage_ == Stage::ready && channel < path_->channels(); ++channel) {
        const auto status = path_->data_channel(channel).rotation.status();
        if (status == transfer::RotationStatus::pending) TRY(rotate(channel));
    }
    return {};
}

Checked<> Guest::beat() {
    if (heartbeat_period() == 0) return {};
    requester_->use_session(session_);
    auto answered = exchange(requester_->heartbeat());
    const std::string cause = answered ? std::string() : answered.error().cause;
    auto kept = checker_.demand(Check::heartbeat, answered.has_value(), cause);
    if (!kept) return closing(std::move(kept).error());
    return {};
}

void Guest::shut_down() {
    if (requester_ && session_ && requester_->session(*session_) != nullptr) {
        requester_->use_session(session_);
        // The session is over whether or not the GPU answers.
        std::ignore = exchange(requester_->end_session());
    }
    std::ignore = closing(Refusal{Check::closed, "the machine was shut down"});
}

std::unexpected<Refusal> Guest::closing(Refusal refusal) {
    if (path_) path_->close(transfer::Refusal{transfer::Check::latched, {}});
    requester_.reset();
    session_.reset();
    stage_ = Stage::closed;
    if (!failure_) failure_ = refusal;
    return std::unexpected(std::move(refusal));
}

bool Guest::keys_are_gone() const {
    return requester_ == nullptr && (path_ == nullptr || path_->keys_are_gone());
}

Checked<> Guest::admit() const {
    TRY(checker_.demand(Check::closed, stage_ != Stage::closed));
    TRY(checker_.demand(Check::gate, stage_ == Stage::ready));
    if (path_ == nullptr) return std::unexpected(Refusal{Check::gate, {}});
    return {};
}

// A path that refuses, or whose GPU makes no progress, is closed.
template <class T>
Checked<T> Guest::settled(transfer::Checked<T> result) {
    if (result) {
        if constexpr (std::is_void_v<T>) {
            return {};
        } else {
            return std::move(*result);
        }
    }
    return closing(Refusal{Check::path, result.error().text()});
}

Checked<> Guest::copy(transfer::Traffic traffic, uint64_t address, ByteView data) {
    TRY(admit());
    return settled(path_->copy_to_gpu(*bus_, 0, traffic, address, data));
}

Checked<> Guest::copy_to_gpu(uint64_t address, ByteView data) {
    return copy(transfer::Traffic::data, address, data);
}

Checked<> Guest::load_code(uint64_t address, ByteView code) {
    return copy(transfer::Traffic::code, address, code);
}

Checked<Bytes> Guest::copy_to_cpu(uint64_t address, size_t size) {
    TRY(admit());
    Bytes data(size);
    TRY(settled(path_->copy_to_cpu(*bus_, 0, address, data)));
    return data;
}

Checked<> Guest::launch(const device::Launch& launch) {
    TRY(admit());
    const Bytes submission = TRY(settled(path_->submit(device::to_methods(launch))));
    bus_->ring(submission);
    return {};
}

Checked<> Guest::rotate_keys() {
    TRY(admit());
    for (uint32_t channel = 0; channel < path_->channels(); ++channel) TRY(rotate(channel));
    return {};
}

Checked<> Guest::rotate(uint32_t channel) {
    const transfer::Transfer rotation = TRY(settled(path_->begin_rotation(channel)));
    bus_->ring(rotation.submission);
    return settled(path_->finish(rotation.id));
}

Checked<> Guest::host_register(ByteView memory) {
    TRY(admit());
    TRY(checker_.demand(Check::host_register, false));
    // Registered memory could be accessed by the GPU, and by everything else on the bus.
    const auto shared = bus_->shared();
    std::ranges::copy(memory.first(std::min(memory.size(), shared.size())),
                      shared.end() - static_cast<std::ptrdiff_t>(std::min(memory.size(), shared.size())));
    return {};
}

Checked<> Guest::enable_peer_access() {
    TRY(admit());
    return checker_.demand(Check::peer_access, false);
}

}  // namespace assay::guest
