// Doorbells that ring at a GPU's end in the same program.
#pragma once

#include <optional>

#include "stack/transfer/gpu_endpoint.h"
#include "stack/transfer/guest_endpoint.h"

namespace assay::transfer {

// Executes at once, in the thread that rings.
class InlineDoorbell final : public Doorbell {
   public:
    explicit InlineDoorbell(GpuEndpoint& gpu) : gpu_(gpu) {}
    void ring(ByteView submission) override;
    bool wait() override { return false; }
    // The first refusal.
    const std::optional<Refusal>& refusal() const { return refusal_; }

   private:
    GpuEndpoint& gpu_;
    std::optional<Refusal> refusal_;
};

// Executes in a thread of its own, so that the GPU opens what was staged while the guest stages the next. The
// GPU's end is the thread's from the constructor to the destructor, which waits for what was rung.
class ThreadDoorbell final : public Doorbell {
   public:
    explicit ThreadDoorbell(GpuEndpoint& gpu);
    ~ThreadDoorbell() override;
    ThreadDoorbell(const ThreadDoorbell&) = delete;
    ThreadDoorbell& operator=(const ThreadDoorbell&) = delete;

    void ring(ByteView submission) override;
    bool wait() override;
    std::optional<Refusal> refusal() const;

   private:
    struct Worker;
    std::unique_ptr<Worker> worker_;
};

}  // namespace assay::transfer
