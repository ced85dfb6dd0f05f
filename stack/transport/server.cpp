#include "stack/transport/server.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/asio.hpp>

namespace assay::transport {

namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

constexpr std::chrono::milliseconds kRetry{100};

class SocketServer final : public Server {
   public:
    SocketServer(const Target& target, Factory factory, Log log, ServerOptions options)
        : target_(target),
          factory_(std::move(factory)),
          log_(std::move(log)),
          options_(options),
          acceptor_(context_),
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
            context_.stop();
        });
    }

   private:
    // What comes when all answers are written.
    enum class Then : uint8_t { read, leave_state, forget, end };

    // One peer, with a responder of its own. It lives as long as something is read or written.
    struct Connection {
        Connection(tcp::socket peer, const Target& target, const Log& log, const ServerOptions& options,
                   Service responder)
            : socket(std::move(peer)),
              endpoint(target.scheme, target.binding, log, options.framing, options.empty_for_silence),
              service(std::move(responder)) {}

        tcp::socket socket;
        StreamEndpoint endpoint;
        Service service;
        std::array<uint8_t, 4096> piece{};
        Bytes answers{};
    };
    using Peer = std::shared_ptr<Connection>;

    void accept() {
        acceptor_.async_accept([this](const error_code& error, tcp::socket socket) {
            if (!acceptor_.is_open()) return;
            if (error) return accept_later(error);
            error_code ignored;
            socket.set_option(tcp::no_delay(true), ignored);
            // Who comes next finds what a peer left behind that said CONTINUE.
            Service service = left_ ? std::move(*left_) : factory_();
            left_.reset();
            read(
                std::make_shared<Connection>(std::move(socket), target_, log_, options_, std::move(service)));
            if (many_at_once()) accept();
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

    void read(const Peer& peer) {
        peer->socket.async_read_some(
            asio::buffer(peer->piece), [this, peer](const error_code& error, size_t size) {
                if (error) return go_on(peer, Then::forget);
                const auto did =
                    peer->endpoint.take(peer->service, ByteView(peer->piece).first(size), peer->answers);
                write_answers(peer, then(did));
            });
    }

    Then then(StreamEndpoint::Peer peer) const {
        switch (peer) {
            case StreamEndpoint::Peer::goes_on: return Then::read;
            case StreamEndpoint::Peer::left: return options_.keeps_state ? Then::leave_state : Then::forget;
            case StreamEndpoint::Peer::broken: return Then::forget;
            case StreamEndpoint::Peer::shut_down: break;
        }
        return options_.shutdown_ends ? Then::end : Then::forget;
    }

    // Not in one blocking call: stop() must take effect even while a peer does not read.
    void write_answers(const Peer& peer, Then then) {
        asio::async_write(peer->socket, asio::buffer(peer->answers),
                          [this, peer, then](const error_code& error, size_t) {
                              peer->answers.clear();
                              go_on(peer, error ? Then::forget : then);
                          });
    }

    void go_on(const Peer& peer, Then then) {
        if (then == Then::read) return read(peer);
        error_code ignored;
        peer->socket.close(ignored);
        if (then == Then::leave_state) left_ = std::move(peer->service);
        if (then == Then::end) acceptor_.close(ignored);
        if (!many_at_once() && acceptor_.is_open()) accept();
    }

    // What one peer of an emulator leaves behind with CONTINUE is for the next: they come one after the
    // other.
    bool many_at_once() const { return target_.scheme == Scheme::tcp; }

    void log(const std::string& line) {
        if (log_) log_(line);
    }

    Target target_;
    Factory factory_;
    Log log_;
    ServerOptions options_;
    asio::io_context context_;
    tcp::acceptor acceptor_;
    asio::steady_timer retry_;
    std::optional<Service> left_;  // by the last peer that said CONTINUE
};

}  // namespace

Result<std::unique_ptr<Server>> Server::listen(const Target& target, Factory factory, Log log,
                                               ServerOptions options) {
    if (target.scheme != Scheme::tcp && target.scheme != Scheme::emu) {
        return fail(Errc::bad_text, "listen", Error::npos, "listen on tcp:// or emu://");
    }
    auto server = std::make_unique<SocketServer>(target, std::move(factory), std::move(log), options);
    TRY(server->open());
    return server;
}

}  // namespace assay::transport
