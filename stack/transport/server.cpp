#include "stack/transport/server.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/asio.hpp>

#include "stack/transport/stream.h"

namespace assay::transport {

namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

constexpr std::chrono::milliseconds kRetry{100};
constexpr std::string_view kGreeting{"Server Hello!\0", 14};

bool is(const Unit& unit, EmuCommand command) { return unit.command == static_cast<uint32_t>(command); }

class SocketServer final : public Server {
   public:
    SocketServer(const Target& target, Factory factory, Log log, ServerOptions options)
        : target_(target),
          factory_(std::move(factory)),
          log_(std::move(log)),
          options_(options),
          acceptor_(context_),
          socket_(context_),
          retry_(context_) {}

    Result<> open() {
        error_code error;
        tcp::resolver resolver(context_);
        auto found =
            resolver.resolve(target_.host, std::to_string(target_.port), tcp::resolver::passive, error);
        if (!error) {
            tcp::endpoint address = found.begin()->endpoint();
            acceptor_.open(address.protocol(), error);
            if (!error) acceptor_.set_option(tcp::acceptor::reuse_address(true), error);
            if (!error) acceptor_.bind(address, error);
            if (!error) acceptor_.listen(asio::socket_base::max_listen_connections, error);
        }
        if (error) {
            return fail(Errc::io, "listen", Error::npos,
                        fmt::format("cannot listen on {}: {}", to_text(target_), error.message()));
        }
        target_.port = acceptor_.local_endpoint(error).port();
        return {};
    }

    Target target() const override { return target_; }

    void run() override {
        accept();
        context_.run();
    }

    void stop() override {
        asio::post(context_, [this] {
            error_code ignored;
            acceptor_.close(ignored);
            socket_.close(ignored);
            context_.stop();
        });
    }

   private:
    // What comes when all answers are written.
    enum class Then : uint8_t { read, leave_state, forget, end };

    void accept() {
        acceptor_.async_accept([this](const error_code& error, tcp::socket socket) {
            if (!acceptor_.is_open()) return;
            if (error) return accept_later(error);
            socket_ = std::move(socket);
            error_code ignored;
            socket_.set_option(tcp::no_delay(true), ignored);
            if (target_.scheme == Scheme::emu) {
                deframer_ = std::make_unique<EmuDeframer>(target_.binding);
            } else {
                deframer_ = std::make_unique<TcpDeframer>();
            }
            if (!service_) service_ = factory_();
            read();
        });
    }

    // A peer that went before it was accepted, or no descriptor left: neither is the end of the server.
    void accept_later(const error_code& error) {
        log(fmt::format("cannot accept a connection: {}", error.message()));
        retry_.expires_after(kRetry);
        retry_.async_wait([this](const error_code& stopped) {
            if (!stopped) accept();
        });
    }

    void read() {
        socket_.async_read_some(asio::buffer(piece_), [this](const error_code& error, size_t size) {
            if (error) return go_on(Then::forget);
            deframer_->push(ByteView(piece_).first(size));
            write_answers(take_units());
        });
    }

    // Serves all units that are there.
    Then take_units() {
        while (true) {
            auto unit = deframer_->next();
            if (!unit) {
                log_broken(unit.error());
                return Then::forget;
            }
            if (!*unit) return Then::read;
            bool shutdown = is(**unit, EmuCommand::shutdown);
            if (shutdown || is(**unit, EmuCommand::proceed)) {
                answer((*unit)->command, {});
                if (!shutdown) return Then::leave_state;
                return options_.shutdown_ends ? Then::end : Then::forget;
            }
            serve(**unit);
        }
    }

    void serve(const Unit& unit) {
        if (is(unit, EmuCommand::hello)) return answer(unit.command, as_bytes(kGreeting));
        if (is(unit, EmuCommand::key_update) && service_->ask_for_key_update) {
            uint32_t session = 0;
            for (size_t i = std::min<size_t>(unit.payload.size(), 4); i-- > 0;)
                session = session << 8 | unit.payload[i];
            service_->ask_for_key_update(session);
            return answer(unit.command, {});
        }
        if (!is(unit, EmuCommand::normal)) return answer(static_cast<uint32_t>(EmuCommand::unknown), {});
        Binding binding = target_.scheme == Scheme::tcp ? Binding::tcp : target_.binding;
        auto unwrapped = unwrap(binding, unit.payload);
        if (!unwrapped) {
            log_broken(unwrapped.error());
            if (unwrapped.error().field == info(Framing::tcp_type).name)
                answer(unit.command, tcp_notice(kTcpNotSupported));
            return;
        }
        switch (unwrapped->payload) {
            case Payload::spdm:
            case Payload::secured: break;
            case Payload::doe_discovery:
                return answer(unit.command,
                              doe_object(kDoeDiscovery, doe_discovery_response(unwrapped->message)));
            case Payload::tcp_role: return answer(unit.command, tcp_notice(kTcpNoRequester));
            case Payload::tcp_error: return;
        }
        std::optional<Message> response = service_->answer(unwrapped->payload, unwrapped->message);
        if (!response) return;
        if (response->bytes.size() > max_message(binding)) {
            return log(fmt::format("an answer of {} bytes was not sent: {} carries at most {}",
                                   response->bytes.size(), name(binding), max_message(binding)));
        }
        answer(unit.command, wrap(binding, response->bytes, response->payload));
    }

    void answer(uint32_t command, ByteView payload) {
        append(answers_, target_.scheme == Scheme::tcp ? to_bytes(payload)
                                                       : emu_unit(target_.binding, command, payload));
    }

    // Not in one blocking call: a peer that does not read must not keep stop() from being seen.
    void write_answers(Then then) {
        asio::async_write(socket_, asio::buffer(answers_), [this, then](const error_code& error, size_t) {
            answers_.clear();
            go_on(error ? Then::forget : then);
        });
    }

    void go_on(Then then) {
        if (then == Then::read) return read();
        error_code ignored;
        socket_.close(ignored);
        if (then != Then::leave_state) service_.reset();
        if (then == Then::end) acceptor_.close(ignored);
        if (acceptor_.is_open()) accept();
    }

    void log_broken(const Error& error) { log(fmt::format("a peer broke the framing: {}", error.text())); }

    void log(const std::string& line) {
        if (log_) log_(line);
    }

    Target target_;
    Factory factory_;
    Log log_;
    ServerOptions options_;
    asio::io_context context_;
    tcp::acceptor acceptor_;
    tcp::socket socket_;
    asio::steady_timer retry_;
    std::unique_ptr<Deframer> deframer_;
    std::array<uint8_t, 4096> piece_{};
    Bytes answers_;
    std::optional<Service> service_;
};

}  // namespace

Result<std::unique_ptr<Server>> Server::listen(const Target& target, Factory factory, Log log,
                                               ServerOptions options) {
    if (target.scheme == Scheme::reference) {
        return fail(Errc::bad_text, "listen", Error::npos,
                    "the reference is in the process; listen on tcp:// or emu://");
    }
    auto server = std::make_unique<SocketServer>(target, std::move(factory), std::move(log), options);
    TRY(server->open());
    return server;
}

}  // namespace assay::transport
