#include "conformance/lab/transfer_reference.h"

#include "stack/transfer/gpu_endpoint.h"

namespace assay::lab {

namespace {

using namespace transfer;

template <class T>
PathResult<T> as_path_result(Checked<T> result) {
    if (!result) return std::unexpected(PathRefusal{.status = info(result.error().check).status});
    if constexpr (std::is_void_v<T>) {
        return {};
    } else {
        return std::move(*result);
    }
}

class ReferenceChannel final : public PathChannel {
   public:
    explicit ReferenceChannel(Channel channel) : channel_(std::move(channel)) {}

    PathResult<PathBlock> seal(ByteView aad, ByteView text) override {
        PathBlock block{.text = Bytes(text.size()), .tag = Bytes(crypto::kAeadTagSize)};
        block.version = TRY(as_path_result(channel_.seal(aad, {text, block.text, block.tag}))).version;
        return block;
    }
    PathResult<> open(ByteView aad, const PathBlock& block, std::span<uint8_t> out) override {
        Bytes tag = block.tag;
        return as_path_result(channel_.open(block.version, aad, {block.text, out, tag}));
    }
    PathResult<> skip() override { return as_path_result(channel_.skip()); }
    PathResult<size_t> take_iv() override {
        slots_.push_back(TRY(as_path_result(channel_.reserve(1, 0))));
        return slots_.size() - 1;
    }
    PathResult<PathBlock> seal_with(size_t iv, ByteView aad, ByteView text) override {
        if (iv >= slots_.size()) return std::unexpected(PathRefusal{.status = Status::invalid_argument});
        PathBlock block{.text = Bytes(text.size()), .tag = Bytes(crypto::kAeadTagSize)};
        const Piece piece{text, block.text, block.tag};
        TRY(as_path_result(channel_.seal_at(slots_.at(iv), aad, {&piece, 1})));
        block.version = slots_.at(iv).version;
        return block;
    }
    PathResult<> rotate_iv() override { return as_path_result(channel_.rotate_iv()); }
    void ended(uint64_t sealed) override { channel_.rotated(sealed); }
    PathResult<> may_rotate() override { return as_path_result(channel_.may_rotate()); }
    bool set_counted(uint64_t messages) override {
        channel_.set_counted(messages);
        return true;
    }

   private:
    Channel channel_;
    std::vector<Slots> slots_;
};

class ReferenceKey final : public PathKey {
   public:
    explicit ReferenceKey(KeyRing ring) : ring_(std::make_shared<KeyRing>(std::move(ring))) {}

    PathResult<std::unique_ptr<PathChannel>> channel(const Iv& mask) override {
        const bool gsp = info(ring_->id()).engine == Engine::gsp;
        const ChannelConfig config{.layout = gsp ? IvLayout::gsp : IvLayout::channel,
                                   .mask = gsp ? Iv{} : mask};
        return std::make_unique<ReferenceChannel>(TRY(as_path_result(Channel::make(ring_, config))));
    }
    PathResult<> rotate() override { return as_path_result(ring_->rotate()); }
    void close() override { ring_->close(); }
    bool set_next_channel(uint64_t counter) override {
        ring_->set_next_channel_counter(counter);
        return true;
    }
    bool set_work_limit(uint64_t limit) override {
        ring_->set_work_limit(limit);
        return true;
    }

   private:
    std::shared_ptr<KeyRing> ring_;
};

// What is alike in both: `Interface` is PathGuest or PathGpu, `End` what does it.
template <class Interface, class End>
class ReferenceEnd : public Interface {
   public:
    explicit ReferenceEnd(std::unique_ptr<End> end) : end_(std::move(end)) {}

    PathResult<> set_ready() override { return as_path_result(end_->set_ready()); }
    void drop_ready() override { end_->drop_ready(); }
    bool ready() const override { return end_->ready(); }
    bool closed() const override { return end_->failure().has_value(); }
    PathResult<Thresholds> set_policy(unsigned advantage) override {
        TRY(as_path_result(end_->set_policy(advantage)));
        return end_->config().thresholds;
    }
    void tick() override { end_->tick(); }
    PathResult<RotationStatus> rotation(uint32_t channel) override {
        return end_->data_channel(channel).rotation.status();
    }
    PathResult<Bytes> send_rpc(ByteView message) override { return as_path_result(end_->send_rpc(message)); }
    PathResult<std::optional<Bytes>> receive_rpc(ByteView element) override {
        return as_path_result(end_->receive_rpc(element));
    }
    std::optional<bool> keys_are_gone() const override { return end_->keys_are_gone(); }
    bool set_rpcs_sent(uint64_t messages) override {
        end_->rpc_out().channel().set_counted(messages);
        return true;
    }
    bool set_work_counted(const std::array<uint64_t, 3>& counter) override {
        end_->work().set_counted(counter);
        return true;
    }

   protected:
    End& end() { return *end_; }

