// The peers that links and servers are tested with.
#pragma once

#include <boost/asio.hpp>
#include <boost/test/unit_test.hpp>
#include <future>
#include <thread>

#include "stack/transport/server.h"
#include "stack/transport/stream.h"

namespace assay::transport {

using namespace std::chrono_literals;
using boost::asio::ip::tcp;

inline Target local(Scheme scheme, Binding binding = Binding::mctp) {
    return {.scheme = scheme, .host = "127.0.0.1", .port = 0, .binding = binding};
}

inline tcp::endpoint local_port(uint16_t port = 0) {
    return {boost::asio::ip::make_address("127.0.0.1"), port};
}

inline void send(tcp::socket& socket, ByteView bytes) {
    boost::asio::write(socket, boost::asio::buffer(bytes.data(), bytes.size()));
}

// A server whose peers are answered with how many messages they have sent, and the message, secured if theirs
// is. A message of one byte gets no answer, one of two bytes an answer of 1 MiB less 64 KiB.
struct CountingServer {
    std::vector<std::string> log;
    std::vector<uint32_t> asked;  // the sessions in which a key update was asked for
    std::unique_ptr<Server> server;
    std::thread thread;
    std::future<void> ended;

    explicit CountingServer(const Target& target, ServerOptions options = {}) {
        std::promise<void> end;
        ended = end.get_future();
        auto factory = [this] {
            auto answer = [count = uint8_t{0}](Payload payload,
                                               ByteView message) mutable -> std::optional<Message> {
                if (message.size() == 1) return std::nullopt;
                if (message.size() == 2) return Message{payload, Bytes(0xf0000)};
                return Message{payload, concat({Bytes{++count}, message})};
            };
            return Service{answer, [this](uint32_t session) { asked.push_back(session); }};
        };
        server = *Server::listen(
            target, factory, [this](const std::string& line) { log.push_back(line); }, options);
        thread = std::thread([this, end = std::move(end)]() mutable {
            server->run();
            end.set_value();
        });
    }
    CountingServer(const CountingServer&) = delete;
    CountingServer& operator=(const CountingServer&) = delete;
    ~CountingServer() {
        server->stop();
        join();
    }
    // Waits for the end of run(); log and asked may be read then.
    void join() {
        if (thread.joinable()) thread.join();
    }
    // Whether run() ends by itself.
    bool ends_within(std::chrono::milliseconds time) const {
        return ended.wait_for(time) == std::future_status::ready;
    }
};

// A peer that does one thing with its first connection.
struct RawPeer {
    boost::asio::io_context context;
    tcp::acceptor acceptor{context, local_port()};
    std::thread thread;

    explicit RawPeer(std::function<void(tcp::socket&)> act) {
        thread = std::thread([this, act = std::move(act)] {
            tcp::socket socket = acceptor.accept();
            act(socket);
        });
    }
    RawPeer(const RawPeer&) = delete;
    RawPeer& operator=(const RawPeer&) = delete;
    ~RawPeer() { thread.join(); }
    Target target(Scheme scheme = Scheme::emu) const {
        Target target = local(scheme);
        target.port = acceptor.local_endpoint().port();
        return target;
    }
};

// A client that speaks and hears bytes.
struct RawClient {
    boost::asio::io_context context;
    tcp::socket socket{context};

    explicit RawClient(const Server& server) { socket.connect(local_port(server.target().port)); }
    // Sends, and waits for that many bytes of answer.
    std::string exchange(ByteView bytes, size_t size) {
        send(socket, bytes);
        return hear(size);
    }
    // That many bytes, or fewer and " closed" or " late".
    std::string hear(size_t size) {
        Bytes answer(size);
        std::string end = " late";
        boost::asio::async_read(socket, boost::asio::buffer(answer),
                                [&](const boost::system::error_code& error, size_t heard) {
                                    answer.resize(heard);
                                    end = error ? " closed" : "";
                                });
        context.restart();
        context.run_for(2s);
        if (end == " late") {
            socket.close();
            context.run();
            end = " late";
        }
        return to_hex(answer) + end;
    }
};

}  // namespace assay::transport
