#include "stack/transport/server.h"

#include <fmt/format.h>

#include <array>
#include <boost/asio.hpp>

#include "stack/transport/stream.h"

namespace assay::transport {

namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

constexpr std::string_view kGreeting{"Server Hello!\0", 14};

bool is(const Unit& unit, EmuCommand command) { return unit.command == static_cast<uint32_t>(command); }

class SocketServer final : public Server {
   public:
    SocketServer(const Target& target, Factory factory, Log log)
        : target_(target),
          factory_(std::move(factory)),
          log_(std::move(log)),
          acceptor_(context_),
          socket_(context_) {}

    Result<> open() {
        boost::system::error_code error;
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
            boost::system::error_code ignored;
            acceptor_.close(ignored);
            socket_.close(ignored);
            context_.stop();
        });
    }

   private:
    void accept() {
        acceptor_.async_accept([this](const boost::system::error_code& error, tcp::socket socket) {
            if (error) return;
            socket_ = std::move(socket);
            boost::system::error_code ignored;
            socket_.set_option(tcp::no_delay(true), ignored);
            if (target_.scheme == Scheme::emu) {
                deframer_ = std::make_unique<EmuDeframer>(target_.binding);
            } else {
                deframer_ = std::make_unique<TcpDeframer>();
            }
            if (!answer_) answer_ = factory_();
            read();
        });
    }

    void read() {
        socket_.async_read_some(asio::buffer(piece_),
                                [this](const boost::system::error_code& error, size_t size) {
                                    if (error) return leave(false);
                                    deframer_->push(ByteView(piece_).first(size));
                                    while (true) {
                                        auto unit = deframer_->next();
                                        if (!unit) return broken(unit.error());
                                        if (!*unit) return read();
                                        if (!serve(**unit)) return;
                                    }
                                });
    }

    // One unit. False when the connection has ended with it.
    bool serve(const Unit& unit) {
        if (is(unit, EmuCommand::hello)) return write(unit.command, as_bytes(kGreeting));
        if (is(unit, EmuCommand::proceed) || is(unit, EmuCommand::shutdown)) {
            write(unit.command, {});
            leave(is(unit, EmuCommand::proceed));
            return false;
        }
        if (!is(unit, EmuCommand::normal)) return write(static_cast<uint32_t>(EmuCommand::unknown), {});
        Binding binding = target_.scheme == Scheme::tcp ? Binding::tcp : target_.binding;
        auto unwrapped = unwrap(binding, unit.payload);
        // The bindings drop what they cannot read, and so does the peer that sent it nothing.
        if (!unwrapped) return note(unwrapped.error()), true;
        switch (unwrapped->payload) {
            case Payload::spdm: break;
            case Payload::doe_discovery:
                return write(unit.command,
                             doe_object(kDoeDiscovery, doe_discovery_response(unwrapped->message)));
            default: return true;
        }
        std::optional<Bytes> response = answer_(unwrapped->message);
        if (!response) return true;
        return write(unit.command, wrap(binding, *response));
    }

    bool write(uint32_t command, ByteView payload) {
        Bytes bytes =
            target_.scheme == Scheme::tcp ? to_bytes(payload) : emu_unit(target_.binding, command, payload);
        boost::system::error_code error;
        asio::write(socket_, asio::buffer(bytes), error);
        if (error) leave(false);
        return !error;
    }

    void broken(const Error& error) {
        note(error);
        leave(false);
    }

    void note(const Error& error) {
        if (log_) log_(fmt::format("a peer broke the framing: {}", error.text()));
    }

    void leave(bool keep_state) {
        boost::system::error_code ignored;
        socket_.close(ignored);
        if (!keep_state) answer_ = nullptr;
        if (acceptor_.is_open()) accept();
    }

    Target target_;
    Factory factory_;
    Log log_;
    asio::io_context context_;
    tcp::acceptor acceptor_;
    tcp::socket socket_;
    std::unique_ptr<Deframer> deframer_;
    std::array<uint8_t, 4096> piece_{};
    Answer answer_;
};

}  // namespace

Result<std::unique_ptr<Server>> Server::listen(const Target& target, Factory factory, Log log) {
    if (target.scheme == Scheme::reference) {
        return fail(Errc::bad_text, "listen", Error::npos,
                    "the reference is in the process; listen on tcp:// or emu://");
    }
    auto server = std::make_unique<SocketServer>(target, std::move(factory), std::move(log));
    TRY(server->open());
    return server;
}

}  // namespace assay::transport
