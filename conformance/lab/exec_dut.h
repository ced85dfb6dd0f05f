// A device under test that is a child process, spoken to over its standard input and output.
//
// The frames of framed_child.h hold:
//
//   to the device                              from the device
//   00 reset, no content                       80 ready: the name of the binding that carries its records
//                                                 (mctp, doe, tcp, none), or nothing if it has no sessions
//   01 an SPDM message outside sessions        81 a message, 82 a record, 83 silence (no content)
//   02 a secured message (DSP0277)             likewise
#pragma once

#include <memory>

#include "conformance/lab/dut.h"
#include "conformance/lab/framed_child.h"

namespace assay::lab {

enum class ExecFrame : uint8_t {
    reset = 0x00,
    message = 0x01,
    record = 0x02,
    ready = 0x80,
    message_answer = 0x81,
    record_answer = 0x82,
    silence = 0x83,
};

class ExecDut final : public Dut {
   public:
    // Starts the command, a line of shell, and resets the device. `timeout`: for each of its answers. Errors:
    // Errc::io when it does not start or does not answer, with one line for the user.
    static Result<std::unique_ptr<ExecDut>> open(std::string command, std::chrono::milliseconds timeout);

    std::string target() const override { return "exec:" + child_.command(); }
    // Starts a process that ended anew.
    Result<> reset() override;
    Result<std::optional<Bytes>> exchange(ByteView request, Wait wait) override;
    Result<std::optional<Answer>> exchange_secured(ByteView record, Wait wait) override;
    bool carries_secured() const override { return transport_ != nullptr; }
    const record::Transport& transport() const override;
    void wait(std::chrono::microseconds time) override;

   private:
    ExecDut(std::string command, std::chrono::milliseconds timeout) : child_(std::move(command), timeout) {}
    struct Frame {
        ExecFrame type = ExecFrame::silence;
        Bytes content{};
    };
    Result<Frame> ask(ExecFrame type, ByteView content);
    Result<std::optional<Answer>> answer_to(ExecFrame type, ByteView content);

    FramedChild child_;
    const record::Transport* transport_ = nullptr;
};

}  // namespace assay::lab
