#include "stack/transfer/gpu_endpoint.h"

namespace assay::transfer {

Checked<std::unique_ptr<GpuEndpoint>> GpuEndpoint::make(SecretBytes export_secret, std::span<uint8_t> shared,
                                                        const EndpointConfig& config, DeviceMemory& memory,
                                                        Executor& executor) {
    Parts parts = TRY(make_parts(Side::gpu, std::move(export_secret), shared, config));
    Channel completions = TRY(completion_channel(parts));
    return std::unique_ptr<GpuEndpoint>(
        new GpuEndpoint(std::move(parts), std::move(completions), memory, executor));
}

Checked<std::optional<std::vector<Method>>> GpuEndpoint::execute(ByteView submission) {
    std::vector<Method> methods = TRY(accept(submission));
    if (!is_copy(methods)) return methods;
    const CopyCommand command = TRY(settled(copy_command(methods)));
    TRY(settled(run(command)));
    TRY(settled(completions_.write(++executed_, parts_.semaphore)));
    return std::nullopt;
}

Checked<> GpuEndpoint::run(const CopyCommand& command) {
    // Not to be waived: memory is at stake.
    if (command.channel >= parts_.data.size()) return std::unexpected(Refusal{Check::copy_channel, {}});
    switch (command.op) {
        case CopyOp::write:
        case CopyOp::read: return copy(command);
        case CopyOp::rotate: return rotate(command);
        case CopyOp::rotate_iv: break;
    }
    TRY(parts_.data[command.channel].to_gpu.rotate_iv());
    return parts_.data[command.channel].to_cpu.rotate_iv();
}

Checked<> GpuEndpoint::copy(const CopyCommand& command) {
    // Not to be waived: memory is at stake.
    if (!parts_.staging.holds(command.buffer, command.size)) {
        return std::unexpected(Refusal{Check::staging_bounds, {}});
    }
    const std::span<uint8_t> memory = memory_.range(command.address, command.size);
    if (memory.size() != command.size) return std::unexpected(Refusal{Check::copy_address, {}});
    const bool writes = command.op == CopyOp::write;
    pieces_.clear();
    for (size_t i = 0; i < parts_.staging.pages(command.size); ++i) {
        const std::span<uint8_t> page = parts_.staging.page(command.buffer, i, command.size);
        const auto part = memory.subspan(i * parts_.staging.layout().page_size, page.size());
        pieces_.push_back(
            {writes ? page : part, writes ? part : page, parts_.staging.tag(command.buffer, i)});
    }
    DataChannel& data = parts_.data[command.channel];
    if (command.traffic == Traffic::code && writes) {
        return parts_.code.open_run(command.version, pieces_, executor_);
    }
    // Without authentication the IV is whatever the command says.
    if (parts_.config.mode == Mode::apm) {
        Slots slots{.version = command.version,
                    .first = command.message,
                    .count = static_cast<uint32_t>(pieces_.size()),
                    .fresh = 1};
        return writes ? data.to_gpu.open_at(slots, {}, pieces_, executor_)
                      : data.to_cpu.seal_at(slots, {}, pieces_, executor_);
    }
    if (writes) return data.to_gpu.open_run(command.version, pieces_, executor_);
    TRY(data.to_cpu.seal_run(pieces_, executor_));
    return {};
}

Checked<> GpuEndpoint::rotate(const CopyCommand& command) {
    DataChannel& data = parts_.data[command.channel];
    TRY(checker().demand(Check::rotation_order, command.version == data.to_gpu_keys->version() + 1));
    TRY(data.to_gpu.may_rotate());
    TRY(data.rotation.begin());
    if (!data.to_gpu_keys->rotate() || !data.to_cpu_keys->rotate()) {
        data.rotation.fail();
        return std::unexpected(Refusal{Check::rotation_failed, {}});
    }
    data.to_gpu.rotated(command.size);
    return data.rotation.complete();
}

}  // namespace assay::transfer
