// Two ends of the encrypted path over one shared memory, as the programs of the path use them.
#pragma once

#include <memory>

#include "stack/transfer/gpu_endpoint.h"
#include "stack/transfer/guest_endpoint.h"
#include "stack/transfer/iv_watch.h"

namespace assay::fuzz {

inline constexpr size_t kTransferDeviceSize = 1024, kTransferPageSize = 32, kTransferBufferSize = 96;
inline constexpr size_t kTransferBuffers = 4;
inline constexpr size_t kTransferSharedSize =
    transfer::kStagingAt + kTransferBuffers * (kTransferBufferSize + 64);

// The device's memory.
class FlatDevice final : public transfer::DeviceMemory {
   public:
    std::span<uint8_t> range(uint64_t address, size_t size) override {
        if (address > bytes.size() || size > bytes.size() - address) return {};
        return std::span(bytes).subspan(address, size);
    }
    Bytes bytes = Bytes(kTransferDeviceSize);
};

// Bits of a program's first byte, above the mode in its lowest two.
namespace transfer_choice {
inline constexpr uint8_t few_messages = 4, low_thresholds = 8, last_rpcs = 16;
// What the environment plants or waives is at one end only, the other one being sound.
inline constexpr uint8_t sound_guest = 32, sound_gpu = 64;
}  // namespace transfer_choice

struct TransferEnds {
    TransferEnds(uint8_t choice, const crypto::Provider& provider);

    // New ends with new keys, ready.
    void revive();
    // Notes a refusal.
    template <class T>
    bool settled(const transfer::Checked<T>& result) {
        if (!result) refusal = result.error();
        return result.has_value();
    }
    // The marker at the beginning of each page, then what no other transfer has.
    Bytes tenant_data(size_t size);
    // Without integrity anything may arrive.
    bool is_authentic() const { return config.mode == transfer::Mode::cc || !attacked; }
    bool failed() const { return guest->failure() || gpu->failure(); }

    uint8_t choice;
    transfer::IvWatch watch;
    transfer::EndpointConfig config;
    Bytes marker;
    Bytes shared;
    FlatDevice memory;
    std::unique_ptr<transfer::GuestEndpoint> guest;
    std::unique_ptr<transfer::GpuEndpoint> gpu;
    std::optional<transfer::Refusal> refusal;  // of the step at hand
    bool attacked = false;
    uint64_t sessions = 0, transfers = 0;
};

}  // namespace assay::fuzz
