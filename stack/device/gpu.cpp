#include "stack/device/gpu.h"

#include <algorithm>

#include "stack/spdm/algorithms.h"

namespace assay::device {

namespace {

constexpr uint32_t kFlags = wire::cap::cert | wire::cap::meas_sig | wire::cap::meas_fresh |
                            wire::cap::encrypt | wire::cap::mac | wire::cap::key_ex | wire::cap::key_upd |
                            wire::cap::hbeat;

constexpr std::string_view kNames[] = {"off", "devtools", "apm", "cc"};

// What a driver demands of its GPU: one algorithm of each kind.
spdm::Device make_device(const GpuConfig& config, const std::vector<Component>& running, Mode mode) {
    spdm::Device device;
    device.versions = {wire::Version::v1_1, wire::Version::v1_2};
    device.flags = kFlags;
    device.identities[crypto::SignAlgo::ecdsa_p384][0] = config.identity.booted(running);
    device.base_hash = spdm::bit(crypto::HashAlgo::sha384);
    device.measurement_hash = spdm::measurement_bit(crypto::HashAlgo::sha384);
    device.dhe = 0x10;   // secp384r1
    device.aead = 0x02;  // AES-256-GCM
    device.max_sessions = 1;
    device.heartbeat_period = config.heartbeat_period;
    uint8_t index = 1;
    for (const Component& component : running) {
        device.measurements.push_back({.index = index++,
                                       .value_type = wire::value_type::mutable_firmware,
                                       .raw = component.measured(),
                                       .in_tcb = true});
    }
    device.measurements.push_back({.index = kModeIndex,
                                   .value_type = wire::value_type::mutable_firmware,
                                   .raw = Bytes{static_cast<uint8_t>(mode)}});
    device.measurement_opaque = [running](const spdm::Parameters& negotiated) {
        return measurement_opaque(running, negotiated);
    };
    return device;
}

}  // namespace

std::string_view name(Mode mode) { return kNames[static_cast<size_t>(mode)]; }

transfer::Mode path_mode(Mode mode) {
    switch (mode) {
        case Mode::off: return transfer::Mode::off;
        case Mode::apm: return transfer::Mode::apm;
        default: return transfer::Mode::cc;
    }
}

// The memory as the copy engines see it: what they touch is counted, and leaked by a component that leaks.
class Gpu::Watched final : public transfer::DeviceMemory {
   public:
    explicit Watched(Gpu& gpu) : gpu_(gpu) {}
    std::span<uint8_t> range(uint64_t address, size_t size) override {
        touched = {address, size};
        return gpu_.inside_.memory.range(address, size);
    }
    std::pair<uint64_t, size_t> touched{};

