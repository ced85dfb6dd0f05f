// The guest's end: it stages, submits, and takes what comes back.
#pragma once

#include <map>

#include "stack/transfer/endpoint.h"

namespace assay::transfer {

// Carries submissions to the other end.
class Doorbell {
   public:
    virtual ~Doorbell() = default;
    // Hands a submission over, in order.
    virtual void ring(ByteView submission) = 0;
    // Waits until the other end has gone on; false when there is nothing that it still could do.
    virtual bool wait() = 0;
};

// A transfer that was begun: what is to be handed to the GPU, and the number by which it is finished.
struct Transfer {
    uint32_t id = 0;
    Bytes submission;
};

class GuestEndpoint final : public Endpoint {
   public:
    // `export_secret` is wiped. Refuses by secret_size, staging_layout, copy_channel.
    static Checked<std::unique_ptr<GuestEndpoint>> make(SecretBytes export_secret, std::span<uint8_t> shared,
                                                        const EndpointConfig& config);

    // At most one staging buffer to the device or from it. Refuses by latched, not_ready, copy_channel,
    // copy_size, staging_full, and as Channel::reserve; then nothing was begun.
    Checked<Transfer> begin_write(uint32_t channel, Traffic traffic, uint64_t address, ByteView data,
                                  Executor& executor = inline_executor());
    Checked<Transfer> begin_read(uint32_t channel, uint64_t address, size_t size);
    // The next version of a channel's keys, for what is begun from now on. Refuses by rotation_failed,
    // rotation_order while one is in progress, rotation_in_flight.
    Checked<Transfer> begin_rotation(uint32_t channel);
    // The next channel counter. Refuses by iv_rotation_in_flight, channel_exhausted.
    Checked<Transfer> begin_iv_rotation(uint32_t channel);

    // Whether the device has executed it, and then the end of it: its buffer is free, and what was read
    // stands in `out`, which has its size. Refuses by latched, copy_ticket, copy_pending, copy_size, as
    // SemaphoreReader::read, and by block_tag; `out` is then wiped.
    Checked<> finish(uint32_t id, std::span<uint8_t> out = {}, Executor& executor = inline_executor());

    // A copy of any size, in pieces of a staging buffer, as many in flight as the pool and config().depth
    // allow. Refuses as the above; the copy may then be done in part, and `out` is wiped.
    Checked<> copy_to_gpu(Doorbell& doorbell, uint32_t channel, Traffic traffic, uint64_t address,
                          ByteView data, Executor& executor = inline_executor());
    Checked<> copy_to_cpu(Doorbell& doorbell, uint32_t channel, uint64_t address, std::span<uint8_t> out,
                          Executor& executor = inline_executor());

    const StagingPool& pool() const { return pool_; }
    size_t in_flight() const { return flying_.size(); }

   private:
    struct Flying {
        CopyOp op = CopyOp::write;
        uint32_t channel = 0;
        size_t buffer = 0;
        size_t size = 0;
        Slots slots{};
    };

    GuestEndpoint(Parts parts, Channel completions);
    Checked<Channel*> writing_channel(uint32_t channel, Traffic traffic);
    Checked<> check_copy(uint32_t channel, size_t size) const;
    Checked<Slots> stage(Channel& to_gpu, size_t buffer, ByteView data, Executor& executor);
    Checked<Transfer> begun(const CopyCommand& command, Flying flying);
    Checked<> take_read(const Flying& flying, std::span<uint8_t> out, Executor& executor);
    Checked<> is_executed(uint32_t id);
    Checked<> finish_awaited(Doorbell& doorbell, uint32_t id, std::span<uint8_t> out, Executor& executor);
    void forget() override;

    StagingPool pool_;
    SemaphoreReader completions_;
    std::map<uint32_t, Flying> flying_;
    uint32_t last_id_ = 0;
    std::vector<Piece> pieces_;  // of the transfer at hand
};

}  // namespace assay::transfer
