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
            endpoint_ =
                std::make_unique<StreamEndpoint>(target_.scheme, target_.binding, log_, options_.framing);
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
            auto peer = endpoint_->take(*service_, ByteView(piece_).first(size), answers_);
            write_answers(then(peer));
        });
    }

    Then then(StreamEndpoint::Peer peer) const {
        switch (peer) {
            case StreamEndpoint::Peer::goes_on: return Then::read;
            case StreamEndpoint::Peer::left: return Then::leave_state;
            case StreamEndpoint::Peer::broken: return Then::forget;
            case StreamEndpoint::Peer::shut_down: break;
        }
        return options_.shutdown_ends ? Then::end : Then::forget;
    }

    // Not in one blocking call: stop() must take effect even while a peer does not read.
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
    std::unique_ptr<StreamEndpoint> endpoint_;
    std::array<uint8_t, 4096> piece_{};
    Bytes answers_;
    std::optional<Service> service_;
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
