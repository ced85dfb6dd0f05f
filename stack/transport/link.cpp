#include "stack/transport/link.h"

#include <fmt/format.h>
#include <netinet/tcp.h>

#include <algorithm>
#include <array>
#include <boost/asio.hpp>
#include <functional>
#include <thread>

#include "stack/base/writer.h"
#include "stack/transport/endpoint.h"
#include "stack/transport/mctp_link.h"

namespace assay::transport {

namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;
using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

constexpr milliseconds kRetry{20};
// How long a peer may take to answer CONTINUE, and to end what it was sending; it does no harm if it takes
// longer.
constexpr milliseconds kLeave{100};
// What the emulator's own requester sends with TEST.
constexpr std::string_view kClientGreeting{"Client Hello!\0", 14};

Error io_error(const error_code& error, const std::string& what) {
    bool gone = error == asio::error::eof || error == asio::error::connection_reset ||
                error == asio::error::broken_pipe;
    return {gone ? Errc::closed : Errc::io, "socket", Error::npos,
            fmt::format("{}: {}", what, gone ? "the peer closed the connection" : error.message())};
}

std::string_view tcp_error_text(uint8_t type) {
    switch (type) {
        case kTcpTooLarge: return "the message is too large";
        case kTcpNotSupported: return "not supported";
        case kTcpNoRequester: return "it cannot operate as requester";
        case kTcpNoResponder: return "it cannot operate as responder";
        default: return "a reserved error";
    }
}

class SocketLink final : public Link {
   public:
    SocketLink(const Target& target, milliseconds send_time)
        : target_(target), send_time_(send_time), socket_(context_) {
        deframer_ = make_deframer(target.scheme, target.binding);
    }
    ~SocketLink() override { close(); }

    Result<> open(milliseconds timeout) {
        Clock::time_point end = Clock::now() + std::max(timeout, kRetry);
        while (true) {
            error_code error = try_addresses(end);
            if (!error) break;
            if (Clock::now() + kRetry > end) {
                bool late = error == asio::error::operation_aborted;
                return fail(late ? Errc::timeout : Errc::io, "target", Error::npos,
                            fmt::format("cannot connect to {}: {}", to_text(target_),
                                        late ? fmt::format("no answer within {} ms", timeout.count())
                                             : error.message()));
            }
            std::this_thread::sleep_for(kRetry);
        }
        error_code ignored;
        socket_.set_option(tcp::no_delay(true), ignored);
        return {};
    }

    Result<> send(ByteView message, Payload payload) override {
        if (payload == Payload::secured && !carries_secured(binding())) {
            return fail(Errc::unsupported, "message", Error::npos,
                        fmt::format("{} carries no secured messages", name(binding())));
        }
        size_t most = max_message(binding());
        if (message.size() > most) {
            return fail(
                Errc::out_of_range, "message", Error::npos,
                fmt::format("{} bytes, and {} carries at most {}", message.size(), name(binding()), most));
        }
        Bytes unit = wrap(binding(), message, payload);
        if (target_.scheme == Scheme::tcp) return send_raw(unit);
        return send_raw(emu_unit(target_.binding, static_cast<uint32_t>(EmuCommand::normal), unit));
    }

    Result<> send_raw(ByteView bytes) override { return send_by(bytes, send_time_); }

    Result<Bytes> receive(Timeout timeout) override {
        auto wanted = [this](const Unit& unit) -> Result<std::optional<Bytes>> {
            std::optional<Message> message = TRY(taken(unit));
            if (!message || message->payload != Payload::spdm) return std::nullopt;
            return std::move(message->bytes);
        };
        return next<Bytes>(timeout, wanted);
    }

    Result<Message> receive_any(Timeout timeout) override {
        return next<Message>(timeout, [this](const Unit& unit) { return taken(unit); });
    }

    Result<> send_marker() override {
        if (target_.scheme == Scheme::emu) {
            constexpr auto kCommand = static_cast<uint32_t>(EmuCommand::hello);
            TRY(send_raw(emu_unit(target_.binding, kCommand, as_bytes(kClientGreeting))));
        } else {
            TRY(send_raw(tcp_notice(kTcpRoleInquiry)));
        }
        ++markers_due_;
        return {};
    }

    Result<std::optional<Message>> receive_marked(Timeout timeout, bool secured) override {
        using Arrival = std::optional<Message>;
        auto wanted = [this, secured](const Unit& unit) -> Result<std::optional<Arrival>> {
            if (is_marker(unit)) {
                --markers_due_;
                if (markers_due_ == 0) return std::optional<Arrival>(std::in_place);
                return std::nullopt;
            }
            Arrival message = TRY(taken(unit));
            if (!message || (!secured && message->payload != Payload::spdm)) return std::nullopt;
            return std::optional<Arrival>(std::move(message));
        };
        return next<Arrival>(timeout, wanted);
    }

