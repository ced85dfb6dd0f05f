// A device behind a socket, of TCP or of MCTP.
#pragma once

#include <memory>

#include "conformance/lab/answer_order.h"
#include "conformance/lab/dut.h"
#include "stack/transport/link.h"

namespace assay::lab {

struct LinkOptions {
    // How long a peer may take to listen, again after each connection that broke.
    std::chrono::milliseconds connect_timeout{2000};
    // The round trip time, without the device's own time (ST1, CT).
    std::chrono::milliseconds round_trip{400};
    // The least time that an answer which is due is waited for.
    std::chrono::milliseconds answer_timeout{10000};
};

// What a binding adds to records.
const record::Transport& records_over(transport::Binding binding);

class LinkDut final : public Dut {
   public:
    // Connects. Errors: those of transport::connect.
    static Result<std::unique_ptr<LinkDut>> open(const transport::Target& target, LinkOptions options);

    std::string target() const override { return transport::to_text(target_); }
    // Connects again if the connection broke, or if an answer may still come over it that was not waited for
    // to its end.
    Result<> reset() override;
    Result<bool> reconnect() override;
    Result<std::optional<Bytes>> exchange(ByteView request, Wait wait) override;
    Result<std::optional<Answer>> exchange_secured(ByteView record, Wait wait) override;
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
    Result<> connected();
    std::chrono::milliseconds wait_time(bool cryptographic, Wait wait) const;
    // What came: a message, or nullopt for the answer to the marker, or for silence.
    using Arrival = std::optional<transport::Message>;
    // Sends a message and gives what answers it.
    Result<Arrival> carry(ByteView message, transport::Payload payload, Wait wait);
    // What arrives first within `time`; sent_at_ is when the request was sent.
    Result<Arrival> receive(std::chrono::milliseconds time, transport::Payload payload);
    // The answer within `time`, kept apart from what an earlier exchange did not wait for.
    Result<Arrival> answer(std::chrono::milliseconds time, transport::Payload payload);
    // The same with a marker behind the request.
    Result<Arrival> marked_answer(wire::Code code, Wait wait, std::chrono::milliseconds time,
                                  transport::Payload payload);
    void learn_time();
    // Silence is an answer; half a unit, a closed connection or broken framing end the connection. An
    // emulator that closes it between units and takes the next one was silent.
    Result<Arrival> settled(Result<Arrival> answer, bool sent);

    // A unit as it was on the stream of that layer.
    Bytes framed(FrameLayer layer, const transport::Unit& unit) const;

    transport::Target target_;
    LinkOptions options_;
    std::unique_ptr<transport::Link> link_;
    uint8_t ct_exponent_ = 0;              // as CAPABILITIES said last
    bool owed_ = false;                    // an exchange ended in silence: its answer may still come
    std::chrono::milliseconds longest_{};  // that an answer took lately
    std::chrono::steady_clock::time_point sent_at_{};
    AnswerOrder order_;
};

}  // namespace assay::lab
