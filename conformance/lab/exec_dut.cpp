#include "conformance/lab/exec_dut.h"

#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <thread>

#include "conformance/lab/link_dut.h"

namespace assay::lab {

namespace {

using Clock = std::chrono::steady_clock;

// Longer than any message, and short enough to be kept.
constexpr size_t kMostContent = size_t{1} << 20;
constexpr size_t kLengthSize = 4;

// A child whose standard input and output are one socket; -1 where there is none.
pid_t start_child(const std::string& command, int socket) {
    const pid_t pid = ::fork();
    if (pid != 0) return pid;
    // Between fork and exec nothing may be called that takes a lock.
    ::setpgid(0, 0);
    ::dup2(socket, STDIN_FILENO);
    ::dup2(socket, STDOUT_FILENO);
    ::execl("/bin/sh", "sh", "-c", command.c_str(), static_cast<char*>(nullptr));
    ::_exit(127);
}

std::unexpected<Error> gone(std::string why) {
    return fail(Errc::closed, "target", Error::npos, std::move(why));
}

}  // namespace

Result<std::unique_ptr<ExecDut>> ExecDut::open(std::string command, std::chrono::milliseconds timeout) {
    std::unique_ptr<ExecDut> dut(new ExecDut(std::move(command), timeout));
    if (auto ready = dut->reset(); !ready)
        return fail(Errc::io, "target", Error::npos,
                    fmt::format("{}: {}", dut->target(), ready.error().detail));
    return dut;
}

ExecDut::~ExecDut() { stop(); }

Result<> ExecDut::start() {
    std::array<int, 2> ends{};
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0)
        return fail(Errc::io, "target", Error::npos, "no socket for a child process");
    pid_ = start_child(command_, ends[1]);
    ::close(ends[1]);
    if (pid_ < 0) {
        ::close(ends[0]);
        return fail(Errc::io, "target", Error::npos, "no child process can be started");
    }
    ::setpgid(pid_, pid_);
    socket_ = ends[0];
    return {};
}

void ExecDut::stop() {
    if (socket_ >= 0) ::close(socket_);
    socket_ = -1;
    if (pid_ <= 0) return;
    ::kill(-pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
    pid_ = -1;
}

Result<> ExecDut::write_all(ByteView bytes) {
    while (!bytes.empty()) {
        const ssize_t size = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (size <= 0) return gone("the process has ended");
        bytes = bytes.subspan(static_cast<size_t>(size));
    }
    return {};
}

Result<> ExecDut::read_all(std::span<uint8_t> bytes, Clock::time_point until) {
    while (!bytes.empty()) {
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(until - Clock::now()).count();
        pollfd waiting{.fd = socket_, .events = POLLIN, .revents = 0};
        if (left <= 0 || ::poll(&waiting, 1, static_cast<int>(left)) <= 0)
            return gone(fmt::format("no answer within {} ms", timeout_.count()));
        const ssize_t size = ::read(socket_, bytes.data(), bytes.size());
        if (size <= 0) return gone("the process has ended");
        bytes = bytes.subspan(static_cast<size_t>(size));
    }
    return {};
}

Result<ExecDut::Frame> ExecDut::ask(ExecFrame type, ByteView content) {
    if (socket_ < 0) return gone("the process has ended");
    const auto exchange = [&]() -> Result<Frame> {
        Bytes frame(kLengthSize + 1);
        for (size_t i = 0; i < kLengthSize; ++i)
            frame[i] = static_cast<uint8_t>((content.size() + 1) >> 8 * i);
        frame[kLengthSize] = static_cast<uint8_t>(type);
        append(frame, content);
        TRY(write_all(frame));
        const auto until = Clock::now() + timeout_;
        std::array<uint8_t, kLengthSize> length{};
        TRY(read_all(length, until));
        size_t size = 0;
        for (size_t i = 0; i < kLengthSize; ++i) size |= size_t{length[i]} << 8 * i;
        if (size == 0 || size > kMostContent)
            return fail(Errc::out_of_range, "frame", 0, fmt::format("a frame of {} bytes", size));
        Bytes answer(size);
        TRY(read_all(answer, until));
        return Frame{static_cast<ExecFrame>(answer.front()), Bytes(answer.begin() + 1, answer.end())};
    };
    auto answered = exchange();
    // What comes later would be taken for the answer to another request.
    if (!answered) stop();
    return answered;
}

Result<> ExecDut::reset() {
    const bool was_there = socket_ >= 0;
    if (!was_there) TRY(start());
    auto answered = ask(ExecFrame::reset, {});
    // It ended behind its last answer.
    if (!answered && was_there) {
        TRY(start());
        answered = ask(ExecFrame::reset, {});
    }
    if (!answered) return std::unexpected(answered.error());
    const Frame ready = std::move(*answered);
    const std::string_view name(reinterpret_cast<const char*>(ready.content.data()), ready.content.size());
    const auto binding = transport::binding_from_name(name);
    if (ready.type != ExecFrame::ready || (!name.empty() && !binding)) {
        stop();
        return fail(Errc::bad_code, "frame", kLengthSize,
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
    stop();
    return fail(Errc::bad_code, "frame", kLengthSize,
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