    Result<Unit> receive_unit(Timeout timeout) override {
        return next<Unit>(timeout, [](const Unit& unit) -> Result<std::optional<Unit>> { return unit; });
    }

    Result<bool> ask_for_key_update(uint32_t session, Timeout timeout) override {
        if (target_.scheme != Scheme::emu) return false;
        Writer payload;
        payload.u32(session);
        constexpr auto kCommand = static_cast<uint32_t>(EmuCommand::key_update);
        TRY(send_raw(emu_unit(target_.binding, kCommand, payload.view())));
        auto answered = [](const Unit& unit) -> Result<std::optional<bool>> {
            if (unit.command == kCommand) return true;
            if (unit.command == static_cast<uint32_t>(EmuCommand::unknown)) return false;
            return std::nullopt;
        };
        Result<bool> known = next<bool>(timeout, answered);
        if (!known && known.error().code == Errc::timeout) return false;
        return known;
    }

    void drain() override {
        Clock::time_point end = Clock::now() + kLeave;
        error_code error;
        while (socket_.available(error) > 0 && !error && Clock::now() < end) {
            if (!read_some(end, kLeave)) return;
        }
        while (true) {
            auto unit = deframer_->next();
            if (!unit || !*unit) return;
            if (is_marker(**unit)) --markers_due_;
        }
    }

    void close() override {
        if (!socket_.is_open()) return;
        if (target_.scheme == Scheme::emu &&
            send_by(emu_unit(target_.binding, static_cast<uint32_t>(EmuCommand::proceed), {}), kLeave)) {
            wait_for_farewell();
        }
        error_code ignored;
        socket_.shutdown(tcp::socket::shutdown_both, ignored);
        socket_.close(ignored);
    }

   private:
    struct Outcome {
        error_code error;  // operation_aborted: it was late
        size_t size = 0;
    };

    Binding binding() const { return target_.scheme == Scheme::tcp ? Binding::tcp : target_.binding; }

    // Carries out one operation of the socket, which `start` is to begin with the handler that it gets.
    template <class Start>
    Outcome await(Clock::time_point end, Start start) {
        Outcome outcome;
        bool done = false;
        start([&](const error_code& error, auto... size) {
            outcome.error = error;
            ((outcome.size = size), ...);
            done = true;
        });
        context_.restart();
        context_.run_until(end);
        if (done) return outcome;
        // It may come to its end between the two; then its outcome counts, or bytes would be lost.
        context_.restart();
        context_.poll();
        if (done) return outcome;
        error_code ignored;
        socket_.cancel(ignored);
        context_.restart();
        context_.run();
        return outcome;
    }

    error_code try_addresses(Clock::time_point end) {
        error_code error;
        tcp::resolver resolver(context_);
        auto found = resolver.resolve(target_.host, std::to_string(target_.port), error);
        for (const auto& entry : found) {
            error_code ignored;
            socket_.close(ignored);
            error = await(end, [&](auto done) { socket_.async_connect(entry.endpoint(), done); }).error;
            if (!error) return error;
        }
        error_code ignored;
        socket_.close(ignored);
        return error;
    }

    Result<> send_by(ByteView bytes, milliseconds time) {
        if (!socket_.is_open()) return std::unexpected(is_closed());
        auto buffer = asio::buffer(bytes.data(), bytes.size());
        Outcome sent =
            await(Clock::now() + time, [&](auto done) { asio::async_write(socket_, buffer, done); });
        if (!sent.error) return {};
        if (sent.error != asio::error::operation_aborted)
            return std::unexpected(io_error(sent.error, "sending"));
        error_code ignored;
        socket_.close(ignored);
        return fail(
            Errc::timeout, "socket", Error::npos,
            fmt::format("the peer took {} of {} bytes within {} ms", sent.size, bytes.size(), time.count()));
    }

    // The first unit of which `wanted` makes something.
    template <class T>
    Result<T> next(Timeout timeout, const std::function<Result<std::optional<T>>(const Unit&)>& wanted) {
        Clock::time_point end = Clock::now() + timeout;
        bool overdue = false;
        while (true) {
            if (std::optional<Unit> unit = TRY(deframer_->next())) {
                if (std::optional<T> made = TRY(wanted(*unit))) return std::move(*made);
                continue;
            }
            // What is there already is read even with no time left, but a peer that never ceases to send
            // something else does not hold us.
            if (overdue) return std::unexpected(late(timeout));
            overdue = Clock::now() >= end;
            TRY(read_some(end, timeout));
        }
    }

