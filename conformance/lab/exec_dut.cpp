#include "conformance/lab/exec_dut.h"

#include <fmt/format.h>

#include <thread>

#include "conformance/lab/link_dut.h"

namespace assay::lab {

namespace {

constexpr size_t kTypeAt = 4;  // in a frame

}  // namespace

Result<std::unique_ptr<ExecDut>> ExecDut::open(std::string command, std::chrono::milliseconds timeout) {
    std::unique_ptr<ExecDut> dut(new ExecDut(std::move(command), timeout));
    if (auto ready = dut->reset(); !ready)
        return fail(Errc::io, "target", Error::npos,
                    fmt::format("{}: {}", dut->target(), ready.error().detail));
    return dut;
}

Result<ExecDut::Frame> ExecDut::ask(ExecFrame type, ByteView content) {
    FramedChild::Frame frame = TRY(child_.ask(static_cast<uint8_t>(type), content));
    return Frame{static_cast<ExecFrame>(frame.type), std::move(frame.content)};
}

Result<> ExecDut::reset() {
    const bool was_there = child_.is_running();
    if (!was_there) TRY(child_.start());
    auto answered = ask(ExecFrame::reset, {});
    // It ended behind its last answer.
    if (!answered && was_there) {
        TRY(child_.start());
        answered = ask(ExecFrame::reset, {});
    }
    if (!answered) return std::unexpected(answered.error());
    const Frame ready = std::move(*answered);
    const std::string_view name(reinterpret_cast<const char*>(ready.content.data()), ready.content.size());
    const auto binding = transport::binding_from_name(name);
    if (ready.type != ExecFrame::ready || (!name.empty() && !binding)) {
        child_.stop();
        return fail(Errc::bad_code, "frame", kTypeAt,
                    "the answer to reset is not 80h with one of mctp, doe, tcp, none, or nothing");
    }
    transport_ = name.empty() ? nullptr : &records_over(*binding);
    return {};
}

Result<std::optional<Answer>> ExecDut::answer_to(ExecFrame type, ByteView content) {
    Frame answer = TRY(ask(type, content));
    switch (answer.type) {
        case ExecFrame::message_answer: return Answer{std::move(answer.content), false};
        case ExecFrame::record_answer: return Answer{std::move(answer.content), true};
        case ExecFrame::silence: return std::nullopt;
        case ExecFrame::reset:
        case ExecFrame::message:
        case ExecFrame::record:
        case ExecFrame::ready: break;
    }
    child_.stop();
    return fail(Errc::bad_code, "frame", kTypeAt,
                fmt::format("{:02x}h is no answer to a message", static_cast<unsigned>(answer.type)));
}

Result<std::optional<Bytes>> ExecDut::exchange(ByteView request, Wait) {
    std::optional<Answer> answer = TRY(answer_to(ExecFrame::message, request));
    if (!answer) return std::nullopt;
    return std::move(answer->bytes);
}

Result<std::optional<Answer>> ExecDut::exchange_secured(ByteView record, Wait) {
    return answer_to(ExecFrame::record, record);
}

const record::Transport& ExecDut::transport() const {
    return transport_ != nullptr ? *transport_ : record::none();
}

void ExecDut::wait(std::chrono::microseconds time) { std::this_thread::sleep_for(time); }

}  // namespace assay::lab
