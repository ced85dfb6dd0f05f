// The responder that programs of sessions drive, with every message in memory of exactly its size.
#pragma once

#include "conformance/lab/lab.h"
#include "fuzz/common/exact.h"
#include "fuzz/spdm/fixtures.h"
#include "stack/base/clock.h"
#include "stack/base/random.h"
#include "stack/spdm/responder.h"

namespace assay::fuzz {

class ExactDut final : public lab::Dut {
   public:
    ExactDut(const spdm::Device& device, Fixtures& fixtures)
        : device_(device),
          random_(1),
          responder_(device, fixtures.provider, random_, fixtures.faults, &clock_) {}

    std::string target() const override { return "program"; }
    Result<> reset() override { return {}; }
    Result<std::optional<Bytes>> exchange(ByteView request, lab::Wait /*wait*/) override {
        return responder_.receive(Exact(request));
    }
    Result<std::optional<lab::Answer>> exchange_secured(ByteView record, lab::Wait /*wait*/) override {
        std::optional<Bytes> answer = responder_.receive_secured(Exact(record));
        if (!answer) return std::nullopt;
        return lab::Answer{std::move(*answer), responder_.answered_secured()};
    }
    const record::Transport& transport() const override { return *device_.transport; }
    void wait(std::chrono::microseconds time) override { clock_.advance(time); }
    spdm::Responder& responder() { return responder_; }
    const spdm::Device& device() const { return device_; }

   private:
    const spdm::Device& device_;
    SeededRandom random_;
    ManualClock clock_;
    spdm::Responder responder_;
};

}  // namespace assay::fuzz
