#include "stack/transport/link.h"

#include <boost/asio.hpp>
#include <boost/test/unit_test.hpp>
#include <thread>

#include "stack/transport/server.h"
#include "stack/transport/stream.h"

namespace assay::transport {

namespace {

using namespace std::chrono_literals;
using boost::asio::ip::tcp;

Target local(Scheme scheme, Binding binding = Binding::mctp) {
    return {.scheme = scheme, .host = "127.0.0.1", .port = 0, .binding = binding};
}

// A server whose peers are answered with how many messages they have sent, and the message.
struct CountingServer {
    std::vector<std::string> log;
    std::unique_ptr<Server> server;
    std::thread thread;

    explicit CountingServer(const Target& target) {
        auto factory = [] {
            return [count = uint8_t{0}](ByteView message) mutable -> std::optional<Bytes> {
                if (message.size() == 1) return std::nullopt;
                return concat({Bytes{++count}, message});
            };
        };
        server = *Server::listen(target, factory, [this](const std::string& line) { log.push_back(line); });
        thread = std::thread([this] { server->run(); });
    }
    ~CountingServer() {
        server->stop();
        thread.join();
    }
};

// A peer that does one thing with its first connection.
struct RawPeer {
    boost::asio::io_context context;
    tcp::acceptor acceptor{context, tcp::endpoint(boost::asio::ip::make_address("127.0.0.1"), 0)};
    std::thread thread;

