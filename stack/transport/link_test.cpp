#include "stack/transport/link.h"

#include <future>

#include "stack/transport/test_peers.h"

namespace assay::transport {

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

BOOST_AUTO_TEST_CASE(secured_messages_go_to_a_server_and_back) {
    for (const Target& target : {local(Scheme::tcp), local(Scheme::emu), local(Scheme::emu, Binding::doe),
                                 local(Scheme::emu, Binding::tcp)}) {
        CountingServer server(target);
        auto link = connect(server.server->target(), 1s);
        BOOST_REQUIRE(link.has_value());
        BOOST_TEST((*link)->send(Bytes{1, 2, 3}, Payload::secured).has_value());
        auto answer = (*link)->receive_any(1s);
        BOOST_REQUIRE(answer.has_value());
        BOOST_TEST((answer->payload == Payload::secured));
        BOOST_TEST(to_hex(answer->bytes).starts_with("01010203"));
        BOOST_TEST((*link)->send(Bytes{1, 2, 3, 4}).has_value());
        answer = (*link)->receive_any(1s);
        BOOST_REQUIRE(answer.has_value());
        BOOST_TEST((answer->payload == Payload::spdm));
    }
}

BOOST_AUTO_TEST_CASE(who_waits_for_a_message_passes_secured_ones_over) {
    CountingServer server(local(Scheme::emu));
    auto link = connect(server.server->target(), 1s);
    BOOST_TEST((*link)->send(Bytes{1, 2, 3}, Payload::secured).has_value());
    BOOST_TEST((*link)->send(Bytes{1, 2, 3, 4}).has_value());
    BOOST_TEST(to_hex((*link)->receive(1s).value()) == "0201020304");
}

BOOST_AUTO_TEST_CASE(bare_messages_cannot_be_secured) {
    CountingServer server(local(Scheme::emu, Binding::none));
    auto link = connect(server.server->target(), 1s);
    auto sent = (*link)->send(Bytes{1, 2, 3}, Payload::secured);
    BOOST_REQUIRE(!sent.has_value());
    BOOST_TEST((sent.error().code == Errc::unsupported));
    BOOST_TEST(sent.error().detail == "none carries no secured messages");
}

BOOST_AUTO_TEST_CASE(a_key_update_is_asked_for_where_the_peer_knows_how) {
    {
        CountingServer server(local(Scheme::emu));
        auto link = connect(server.server->target(), 1s);
        BOOST_TEST((*link)->ask_for_key_update(7, 1s).value());
        server.server->stop();
        server.join();
        BOOST_TEST(server.asked == std::vector<uint32_t>{7}, boost::test_tools::per_element());
    }
    CountingServer plain(local(Scheme::tcp));
    BOOST_TEST(!(*connect(plain.server->target(), 1s))->ask_for_key_update(7, 1s).value());
    RawPeer strange([](tcp::socket& socket) { send(socket, emu_unit(Binding::mctp, 0xffff, {})); });
    BOOST_TEST(!(*connect(strange.target(), 1s))->ask_for_key_update(7, 1s).value());
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

BOOST_AUTO_TEST_CASE(half_a_unit_is_a_timeout_that_says_how_much_came_and_loses_nothing) {
    std::promise<void> waited;
    RawPeer peer([&](tcp::socket& socket) {
        Bytes unit = emu_unit(Binding::mctp, 1, Bytes{5, 1, 2, 3, 4});
        send(socket, ByteView(unit).first(14));
        waited.get_future().wait();
        send(socket, ByteView(unit).subspan(14));
    });
    auto link = connect(peer.target(), 1s);
    auto answer = (*link)->receive(50ms);
    waited.set_value();
    BOOST_REQUIRE(!answer.has_value());
    BOOST_TEST((answer.error().code == Errc::timeout));
    BOOST_TEST(answer.error().detail == "only 14 of 17 bytes of a unit within 50 ms");
    answer = (*link)->receive(1s);
    BOOST_REQUIRE(answer.has_value());
    BOOST_TEST(to_hex(*answer) == "01020304");
}

BOOST_AUTO_TEST_CASE(no_byte_is_lost_however_deadlines_and_pieces_meet) {
    constexpr size_t kUnits = 50;
    RawPeer peer([](tcp::socket& socket) {
        for (uint8_t i = 0; i < kUnits; ++i) {
            for (uint8_t byte : emu_unit(Binding::mctp, 1, Bytes{5, i})) send(socket, Bytes{byte});
        }
    });
    auto link = connect(peer.target(), 1s);
    auto end = std::chrono::steady_clock::now() + 5s;
    uint8_t received = 0;
    while (received < kUnits && std::chrono::steady_clock::now() < end) {
        auto answer = (*link)->receive(0ms);
        if (!answer && answer.error().code == Errc::timeout) continue;
        BOOST_REQUIRE(answer.has_value());
        BOOST_REQUIRE(*answer == Bytes{received++});
    }
    BOOST_TEST(received == kUnits);
}

BOOST_AUTO_TEST_CASE(a_peer_that_says_anything_but_an_answer_is_late_too) {
    RawPeer peer([](tcp::socket& socket) {
        boost::system::error_code error;
        Bytes greetings;
        for (int i = 0; i < 20000; ++i) append(greetings, emu_unit(Binding::mctp, 0xdead, {}));
        while (!error) boost::asio::write(socket, boost::asio::buffer(greetings), error);
    });
    auto link = connect(peer.target(), 1s);
    auto answer = (*link)->receive(50ms);
    BOOST_REQUIRE(!answer.has_value());
    BOOST_TEST((answer.error().code == Errc::timeout));
    (*link)->drain();
}

BOOST_AUTO_TEST_CASE(a_peer_that_does_not_read_is_a_timeout_of_sending) {
    std::promise<void> seen;
    RawPeer peer([&](tcp::socket&) { seen.get_future().wait(); });
    auto link = connect(peer.target(), 1s, 50ms);
    auto sent = (*link)->send_raw(Bytes(size_t{32} << 20));
    seen.set_value();
    BOOST_REQUIRE(!sent.has_value());
    BOOST_TEST((sent.error().code == Errc::timeout));
    BOOST_TEST(sent.error().detail.find(" of 33554432 bytes within 50 ms") != std::string::npos);
    BOOST_TEST(((*link)->receive(50ms).error().code == Errc::closed));
}

BOOST_AUTO_TEST_CASE(sending_to_a_peer_that_is_gone_is_an_error_and_no_signal) {
    RawPeer peer([](tcp::socket& socket) { socket.close(); });
    auto link = connect(peer.target(), 1s);
    BOOST_TEST(((*link)->receive(1s).error().code == Errc::closed));
    Result<> sent;
    for (int i = 0; i < 3 && sent; ++i) sent = (*link)->send(Bytes(100));
    BOOST_REQUIRE(!sent.has_value());
    BOOST_TEST((sent.error().code == Errc::closed));
}

BOOST_AUTO_TEST_CASE(a_message_that_the_binding_cannot_carry_is_not_sent) {
    CountingServer server(local(Scheme::tcp));
    auto link = connect(server.server->target(), 1s);
    auto sent = (*link)->send(Bytes(65534));
    BOOST_REQUIRE(!sent.has_value());
    BOOST_TEST((sent.error().code == Errc::out_of_range));
    BOOST_TEST(sent.error().detail == "65534 bytes, and tcp carries at most 65533");
    BOOST_TEST((*link)->send(Bytes(65532)).has_value());
    BOOST_TEST((*link)->receive(1s).has_value());
}

BOOST_AUTO_TEST_CASE(an_error_of_spdm_over_tcp_is_named) {
    RawPeer peer([](tcp::socket& socket) { send(socket, tcp_notice(kTcpNotSupported)); });
    auto link = connect(peer.target(Scheme::tcp), 1s);
    auto answer = (*link)->receive(1s);
    BOOST_REQUIRE(!answer.has_value());
    BOOST_TEST((answer.error().code == Errc::unsupported));
    BOOST_TEST(answer.error().detail == "the peer answers with error C1h of SPDM over TCP: not supported");
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

BOOST_AUTO_TEST_CASE(a_host_that_does_not_answer_is_a_timeout_of_connecting) {
    // Who listens and does not accept: beyond its backlog, the kernel leaves peers without an answer.
    boost::asio::io_context context;
    tcp::acceptor acceptor(context, tcp::v4());
    acceptor.bind(local_port());
    acceptor.listen(0);
    std::vector<tcp::socket> waiting;
    for (int i = 0; i < 4; ++i) {
        waiting.emplace_back(context, tcp::v4());
        waiting.back().async_connect(acceptor.local_endpoint(), [](const boost::system::error_code&) {});
    }
    Target target = local(Scheme::tcp);
    target.port = acceptor.local_endpoint().port();
    auto link = connect(target, 60ms);
    BOOST_REQUIRE(!link.has_value());
    BOOST_TEST((link.error().code == Errc::timeout));
    BOOST_TEST(link.error().detail == "cannot connect to " + to_text(target) + ": no answer within 60 ms");
}

BOOST_AUTO_TEST_CASE(a_closed_port_is_named_with_its_target) {
    Target target = local(Scheme::tcp);
    target.port = 1;
    auto link = connect(target, 30ms);
    BOOST_REQUIRE(!link.has_value());
    BOOST_TEST((link.error().code == Errc::io));
    BOOST_TEST(link.error().detail == "cannot connect to tcp://127.0.0.1:1: Connection refused");
}

BOOST_AUTO_TEST_CASE(a_peer_that_begins_to_listen_within_the_patience_is_reached) {
    boost::asio::io_context context;
    tcp::acceptor acceptor(context, tcp::v4());
    acceptor.bind(local_port());
    Target target = local(Scheme::emu);
    target.port = acceptor.local_endpoint().port();
    std::thread later([&] {
        std::this_thread::sleep_for(60ms);
        acceptor.listen();
    });
    BOOST_TEST(connect(target, 2s).has_value());
    later.join();
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::transport
