// The GPU's end: it takes submissions and executes what is for the copy engines.
#pragma once

#include "stack/transfer/endpoint.h"

namespace assay::transfer {

// The GPU's protected memory.
class DeviceMemory {
   public:
    virtual ~DeviceMemory() = default;
    // `size` bytes from `address`; empty when they are not all there, or not for copies.
    virtual std::span<uint8_t> range(uint64_t address, size_t size) = 0;
};

class GpuEndpoint final : public Endpoint {
   public:
    // `export_secret` is wiped; `memory` and `executor` must outlive the endpoint. Refuses by secret_size,
    // staging_layout, copy_channel.
    static Checked<std::unique_ptr<GpuEndpoint>> make(SecretBytes export_secret, std::span<uint8_t> shared,
                                                      const EndpointConfig& config, DeviceMemory& memory,
                                                      Executor& executor = inline_executor());

    // Takes the next submission and executes it if it is for the copy engines; otherwise its methods are the
    // result. Refuses as accept(); by copy_form, copy_channel, staging_bounds, copy_address, rotation_order,
    // rotation_in_flight, rotation_failed; and as Channel::open. What refuses a copy has changed nothing in
    // the memory but for wiping where it should have gone.
    Checked<std::optional<std::vector<Method>>> execute(ByteView submission);

   private:
    GpuEndpoint(Parts parts, Channel completions, DeviceMemory& memory, Executor& executor)
        : Endpoint(std::move(parts)),
          memory_(memory),
          executor_(executor),
          completions_(std::move(completions)) {}
    Checked<> run(const CopyCommand& command);
    Checked<> copy(const CopyCommand& command);
    Checked<> rotate(const CopyCommand& command);
    void forget() override { completions_.channel().forget(); }

    DeviceMemory& memory_;
    Executor& executor_;
    SemaphoreWriter completions_;
    uint32_t executed_ = 0;
    std::vector<Piece> pieces_;
};

}  // namespace assay::transfer
