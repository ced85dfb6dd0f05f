#include "stack/transport/link.h"

#include <fmt/format.h>

#include <array>
#include <boost/asio.hpp>
#include <thread>

#include "stack/transport/stream.h"

namespace assay::transport {

namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds kRetry{20};
// How long a peer may take to answer CONTINUE; it does no harm if it does not.
constexpr std::chrono::milliseconds kLeave{100};

Error io_error(const boost::system::error_code& error, const std::string& what) {
    bool gone = error == asio::error::eof || error == asio::error::connection_reset ||
                error == asio::error::broken_pipe;
    return {gone ? Errc::closed : Errc::io, "socket", Error::npos,
            fmt::format("{}: {}", what, gone ? "the peer closed the connection" : error.message())};
}

class SocketLink final : public Link {
   public:
    explicit SocketLink(const Target& target) : target_(target), socket_(context_) {
        if (target.scheme == Scheme::emu) {
            deframer_ = std::make_unique<EmuDeframer>(target.binding);
        } else {
            deframer_ = std::make_unique<TcpDeframer>();
        }
    }
    ~SocketLink() override { close(); }

    Result<> open(std::chrono::milliseconds patience) {
        Clock::time_point end = Clock::now() + patience;
        boost::system::error_code error;
        while (true) {
            tcp::resolver resolver(context_);
            auto found = resolver.resolve(target_.host, std::to_string(target_.port), error);
            if (!error) asio::connect(socket_, found, error);
            if (!error) break;
            if (Clock::now() + kRetry > end) {
                return fail(Errc::io, "target", Error::npos,
                            fmt::format("cannot connect to {}: {}", to_text(target_), error.message()));
            }
            std::this_thread::sleep_for(kRetry);
        }
        socket_.set_option(tcp::no_delay(true), error);
        return {};
    }

    Result<> send(ByteView message) override {
        if (target_.scheme == Scheme::tcp) return send_raw(wrap(Binding::tcp, message));
        return send_raw(emu_unit(target_.binding, static_cast<uint32_t>(EmuCommand::normal),
                                 wrap(target_.binding, message)));
    }

    Result<> send_raw(ByteView bytes) override {
        boost::system::error_code error;
        asio::write(socket_, asio::buffer(bytes.data(), bytes.size()), error);
        if (error) return std::unexpected(io_error(error, "sending"));
        return {};
    }

    Result<Bytes> receive(Timeout timeout) override {
        Clock::time_point end = Clock::now() + timeout;
        while (true) {
            if (std::optional<Unit> unit = TRY(deframer_->next())) {
                if (std::optional<Bytes> message = TRY(taken(*unit))) return std::move(*message);
                continue;
            }
            TRY(read_some(end, timeout));
        }
    }

    void drain() override {
        boost::system::error_code error;
        while (socket_.available(error) > 0 && !error) {
            if (!read_some(Clock::now() + kRetry, kRetry)) return;
        }
        while (true) {
            auto unit = deframer_->next();
            if (!unit || !*unit) return;
        }
    }

    void close() override {
        if (!socket_.is_open()) return;
        if (target_.scheme == Scheme::emu &&
            send_raw(emu_unit(target_.binding, static_cast<uint32_t>(EmuCommand::proceed), {}))) {
            wait_for_farewell();
        }
        boost::system::error_code ignored;
        socket_.shutdown(tcp::socket::shutdown_both, ignored);
        socket_.close(ignored);
    }

   private:
    // The message in a unit, or nothing when it is none: a greeting, a secured message, a role inquiry.
    Result<std::optional<Bytes>> taken(const Unit& unit) {
        if (unit.command != static_cast<uint32_t>(EmuCommand::normal)) {
            if (unit.command == static_cast<uint32_t>(EmuCommand::unknown))
                return refuse(Framing::emu_command);
            return std::nullopt;
        }
        Binding binding = target_.scheme == Scheme::tcp ? Binding::tcp : target_.binding;
        Unwrapped unwrapped = TRY(unwrap(binding, unit.payload));
        if (unwrapped.payload == Payload::tcp_error) return refuse(Framing::tcp_type, 3);
        if (unwrapped.payload != Payload::spdm) return std::nullopt;
        return to_bytes(unwrapped.message);
    }

    Result<> read_some(Clock::time_point end, Timeout timeout) {
        std::array<uint8_t, 4096> piece{};
        boost::system::error_code result = asio::error::would_block;
        size_t size = 0;
        socket_.async_read_some(asio::buffer(piece),
                                [&](const boost::system::error_code& error, size_t count) {
                                    result = error;
                                    size = count;
                                });
        context_.restart();
        context_.run_until(end);
        if (result == asio::error::would_block) {
            socket_.cancel();
            context_.restart();
            context_.run();
            return fail(Errc::timeout, "socket", Error::npos, late(timeout));
        }
        if (result) {
            size_t pending = deframer_->pending();
            std::string when =
                pending == 0 ? "waiting for an answer" : fmt::format("after {} bytes of a unit", pending);
            return std::unexpected(io_error(result, when));
        }
        deframer_->push(ByteView(piece).first(size));
        return {};
    }

    std::string late(Timeout timeout) const {
        size_t pending = deframer_->pending();
        if (pending == 0) return fmt::format("no answer within {} ms", timeout.count());
        return fmt::format("only {} bytes of a unit within {} ms", pending, timeout.count());
    }

    void wait_for_farewell() {
        Clock::time_point end = Clock::now() + kLeave;
        while (Clock::now() < end) {
            auto unit = deframer_->next();
            if (!unit) return;
            if (*unit) {
                if ((*unit)->command == static_cast<uint32_t>(EmuCommand::proceed)) return;
                continue;
            }
            if (!read_some(end, kLeave)) return;
        }
    }

    Target target_;
    asio::io_context context_;
    tcp::socket socket_;
    std::unique_ptr<Deframer> deframer_;
};

}  // namespace

Result<std::unique_ptr<Link>> connect(const Target& target, std::chrono::milliseconds patience) {
    if (target.scheme == Scheme::reference)
        return fail(Errc::unsupported, "target", Error::npos, "the reference has no socket");
    auto link = std::make_unique<SocketLink>(target);
    TRY(link->open(patience));
    return link;
}

}  // namespace assay::transport