    explicit RawPeer(std::function<void(tcp::socket&)> act) {
        thread = std::thread([this, act = std::move(act)] {
            tcp::socket socket = acceptor.accept();
            act(socket);
        });
    }
    ~RawPeer() { thread.join(); }
    Target target() const {
        Target target = local(Scheme::emu);
        target.port = acceptor.local_endpoint().port();
        return target;
    }
};

void send(tcp::socket& socket, ByteView bytes) {
    boost::asio::write(socket, boost::asio::buffer(bytes.data(), bytes.size()));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(link_suite)

BOOST_AUTO_TEST_CASE(messages_go_to_a_server_and_back_over_every_framing) {
    std::vector<Target> targets = {local(Scheme::tcp)};
    for (Binding binding : {Binding::mctp, Binding::doe, Binding::tcp, Binding::none}) {
        targets.push_back(local(Scheme::emu, binding));
    }
    for (const Target& target : targets) {
        CountingServer server(target);
        auto link = connect(server.server->target(), 1s);
        BOOST_REQUIRE(link.has_value());
        Bytes large(9000, 7);
        for (uint8_t count : Bytes{1, 2}) {
            BOOST_TEST((*link)->send(large).has_value());
            auto answer = (*link)->receive(1s);
            BOOST_REQUIRE(answer.has_value());
            BOOST_TEST((*answer)[0] == count);
            BOOST_TEST(answer->size() >= large.size() + 1);
            BOOST_TEST(answer->size() <= large.size() + 4);
        }
    }
}

BOOST_AUTO_TEST_CASE(an_emulated_peer_keeps_its_state_for_the_next_connection) {
    CountingServer server(local(Scheme::emu));
    for (uint8_t count : Bytes{1, 2}) {
        auto link = connect(server.server->target(), 1s);
        BOOST_REQUIRE(link.has_value());
        BOOST_TEST((*link)->send(Bytes{1, 2, 3, 4}).has_value());
        auto answer = (*link)->receive(1s);
        BOOST_REQUIRE(answer.has_value());
        BOOST_TEST((*answer)[0] == count);
    }
}

BOOST_AUTO_TEST_CASE(silence_is_a_timeout_and_the_next_message_is_answered) {
    CountingServer server(local(Scheme::emu));
    auto link = connect(server.server->target(), 1s);
    BOOST_TEST((*link)->send(Bytes{1}).has_value());
    auto answer = (*link)->receive(50ms);
    BOOST_REQUIRE(!answer.has_value());
    BOOST_TEST((answer.error().code == Errc::timeout));
    BOOST_TEST(answer.error().detail == "no answer within 50 ms");
    BOOST_TEST((*link)->send(Bytes{1, 2, 3, 4}).has_value());
    BOOST_TEST((*link)->receive(1s).has_value());
}

BOOST_AUTO_TEST_CASE(half_a_unit_is_a_timeout_that_says_how_much_came) {
    RawPeer peer([](tcp::socket& socket) {
        send(socket, ByteView(emu_unit(Binding::mctp, 1, Bytes{5, 1, 2, 3, 4})).first(14));
        std::this_thread::sleep_for(150ms);
    });
    auto link = connect(peer.target(), 1s);
    auto answer = (*link)->receive(50ms);
    BOOST_REQUIRE(!answer.has_value());
    BOOST_TEST((answer.error().code == Errc::timeout));
    BOOST_TEST(answer.error().detail == "only 14 bytes of a unit within 50 ms");
}

BOOST_AUTO_TEST_CASE(a_peer_that_closes_is_told_from_one_that_is_silent) {
    RawPeer peer([](tcp::socket& socket) {
        send(socket, Bytes{0, 0, 0});
        socket.close();
    });
    auto link = connect(peer.target(), 1s);
    auto answer = (*link)->receive(1s);
    BOOST_REQUIRE(!answer.has_value());
    BOOST_TEST((answer.error().code == Errc::closed));
    BOOST_TEST(answer.error().detail == "after 3 bytes of a unit: the peer closed the connection");
}

BOOST_AUTO_TEST_CASE(broken_framing_is_named) {
    RawPeer peer([](tcp::socket& socket) {
        send(socket, emu_unit(Binding::doe, 1, Bytes{1, 2, 3}));
        std::this_thread::sleep_for(50ms);
    });
    auto link = connect(peer.target(), 1s);
    auto answer = (*link)->receive(1s);
    BOOST_REQUIRE(!answer.has_value());
    BOOST_TEST(answer.error().field == "emu_transport");
}

BOOST_AUTO_TEST_CASE(a_closed_port_is_named_with_its_target) {
    Target target = local(Scheme::tcp);
    target.port = 1;
    auto link = connect(target, 30ms);
    BOOST_REQUIRE(!link.has_value());
    BOOST_TEST((link.error().code == Errc::io));
    BOOST_TEST(link.error().detail == "cannot connect to tcp://127.0.0.1:1: Connection refused");
}

BOOST_AUTO_TEST_CASE(a_server_answers_greetings_discovery_and_unknown_commands) {
    CountingServer server(local(Scheme::emu, Binding::doe));
    auto link = connect(server.server->target(), 1s);
    BOOST_TEST((*link)->send_raw(emu_unit(Binding::doe, 0xdead, as_bytes("Client Hello!"))).has_value());
    BOOST_TEST((*link)->send_raw(emu_unit(Binding::doe, 1, doe_object(kDoeDiscovery, Bytes(4)))).has_value());
    // A greeting and a discovery are no messages: the next one is still answered.
    BOOST_TEST((*link)->send(Bytes{1, 2, 3, 4}).has_value());
    BOOST_TEST((*link)->receive(1s).has_value());
    BOOST_TEST((*link)->send_raw(emu_unit(Binding::doe, 0x1234, {})).has_value());
    auto answer = (*link)->receive(1s);
    BOOST_REQUIRE(!answer.has_value());
    BOOST_TEST(answer.error().field == "emu_command");
}

BOOST_AUTO_TEST_CASE(a_server_disconnects_a_peer_with_broken_framing_and_serves_the_next) {
    CountingServer server(local(Scheme::emu));
    auto broken = connect(server.server->target(), 1s);
    BOOST_TEST((*broken)->send_raw(emu_unit(Binding::tcp, 1, {})).has_value());
    BOOST_TEST((((*broken)->receive(1s)).error().code == Errc::closed));
    auto link = connect(server.server->target(), 1s);
    BOOST_TEST((*link)->send(Bytes{1, 2, 3, 4}).has_value());
    BOOST_TEST((*link)->receive(1s).has_value());
    BOOST_REQUIRE(server.log.size() == 1);
    BOOST_TEST(server.log[0].find("emu_transport") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(an_address_in_use_is_named) {
    CountingServer server(local(Scheme::tcp));
    auto second = Server::listen(server.server->target(), [] { return Answer{}; });
    BOOST_REQUIRE(!second.has_value());
    BOOST_TEST(second.error().detail.find("cannot listen on tcp://127.0.0.1:") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::transport
