// An attacker on the link, in the form of a DUT: it forwards what a lab sends to the real device, and changes
// messages in either direction.
#pragma once

#include "conformance/suites/responder/support.h"

namespace assay::cases {

// Changes a message; the request that a response answers comes with it.
struct Tampering {
    std::function<void(Bytes& request)> request{};
    std::function<void(const Bytes& request, Bytes& response)> response{};
};

class Between final : public lab::Dut {
   public:
    Between(lab::Dut& real, Tampering tampering) : real_(&real), tampering_(std::move(tampering)) {}

    std::string target() const override { return real_->target(); }
    Result<> reset() override { return real_->reset(); }
    Result<std::optional<Bytes>> exchange(ByteView request, lab::Wait wait) override;
    Result<std::optional<lab::Answer>> exchange_secured(ByteView record, lab::Wait wait) override {
        return real_->exchange_secured(record, wait);
    }
    bool carries_secured() const override { return real_->carries_secured(); }
    bool trusts_reference_requester() const override { return real_->trusts_reference_requester(); }
    const record::Transport& transport() const override { return real_->transport(); }
    size_t alignment() const override { return real_->alignment(); }
    void wait(std::chrono::microseconds time) override { real_->wait(time); }
    // Whether anything was changed.
    bool changed() const { return changed_; }

   private:
    lab::Dut* real_;
    Tampering tampering_;
    bool changed_ = false;
};

// A requester that is connected to the test's device through an attacker, and accepts every answer.
class Deceived {
   public:
    Deceived(CaseContext& test, Tampering tampering);
    Deceived(const Deceived&) = delete;
    Deceived& operator=(const Deceived&) = delete;
    ~Deceived() = default;

    lab::Lab& lab() { return lab_; }
    bool changed() const { return between_.changed(); }
    // Keeps in the test's lab what was exchanged on the last connection, so that a finding can point to it.
    void report();

   private:
    CaseContext* test_;
    Between between_;
    lab::Lab lab_;
};

}  // namespace assay::cases
