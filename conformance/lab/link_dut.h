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

class LinkDut final : public Dut {
   public:
    // Connects. Errors: those of transport::connect.
    static Result<std::unique_ptr<LinkDut>> open(const transport::Target& target, LinkOptions options);

    std::string target() const override { return transport::to_text(target_); }
    // Connects again if the connection broke; else only forgets answers that came too late.
    Result<> reset() override;
    Result<std::optional<Bytes>> exchange(ByteView request) override;
    void wait(std::chrono::microseconds time) override;
    size_t alignment() const override;

   private:
    LinkDut(const transport::Target& target, LinkOptions options) : target_(target), options_(options) {}
    std::chrono::milliseconds answer_time(ByteView request) const;

    transport::Target target_;
    LinkOptions options_;
    std::unique_ptr<transport::Link> link_;
    uint8_t ct_exponent_ = 0;  // as CAPABILITIES said last
};

}  // namespace assay::lab
