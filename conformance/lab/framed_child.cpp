#include "conformance/lab/framed_child.h"

#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>

#include "conformance/lab/child.h"
#include "stack/base/reader.h"
#include "stack/base/writer.h"

namespace assay::lab {

namespace {

using Clock = std::chrono::steady_clock;

std::unexpected<Error> gone(std::string why) {
    return fail(Errc::closed, "target", Error::npos, std::move(why));
}

}  // namespace

Bytes to_frame(uint8_t type, ByteView content) {
    Writer frame;
    frame.u32(static_cast<uint32_t>(content.size() + 1)).u8(type).bytes(content);
    return std::move(frame).take();
}

Result<> FramedChild::start() {
    std::array<int, 2> ends{};
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0)
        return fail(Errc::io, "target", Error::npos, "no socket for a child process");
    pid_ = start_child(command_, ends[1], ends[1]);
    ::close(ends[1]);
    if (pid_ < 0) {
        ::close(ends[0]);
        return fail(Errc::io, "target", Error::npos, "no child process can be started");
    }
    socket_ = ends[0];
    return {};
}

void FramedChild::stop() {
    if (socket_ >= 0) ::close(socket_);
    socket_ = -1;
    if (pid_ > 0) end_child(pid_);
    pid_ = -1;
}

Result<> FramedChild::write_all(ByteView bytes) {
    while (!bytes.empty()) {
        const ssize_t size = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (size <= 0) return gone("the process has ended");
        bytes = bytes.subspan(static_cast<size_t>(size));
    }
    return {};
}

Result<> FramedChild::read_all(std::span<uint8_t> bytes, Clock::time_point until) {
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

Result<FramedChild::Frame> FramedChild::exchange(uint8_t type, ByteView content) {
    TRY(write_all(to_frame(type, content)));
    const auto until = Clock::now() + timeout_;
    std::array<uint8_t, kFrameLength> length{};
    TRY(read_all(length, until));
    const size_t size = TRY(Reader(length).u32("length"));
    if (size == 0 || size > kMostInFrame)
        return fail(Errc::out_of_range, "frame", 0, fmt::format("a frame of {} bytes", size));
    Bytes answer(size);
    TRY(read_all(answer, until));
    return Frame{answer.front(), Bytes(answer.begin() + 1, answer.end())};
}

Result<FramedChild::Frame> FramedChild::ask(uint8_t type, ByteView content) {
    if (!is_running()) return gone("the process has ended");
    auto answered = exchange(type, content);
    if (!answered) stop();
    return answered;
}

}  // namespace assay::lab
