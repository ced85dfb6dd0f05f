// Two endpoints over one shared memory, for the tests of this module and of other modules.
#pragma once

#include <algorithm>

#include "stack/transfer/doorbell.h"
#include "stack/transfer/test_support.h"

namespace assay::transfer {

// Memory of a device, from address 0.
class FlatMemory final : public DeviceMemory {
   public:
    explicit FlatMemory(size_t size) : bytes(size) {}
    std::span<uint8_t> range(uint64_t address, size_t size) override {
        if (address > bytes.size() || size > bytes.size() - address) return {};
        return std::span(bytes).subspan(address, size);
    }
    Bytes bytes;
};

inline EndpointConfig small_config(Mode mode = Mode::cc, Checker checker = Checker()) {
    return {.mode = mode,
            .checker = checker,
            .channels = 2,
            .mask = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12},
            .staging = {.buffer_size = 256, .page_size = 64, .initial = 2, .most = 4}};
}

// Ready on both sides.
struct Ends {
    explicit Ends(EndpointConfig config = small_config(), size_t shared_size = 4096,
                  size_t device_size = 8192, Executor& executor = inline_executor())
        : shared(shared_size), memory(device_size) {
        const std::span<uint8_t> all(shared);
        guest = GuestEndpoint::make(SecretBytes(export_secret()), all, config).value();
        gpu = GpuEndpoint::make(SecretBytes(export_secret()), all, config, memory, executor).value();
        if (!guest->set_ready() || !gpu->set_ready()) std::abort();
    }

    std::string execute(ByteView submission) { return outcome(gpu->execute(submission)); }
    std::string write(uint64_t address, ByteView data, uint32_t channel = 0,
                      Traffic traffic = Traffic::data) {
        InlineDoorbell doorbell(*gpu);
        auto copied = guest->copy_to_gpu(doorbell, channel, traffic, address, data);
        return doorbell.refusal() ? std::string(info(doorbell.refusal()->check).name) : outcome(copied);
    }
    std::string read(uint64_t address, std::span<uint8_t> out, uint32_t channel = 0) {
        InlineDoorbell doorbell(*gpu);
        auto copied = guest->copy_to_cpu(doorbell, channel, address, out);
        return doorbell.refusal() ? std::string(info(doorbell.refusal()->check).name) : outcome(copied);
    }
    std::string rotate(uint32_t channel = 0) {
        auto transfer = guest->begin_rotation(channel);
        if (!transfer) return outcome(transfer);
        const std::string executed = execute(transfer->submission);
        return executed == "taken" ? outcome(guest->finish(transfer->id)) : executed;
    }
    bool shared_holds(ByteView text) const { return !std::ranges::search(shared, text).empty(); }

    Bytes shared;
    FlatMemory memory;
    std::unique_ptr<GuestEndpoint> guest;
    std::unique_ptr<GpuEndpoint> gpu;
};

}  // namespace assay::transfer
