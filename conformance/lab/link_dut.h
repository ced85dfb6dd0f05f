// A device behind a socket.
#pragma once

#include <memory>

#include "conformance/lab/dut.h"
#include "stack/transport/link.h"

namespace assay::lab {

struct LinkOptions {
    // How long a peer may take to listen, again after each connection that broke.
    std::chrono::milliseconds patience{2000};
    // There and back, with whatever lies between; the device's own time (ST1, CT) comes on top.
    std::chrono::milliseconds round_trip{400};
};

// What a binding adds to records.
const record::Transport& records_over(transport::Binding binding);

class LinkDut final : public Dut {
   public:
    // Connects. Errors: those of transport::connect.
    static Result<std::unique_ptr<LinkDut>> open(const transport::Target& target, LinkOptions options);

    std::string target() const override { return transport::to_text(target_); }
    // Connects again if the connection broke; else only forgets answers that came too late.
    Result<> reset() override;
    Result<std::optional<Bytes>> exchange(ByteView request) override;
    Result<std::optional<Answer>> exchange_secured(ByteView record) override;
    bool carries_secured() const override;
    transport::Binding binding() const override;
    // Of an emulator units and streams; of SPDM over TCP streams, a unit being a piece of one.
    bool carries_frames(FrameLayer layer) const override;
    Result<Frames> exchange_frames(FrameLayer layer, std::span<const Bytes> frames, size_t due) override;
    const record::Transport& transport() const override;
    bool ask_for_key_update(uint32_t session) override;
    void wait(std::chrono::microseconds time) override;
    size_t alignment() const override;

   private:
    LinkDut(const transport::Target& target, LinkOptions options) : target_(target), options_(options) {}
    std::chrono::milliseconds answer_time(bool cryptographic) const;
    // Silence is an answer; half a unit, a closed connection or broken framing end the connection. An
    // emulator that closes it between units and takes the next one was silent.
    template <class T>
    Result<std::optional<T>> settled(Result<T> answer);

    // A unit as it was on the stream of that layer.
    Bytes framed(FrameLayer layer, const transport::Unit& unit) const;

    transport::Target target_;
    LinkOptions options_;
    std::unique_ptr<transport::Link> link_;
    uint8_t ct_exponent_ = 0;  // as CAPABILITIES said last
};

}  // namespace assay::lab
