// A PCI device behind its mailbox for data object exchange, through configuration space.
#pragma once

#include <memory>

#include "conformance/lab/doe_mailbox.h"
#include "conformance/lab/dut.h"

namespace assay::lab {

// The configuration space in sysfs: /sys/bus/pci/devices/ADDRESS/config, which only root can read beyond its
// first bytes. `address` as "0000:3b:00.0". Errors: Errc::io, with one line for the user.
Result<std::unique_ptr<ConfigSpace>> open_config_space(const std::string& address);

struct DoeOptions {
    std::chrono::milliseconds answer_timeout{10000};  // for an answer that is due
    std::chrono::milliseconds silence{1400};          // the specification's second, and a margin
    std::chrono::milliseconds abort_timeout{1000};    // for a mailbox to be idle after an abort
    std::chrono::microseconds poll{200};              // between two looks at the mailbox
};

class DoeDut final : public Dut {
   public:
    // Takes the first mailbox whose discovery lists SPDM. Errors: Errc::io when there is none.
    static Result<std::unique_ptr<DoeDut>> open(std::unique_ptr<ConfigSpace> space, std::string target,
                                                DoeOptions options = {});

    std::string target() const override { return target_; }
    Result<> reset() override;
    Result<std::optional<Bytes>> exchange(ByteView request, Wait wait) override;
    Result<std::optional<Answer>> exchange_secured(ByteView record, Wait wait) override;
    transport::Binding binding() const override { return transport::Binding::doe; }
    const record::Transport& transport() const override { return record::doe(); }
    bool carries_frames(FrameLayer layer) const override { return layer == FrameLayer::unit; }
    Result<Frames> exchange_frames(FrameLayer layer, std::span<const Bytes> frames, size_t due) override;
    size_t frame_alignment() const override { return 4; }
    size_t alignment() const override { return 4; }
    void wait(std::chrono::microseconds time) override;

   private:
    DoeDut(std::unique_ptr<ConfigSpace> space, uint16_t mailbox, std::string target, DoeOptions options)
        : space_(std::move(space)),
          mailbox_(*space_, mailbox),
          target_(std::move(target)),
          options_(options) {}
    DoeMailbox::Pause until(std::chrono::milliseconds time) const;
    Result<std::optional<transport::Message>> message(ByteView bytes, transport::Payload payload, Wait wait);

    std::unique_ptr<ConfigSpace> space_;
    DoeMailbox mailbox_;
    std::string target_;
    DoeOptions options_;
};

}  // namespace assay::lab