   private:
    std::unique_ptr<End> end_;
};

class ReferenceGuest final : public ReferenceEnd<PathGuest, GuestEndpoint> {
   public:
    using ReferenceEnd::ReferenceEnd;
    PathResult<Transfer> begin_write(uint32_t channel, Traffic traffic, uint64_t address,
                                     ByteView data) override {
        return as_path_result(end().begin_write(channel, traffic, address, data));
    }
    PathResult<Transfer> begin_read(uint32_t channel, uint64_t address, size_t size) override {
        return as_path_result(end().begin_read(channel, address, size));
    }
    PathResult<Transfer> begin_rotation(uint32_t channel) override {
        return as_path_result(end().begin_rotation(channel));
    }
    PathResult<Transfer> begin_iv_rotation(uint32_t channel) override {
        return as_path_result(end().begin_iv_rotation(channel));
    }
    PathResult<> finish(uint32_t id, std::span<uint8_t> out) override {
        return as_path_result(end().finish(id, out));
    }
    PathResult<> copy_to_gpu(Doorbell& doorbell, uint32_t channel, uint64_t address, ByteView data) override {
        return as_path_result(end().copy_to_gpu(doorbell, channel, Traffic::data, address, data));
    }
    PathResult<> copy_to_cpu(Doorbell& doorbell, uint32_t channel, uint64_t address,
                             std::span<uint8_t> out) override {
        return as_path_result(end().copy_to_cpu(doorbell, channel, address, out));
    }
    PathResult<Bytes> submit(std::span<const Method> methods) override {
        return as_path_result(end().submit(methods));
    }
    PathResult<Bytes> read_fault(FaultKind kind, std::span<uint8_t> entry) override {
        return as_path_result(end().read_fault(kind, entry));
    }
    PathResult<> skip_fault(FaultKind kind, std::span<uint8_t> entry) override {
        return as_path_result(end().skip_fault(kind, entry));
    }
};

class FlatMemory final : public DeviceMemory {
   public:
    std::span<uint8_t> range(uint64_t address, size_t size) override {
        if (address > bytes.size() || size > bytes.size() - address) return {};
        return std::span(bytes).subspan(address, size);
    }
    Bytes bytes = Bytes(kPathMemorySize);
};

class ReferenceGpu final : public ReferenceEnd<PathGpu, GpuEndpoint> {
   public:
    ReferenceGpu(std::unique_ptr<GpuEndpoint> end, std::unique_ptr<FlatMemory> memory)
        : ReferenceEnd(std::move(end)), memory_(std::move(memory)) {}
    PathResult<std::optional<std::vector<Method>>> execute(ByteView submission) override {
        return as_path_result(end().execute(submission));
    }
    PathResult<> write_fault(FaultKind kind, ByteView packet, std::span<uint8_t> entry) override {
        return as_path_result(end().write_fault(kind, packet, entry));
    }
    std::span<uint8_t> memory() override { return memory_->bytes; }

   private:
    std::unique_ptr<FlatMemory> memory_;
};

class ReferencePath final : public PathTarget {
   public:
    ReferencePath(const FaultConfig& faults, const crypto::Provider& provider)
        : checker_(faults), provider_(provider) {}

    std::string name() const override { return "reference"; }
    PathResult<std::unique_ptr<PathKey>> key(ByteView export_secret, KeyId id) const override {
        return std::make_unique<ReferenceKey>(
            TRY(as_path_result(KeyRing::expand(provider_, export_secret, id, checker_))));
    }
    PathResult<std::unique_ptr<PathGuest>> guest(ByteView export_secret, std::span<uint8_t> shared,
                                                 const PathConfig& config) const override {
        return std::make_unique<ReferenceGuest>(
            TRY(as_path_result(GuestEndpoint::make(SecretBytes(export_secret), shared, of(config)))));
    }
    PathResult<std::unique_ptr<PathGpu>> gpu(ByteView export_secret, std::span<uint8_t> shared,
                                             const PathConfig& config) const override {
        auto memory = std::make_unique<FlatMemory>();
        auto end =
            TRY(as_path_result(GpuEndpoint::make(SecretBytes(export_secret), shared, of(config), *memory)));
        return std::make_unique<ReferenceGpu>(std::move(end), std::move(memory));
    }

   private:
    EndpointConfig of(const PathConfig& config) const {
        return {.provider = &provider_,
                .mode = config.mode,
                .checker = checker_,
                .channels = config.channels,
                .mask = config.mask,
                .message_limit = config.message_limit,
                .thresholds = config.thresholds,
                .staging = config.staging};
    }

    Checker checker_;
    const crypto::Provider& provider_;
};

}  // namespace

std::unique_ptr<PathTarget> reference_path(const FaultConfig& faults, const crypto::Provider& provider) {
    return std::make_unique<ReferencePath>(faults, provider);
}

}  // namespace assay::lab