    // Whether it answers a marker. Nobody answers a request with error C2h of DSP0287, "cannot operate as
    // requester".
    bool is_marker(const Unit& unit) const {
        if (markers_due_ == 0) return false;
        if (target_.scheme == Scheme::emu) return unit.command == static_cast<uint32_t>(EmuCommand::hello);
        auto unwrapped = unwrap(Binding::tcp, unit.payload);
        return unwrapped && unwrapped->payload == Payload::tcp_error && unwrapped->type == kTcpNoRequester;
    }

    // The message in a unit, or nothing when it is none: a greeting, a role inquiry.
    Result<std::optional<Message>> taken(const Unit& unit) {
        if (is_marker(unit)) {
            --markers_due_;
            return std::nullopt;
        }
        if (unit.command != static_cast<uint32_t>(EmuCommand::normal)) {
            if (unit.command == static_cast<uint32_t>(EmuCommand::unknown))
                return refuse(Framing::emu_command);
            return std::nullopt;
        }
        Unwrapped unwrapped = TRY(unwrap(binding(), unit.payload));
        if (unwrapped.payload == Payload::tcp_error) {
            return fail(Errc::unsupported, "MessageType", 3,
                        fmt::format("the peer answers with error {:02X}h of SPDM over TCP: {}",
                                    unwrapped.type, tcp_error_text(unwrapped.type)));
        }
        if (unwrapped.payload != Payload::spdm && unwrapped.payload != Payload::secured) return std::nullopt;
        return Message{unwrapped.payload, to_bytes(unwrapped.message)};
    }

    Result<> read_some(Clock::time_point end, Timeout timeout) {
        if (!socket_.is_open()) return std::unexpected(is_closed());
        acknowledge_at_once();
        std::array<uint8_t, 4096> piece{};
        Outcome read = await(end, [&](auto done) { socket_.async_read_some(asio::buffer(piece), done); });
        if (read.error == asio::error::operation_aborted) return std::unexpected(late(timeout));
        if (read.error) {
            bool between = deframer_->pending() == 0;
            Error error = io_error(read.error, between ? "waiting for an answer"
                                                       : fmt::format("after {} of a unit", progress()));
            if (!between) error.offset = deframer_->pending();
            return std::unexpected(std::move(error));
        }
        deframer_->push(ByteView(piece).first(read.size));
        return {};
    }

    // A peer that writes a unit piece by piece without TCP_NODELAY, as DMTF's emulator does, waits with the
    // second piece until the first is acknowledged, which a system puts off by 40 ms. The option does not
    // last.
    void acknowledge_at_once() {
#ifdef TCP_QUICKACK
        const int on = 1;
        ::setsockopt(socket_.native_handle(), IPPROTO_TCP, TCP_QUICKACK, &on, sizeof on);
#endif
    }

    static Error is_closed() { return {Errc::closed, "socket", Error::npos, "the link is closed"}; }

    Error late(Timeout timeout) const {
        bool silent = deframer_->pending() == 0;
        std::string what = silent ? "no answer" : fmt::format("only {} of a unit", progress());
        return {Errc::timeout, "socket", silent ? Error::npos : deframer_->pending(),
                fmt::format("{} within {} ms", what, timeout.count())};
    }

    // "3 bytes", or "14 of 17 bytes" once the header has come.
    std::string progress() const {
        if (deframer_->announced() == 0) return fmt::format("{} bytes", deframer_->pending());
        return fmt::format("{} of {} bytes", deframer_->pending(), deframer_->announced());
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
    milliseconds send_time_;
    asio::io_context context_;
    tcp::socket socket_;
    std::unique_ptr<Deframer> deframer_;
    size_t markers_due_ = 0;  // that were sent and not answered
};

}  // namespace

Result<std::unique_ptr<Link>> connect(const Target& target, milliseconds timeout, milliseconds send_time) {
    if (target.scheme == Scheme::mctp)
        return mctp_link(TRY(open_mctp_socket(target.network, target.endpoint)));
    if (target.scheme != Scheme::tcp && target.scheme != Scheme::emu)
        return fail(Errc::unsupported, "target", Error::npos, "the reference has no socket");
    auto link = std::make_unique<SocketLink>(target, send_time);
    TRY(link->open(timeout));
    return link;
}

}  // namespace assay::transport
