// What connects the guest and its GPU: the machine's memory, and a bus that the hypervisor controls.
#pragma once

#include "stack/device/gpu.h"
#include "stack/transfer/guest_endpoint.h"

namespace assay::device {

enum class Direction : uint8_t { to_gpu, to_guest };

// Observes the bus. It may change the messages that it sees, and the shared memory at any time.
class Tap {
   public:
    virtual ~Tap() = default;
    virtual void on_registers(Registers& /*registers*/) {}
    virtual void on_message(Direction /*way*/, Bytes& /*message*/) {}
    virtual void on_control(Bytes& /*element*/) {}
    // Before and after the GPU executes it.
    virtual void on_submission(Bytes& /*submission*/, std::span<uint8_t> /*shared*/) {}
    virtual void on_completion(std::span<uint8_t> /*shared*/) {}
};

class Bus final : public transfer::Doorbell {
   public:
    // The GPU must outlive it. Sizes in bytes.
    Bus(Gpu& gpu, size_t shared_size, size_t host_size = 4096)
        : gpu_(gpu), memory_(shared_size + host_size), shared_(shared_size) {}

    // Powers the GPU on, with this memory.
    Checked<> power_on() { return gpu_.power_on(system()); }

    // The guest's side.
    std::span<uint8_t> shared() { return std::span(memory_).first(shared_); }
    Registers registers() const;
    // The answer; nullopt: none. `secured` says what it is.
    std::optional<Bytes> exchange(ByteView message, bool& secured);
    void control(ByteView element);
    void ring(ByteView submission) override;
    bool wait() override { return false; }

    // The hypervisor's side.
    void set_tap(Tap* tap) { tap_ = tap; }
    // Nothing passes until it is let go.
    void set_stalled(bool stalled) { stalled_ = stalled; }
    // Sends work directly to the GPU. Whether the GPU accepted it.
    bool inject(ByteView submission) { return gpu_.execute(submission); }
    std::span<uint8_t> host() { return std::span(memory_).subspan(shared_); }
    Gpu& gpu() { return gpu_; }

   private:
    SystemMemory system() { return {std::span(memory_), shared_}; }

    Gpu& gpu_;
    Bytes memory_;
    size_t shared_;
    Tap* tap_ = nullptr;
    bool stalled_ = false;
};

}  // namespace assay::device
