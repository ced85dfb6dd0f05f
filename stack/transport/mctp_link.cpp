#include "stack/transport/mctp_link.h"

#include <fmt/format.h>
#include <linux/mctp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <system_error>

namespace assay::transport {

namespace {

using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

// DSP0275, DSP0276.
constexpr uint8_t kTypeSpdm = 5, kTypeSecured = 6;
constexpr size_t kMostBody = size_t{1} << 16;

std::unexpected<Error> failed(std::string_view doing) {
    const int reason = errno;
    Errc code = Errc::io;
    if (reason == EHOSTUNREACH || reason == ENETUNREACH || reason == ENODEV) code = Errc::closed;
    if (reason == EMSGSIZE) code = Errc::out_of_range;
    return fail(code, "mctp", Error::npos,
                fmt::format("{}: {}", doing, std::generic_category().message(reason)));
}

class KernelSocket final : public MctpSocket {
   public:
    KernelSocket(int descriptor, uint32_t network, uint8_t endpoint)
        : descriptor_(descriptor), network_(network), endpoint_(endpoint) {}
    ~KernelSocket() override { ::close(descriptor_); }
    KernelSocket(const KernelSocket&) = delete;
    KernelSocket& operator=(const KernelSocket&) = delete;

    Result<> send(const MctpBody& message) override {
        sockaddr_mctp to{};
        to.smctp_family = AF_MCTP;
        to.smctp_network = network_;
        to.smctp_addr.s_addr = endpoint_;
        to.smctp_type = message.type;
        to.smctp_tag = MCTP_TAG_OWNER;
        // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): an address of the socket interface
        const auto* address = reinterpret_cast<const sockaddr*>(&to);
        const ssize_t size =
            ::sendto(descriptor_, message.bytes.data(), message.bytes.size(), 0, address, sizeof to);
        if (size < 0) return failed("sending");
        return {};
    }

    Result<MctpBody> receive(milliseconds timeout) override {
        pollfd waiting{.fd = descriptor_, .events = POLLIN, .revents = 0};
        const int ready = ::poll(&waiting, 1, static_cast<int>(timeout.count()));
        if (ready < 0 && errno != EINTR) return failed("waiting");
        if (ready <= 0)
            return fail(Errc::timeout, "mctp", Error::npos,
                        fmt::format("no answer within {} ms", timeout.count()));
        MctpBody message{.bytes = Bytes(kMostBody)};
        sockaddr_mctp from{};
        socklen_t length = sizeof from;
        // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): an address of the socket interface
        auto* address = reinterpret_cast<sockaddr*>(&from);
        const ssize_t size =
            ::recvfrom(descriptor_, message.bytes.data(), message.bytes.size(), 0, address, &length);
        if (size < 0) return failed("receiving");
        message.bytes.resize(static_cast<size_t>(size));
        message.type = from.smctp_type;
        return message;
    }

   private:
    int descriptor_;
    uint32_t network_;
    uint8_t endpoint_;
};

class MctpLink final : public Link {
   public:
    explicit MctpLink(std::unique_ptr<MctpSocket> socket) : socket_(std::move(socket)) {}

    Result<> send(ByteView message, Payload payload) override {
        return socket_->send({payload == Payload::secured ? kTypeSecured : kTypeSpdm, to_bytes(message)});
    }
    Result<> send_raw(ByteView) override { return unsupported("bytes cannot be sent as they are"); }
    Result<Bytes> receive(Timeout timeout) override {
        auto message = TRY(receive_marked(timeout, false));
        return std::move(message->bytes);
    }
    Result<Message> receive_any(Timeout timeout) override {
        auto message = TRY(receive_marked(timeout, true));
        return std::move(*message);
    }
    Result<Unit> receive_unit(Timeout) override { return unsupported("the kernel hides the packets"); }
    Result<> send_marker() override { return unsupported("nothing is always answered"); }

    // Messages of other types are passed over.
    Result<std::optional<Message>> receive_marked(Timeout timeout, bool secured) override {
        const Clock::time_point end = Clock::now() + timeout;
        do {
            const auto left = std::chrono::ceil<milliseconds>(end - Clock::now());
            MctpBody body = TRY(socket_->receive(std::max(left, milliseconds{0})));
            if (body.type == kTypeSpdm) return Message{Payload::spdm, std::move(body.bytes)};
            if (secured && body.type == kTypeSecured) return Message{Payload::secured, std::move(body.bytes)};
        } while (Clock::now() < end);
        return fail(Errc::timeout, "mctp", Error::npos,
                    fmt::format("nothing but messages of other types within {} ms", timeout.count()));
    }

    Result<bool> ask_for_key_update(uint32_t, Timeout) override { return false; }
    void drain() override {
        constexpr int kMost = 64;
        for (int i = 0; i < kMost && socket_->receive(milliseconds{0}); ++i) {
        }
    }
    void close() override {}

   private:
    static std::unexpected<Error> unsupported(std::string what) {
        return fail(Errc::unsupported, "mctp", Error::npos, std::move(what));
    }

    std::unique_ptr<MctpSocket> socket_;
};

}  // namespace

Result<std::unique_ptr<MctpSocket>> open_mctp_socket(uint32_t network, uint8_t endpoint) {
    const int descriptor = ::socket(AF_MCTP, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (descriptor >= 0) return std::make_unique<KernelSocket>(descriptor, network, endpoint);
    if (errno == EAFNOSUPPORT)
        return fail(Errc::io, "target", Error::npos,
                    "this kernel has no MCTP: it needs Linux 5.15 or later, built with CONFIG_MCTP");
    return failed("no MCTP socket");
}

std::unique_ptr<Link> mctp_link(std::unique_ptr<MctpSocket> socket) {
    return std::make_unique<MctpLink>(std::move(socket));
}

}  // namespace assay::transport