   private:
    Gpu& gpu_;
};

Gpu::Gpu(GpuConfig config, const Clock& clock)
    : config_(std::move(config)),
      clock_(clock),
      random_(config_.seed),
      inside_{.memory = Memory(config_.protected_size, config_.open_size),
              .cache = {},
              .activity = {},
              .checker = Checker(config_.faults),
              .backlog = {},
              .fuses = config_.fuses,
              .running = {}},
      next_mode_(config_.mode) {}

Gpu::~Gpu() = default;

Checked<> Gpu::power_on(SystemMemory system) {
    system_ = system;
    return reset();
}

Checked<> Gpu::reset() {
    scrub();
    return boot();
}

void Gpu::scrub() {
    running_ = false;
    path_.reset();
    session_.reset();
    responder_.reset();
    inside_.backlog.clear();
    inside_.activity = {};
    inside_.cache.flush();
    if (!inside_.checker.waived(Check::reset_scrub)) inside_.memory.scrub();
}

Checked<> Gpu::boot() {
    mode_ = next_mode_;
    TRY(inside_.checker.demand(Check::mode_supported, config_.capable || !protects()));
    for (const Component& component : config_.firmware) {
        TRY(inside_.checker.demand(Check::firmware_signature, is_genuine(component, config_.vendor)));
    }
    inside_.running = config_.firmware;
    device_ = make_device(config_, inside_.running, mode_);
    responder_ = std::make_unique<spdm::Responder>(device_, crypto::openssl_provider(), random_,
                                                   spdm::FaultConfig{}, &clock_);
    path_config_ = {.mode = path_mode(mode_),
                    .checker = transfer::Checker(config_.path_faults),
                    .channels = config_.channels,
                    .thresholds = config_.thresholds,
                    .staging = config_.staging};
    random_.fill(path_config_.mask);
    running_ = true;
    return {};
}

Checked<> Gpu::request_mode(Mode mode) {
    const bool confidential = mode == Mode::apm || mode == Mode::cc;
    TRY(inside_.checker.demand(Check::mode_supported, config_.capable || !confidential));
    next_mode_ = mode;
    return {};
}

Checked<> Gpu::convert(Mode mode) {
    TRY(request_mode(mode));
    TRY(inside_.checker.demand(Check::mode_change_live, !running_));
    mode_ = mode;
    return {};
}

Registers Gpu::registers() const {
    return {.capable = config_.capable, .mode = mode_, .running = running_, .mask = path_config_.mask};
}

std::optional<Bytes> Gpu::receive(ByteView message, bool secured) {
    if (!running_ || mode_ == Mode::off) return std::nullopt;
    auto answer = secured ? responder_->receive_secured(message) : responder_->receive(message);
    open_path();
    return answer;
}

std::optional<uint32_t> Gpu::live_session() const {
    for (const auto& [id, session] : responder_->sessions()) {
        if (session.channel.phase() == spdm::Phase::application) return id;
    }
    return std::nullopt;
}

ByteView Gpu::session_secret() const {
    if (!session_ || !responder_) return {};
    const auto found = responder_->sessions().find(*session_);
    if (found == responder_->sessions().end()) return {};
    return found->second.channel.schedule().export_master().view();
}

// With each session there is one path, which ends with it.
void Gpu::open_path() {
    const auto live = live_session();
    if (live == session_) return;
    if (path_) close_path(transfer::Check::latched);
    session_ = live;
    if (!live) return;
    watched_ = std::make_unique<Watched>(*this);
    auto made =
        transfer::GpuEndpoint::make(SecretBytes(session_secret()), system_.window(), path_config_, *watched_);
    if (!made) {
        refused(made.error());
        return;
    }
    path_ = std::move(*made);
}

void Gpu::close_path(transfer::Check cause) {
    if (path_) path_->close(transfer::Refusal{cause, {}});
}

bool Gpu::refused(std::string_view check, std::string text) {
    last_check_ = check;
    last_refusal_ = std::move(text);
    return false;
}

bool Gpu::execute(ByteView submission) {
    if (!running_ || !path_) return refused("cannot", "cannot: there is no path");
    watched_->touched = {};
    auto methods = path_->execute(submission);
    if (!methods) return refused(methods.error());
    if (!*methods) {
        const auto [address, size] = watched_->touched;
        inside_.activity.copied += size;
        inside_.activity.busy += size / 256;
        leak(address, size);
        return true;
    }
    const auto wanted = launch_of(**methods);
    return wanted ? launch(*wanted) : refused("cannot", "cannot: no engine has these methods");
}

bool Gpu::launch(const Launch& wanted) {
    if (auto ran = run(wanted); !ran) return refused(ran.error());
    return true;
}

// How long the guest's work waits for that of others.
uint64_t Gpu::waits() const {
    uint64_t units = 0;
    for (const auto& [tenant, queued] : inside_.backlog) {
        // A turn each.
        units += inside_.checker.waived(Check::tenant_share) ? queued : std::min<uint64_t>(queued, 1);
    }
    return units;
}

Checked<> Gpu::run(const Launch& wanted) {
    const auto code = inside_.memory.range(wanted.code, wanted.code_size);
    const auto input = inside_.memory.range(wanted.input, wanted.size);
    const auto output = inside_.memory.range(wanted.output, wanted.size);
    if (code.size() != wanted.code_size || input.size() != wanted.size || output.size() != wanted.size) {
        return cannot("launch", "a range is not in the protected memory");
    }
    if (uint64_t{wanted.code_size} / 2 * wanted.size > kStepLimit) {
        return cannot("launch", "it has more to do than there is time for");
    }
    if (waits() >= kTimeLimit) return cannot("launch", "its time ran out while others had the GPU");
    uint64_t raised = 0;
    const bool parted = mode_ == Mode::cc && !inside_.checker.waived(Check::cache_partition);
    const Surroundings around{
        .touch = [&](uint8_t line) { inside_.cache.touch(kTenant, line, parted); },
        .busy = [&] { inside_.activity.busy += 16; },
        .interrupt = [&]() -> Checked<> {
            TRY(inside_.checker.demand(Check::interrupt_limit, ++raised <= kInterruptLimit));
            ++inside_.interrupts;
            return {};
        },
        .store_out = [&](uint8_t operand, uint8_t value) -> Checked<> {
            TRY(inside_.checker.demand(Check::dma_window, false));
            const size_t at = system_.shared + size_t{16} * operand;
            if (at < system_.all.size()) system_.all[at] = value;
            return {};
        }};
    const Bytes result = TRY(run_kernel(code, input, around));
    std::ranges::copy(result, output.begin());
    ++inside_.activity.launches;
    inside_.activity.operations += wanted.size;
    inside_.activity.busy += 1;
    return {};
}

void Gpu::leak(uint64_t address, size_t size) {
    const bool leaks = std::ranges::any_of(inside_.running, &Component::leaks);
    if (!leaks || size == 0) return;
    const auto from = inside_.memory.range(address, size);
    const auto to = inside_.memory.raw(inside_.memory.size() - kLeakSize, kLeakSize);
    std::ranges::copy(from.first(std::min(from.size(), to.size())), to.begin());
}

bool Gpu::control(ByteView element) {
    if (!running_ || !path_) return refused("cannot", "cannot: there is no path");
    auto message = path_->receive_rpc(element);
    if (!message) return refused(message.error());
    if (!*message || !equal(**message, as_bytes("ready"))) return refused("cannot", "cannot: no such call");
    if (auto ready = path_->set_ready(); !ready) return refused(ready.error());
    return true;
}

void Gpu::tick() {
    if (!running_ || !path_) return;
    const auto found = session_ ? responder_->sessions().find(*session_) : responder_->sessions().end();
    if (found == responder_->sessions().end()) return;
    const Micros period = std::chrono::seconds(found->second.heartbeat_period);
    const bool heard = period.count() == 0 || clock_.now() - found->second.heard < 2 * period;
    if (auto kept = inside_.checker.demand(Check::heartbeat, heard); !kept) {
        refused(kept.error());
        close_path(transfer::Check::latched);
        return;
    }
    path_->tick();
}

}  // namespace assay::device
