#include "stack/transfer/endpoint.h"

#include <algorithm>

namespace assay::transfer {

namespace {

// Makes rings and channels of one export secret, and keeps the rings together.
class Maker {
   public:
    Maker(ByteView secret, const EndpointConfig& config) : secret_(secret), config_(config) {}

    Checked<std::shared_ptr<KeyRing>> ring(KeyId id) {
        auto ring =
            std::make_shared<KeyRing>(TRY(KeyRing::expand(*config_.provider, secret_, id, config_.checker)));
        rings_.push_back(ring);
        return ring;
    }

    Checked<Channel> channel(const std::shared_ptr<KeyRing>& ring, Protection protection) const {
        const bool gsp = info(ring->id()).engine == Engine::gsp;
        ChannelConfig config{.layout = gsp ? IvLayout::gsp : IvLayout::channel, .protection = protection};
        if (!gsp) config.mask = config_.mask;
        if (info(ring->id()).role == Role::user) config.message_limit = config_.message_limit;
        return Channel::make(ring, config);
    }

    Checked<Channel> channel(KeyId id, Protection protection) { return channel(TRY(ring(id)), protection); }

    Checked<DataChannel> data(size_t engine) {
        const Protection protection = protection_of_data(config_.mode);
        auto to_gpu = TRY(ring(copy_engine_key(engine, Flow::to_gpu, Role::user)));
        auto to_cpu = TRY(ring(copy_engine_key(engine, Flow::to_cpu, Role::user)));
        for (const auto& one : {to_gpu, to_cpu}) one->set_work_limit(config_.thresholds.upper);
        return DataChannel{.to_gpu_keys = to_gpu,
                           .to_cpu_keys = to_cpu,
                           .to_gpu = TRY(channel(to_gpu, protection)),
                           .to_cpu = TRY(channel(to_cpu, protection)),
                           .rotation = Rotation(config_.thresholds, config_.checker)};
    }

    std::vector<std::shared_ptr<KeyRing>> rings() const { return rings_; }

   private:
    ByteView secret_;
    const EndpointConfig& config_;
    std::vector<std::shared_ptr<KeyRing>> rings_;
};

}  // namespace

Protection protection_of_data(Mode mode) {
    switch (mode) {
        case Mode::off: return Protection::clear;
        case Mode::apm: return Protection::encrypted;
        case Mode::cc: break;
    }
    return Protection::sealed;
}

Protection protection_of_commands(Mode mode) {
    return mode == Mode::cc ? Protection::sealed : Protection::clear;
}

Checked<Endpoint::Parts> Endpoint::make_parts(Side side, SecretBytes export_secret, std::span<uint8_t> shared,
                                              const EndpointConfig& config) {
    // Not to be waived: there are no such engines, and no such memory.
    if (config.channels == 0 || config.channels > kCopyEngines) {
        return std::unexpected(Refusal{Check::copy_channel, {}});
    }
    if (shared.size() < kStagingAt) return std::unexpected(Refusal{Check::staging_layout, {}});
    StagingArea area = TRY(StagingArea::make(shared.subspan(kStagingAt), config.staging, config.checker));
    Maker make(export_secret.view(), config);
    const Protection rest = protection_of_commands(config.mode);
    std::vector<DataChannel> data;
    data.reserve(config.channels);
    for (size_t i = 0; i < config.channels; ++i) data.push_back(TRY(make.data(i)));
    Channel code = TRY(make.channel(KeyId::lce00_h2d_kernel, rest));
    RpcQueue to_gpu(TRY(make.channel(KeyId::cpu_gsp_locked_rpc, rest)));
    RpcQueue to_cpu(TRY(make.channel(KeyId::gsp_cpu_locked_rpc, rest)));
    if (side == Side::gpu) std::swap(to_gpu, to_cpu);
    FaultBuffer replayable(TRY(make.channel(KeyId::gsp_cpu_replayable_fault, rest)));
    FaultBuffer non_replayable(TRY(make.channel(KeyId::gsp_cpu_non_replayable_fault, rest)));
    WorkQueue work = TRY(WorkQueue::make(TRY(make.ring(KeyId::cpu_sec2_hmac_user)), rest));
    auto completions = TRY(make.ring(KeyId::lce00_d2h_kernel));
    return Parts{.config = config,
                 .semaphore = shared.first(kSemaphoreSize),
                 .staging = area,
                 .rings = make.rings(),
                 .data = std::move(data),
                 .code = std::move(code),
                 .rpc_out = std::move(to_gpu),
                 .rpc_in = std::move(to_cpu),
                 .replayable = std::move(replayable),
                 .non_replayable = std::move(non_replayable),
                 .work = std::move(work),
                 .completion_keys = std::move(completions)};
}

Checked<Channel> Endpoint::completion_channel(const Parts& parts) {
    return Channel::make(parts.completion_keys, {.mask = parts.config.mask,
                                                 .protection = protection_of_commands(parts.config.mode)});
}

Checked<> Endpoint::set_ready() {
    TRY(latch_.set_ready());
    was_ready_ = true;
    return {};
}

void Endpoint::drop_ready() {
    if (!latch_.ready()) return;
    if (auto kept = checker().demand(Check::ready_dropped, false); !kept) close(kept.error());
}

void Endpoint::close(const Refusal& cause) {
    latch_.close(cause);
    if (checker().has(Defect::keys_survive_latch)) return;
    for (const auto& ring : parts_.rings) ring->close();
    for (DataChannel& one : parts_.data) {
        one.to_gpu.forget();
        one.to_cpu.forget();
    }
    for (Channel* one : {&parts_.code, &parts_.rpc_out.channel(), &parts_.rpc_in.channel(),
                         &parts_.replayable.channel(), &parts_.non_replayable.channel()}) {
        one->forget();
    }
    forget();
}

bool Endpoint::keys_are_gone() const {
    return std::ranges::all_of(parts_.rings, [](const auto& ring) { return ring->closed(); });
}

Checked<> Endpoint::set_policy(unsigned advantage) {
    TRY(checker().demand(Check::policy_late, !was_ready_));
    parts_.config.thresholds = TRY(Thresholds::of(advantage, checker()));
    for (DataChannel& one : parts_.data) {
        one.rotation = Rotation(parts_.config.thresholds, checker());
        for (const auto& ring : {one.to_gpu_keys, one.to_cpu_keys}) {
            ring->set_work_limit(parts_.config.thresholds.upper);
        }
    }
    return {};
}

void Endpoint::tick() {
    for (DataChannel& one : parts_.data) {
        one.rotation.tick(std::max(one.to_gpu_keys->work(), one.to_cpu_keys->work()));
        if (!one.rotation.failed()) continue;
        one.to_gpu_keys->set_failed();
        one.to_cpu_keys->set_failed();
    }
}

Checked<Bytes> Endpoint::send_rpc(ByteView message) {
    TRY(latch_.require_open());
    return settled(parts_.rpc_out.seal(message));
}

Checked<std::optional<Bytes>> Endpoint::receive_rpc(ByteView element) {
    TRY(latch_.require_open());
    return settled(parts_.rpc_in.open(element));
}

Checked<> Endpoint::write_fault(FaultKind kind, ByteView packet, std::span<uint8_t> entry) {
    TRY(latch_.require_open());
    return settled(faults(kind).write(packet, entry));
}

Checked<Bytes> Endpoint::read_fault(FaultKind kind, std::span<uint8_t> entry) {
    TRY(latch_.require_open());
    return settled(faults(kind).read(entry));
}

Checked<> Endpoint::skip_fault(FaultKind kind, std::span<uint8_t> entry) {
    TRY(latch_.require_open());
    return settled(faults(kind).skip(entry));
}

Checked<Bytes> Endpoint::submit(std::span<const Method> methods) {
    TRY(latch_.require_ready());
    return settled(parts_.work.sign(methods));
}

Checked<std::vector<Method>> Endpoint::accept(ByteView submission) {
    TRY(latch_.require_ready());
    return settled(parts_.work.accept(submission));
}

}  // namespace assay::transfer
