#include "stack/transport/server.h"

#include "stack/transport/link.h"
#include "stack/transport/test_peers.h"

namespace assay::transport {

namespace {

const Bytes kMessage = {1, 2, 3, 4};

Bytes emu(Binding binding, uint32_t command, ByteView payload = {}) {
    return emu_unit(binding, command, payload);
}

// One message over MCTP in the emulator's framing, and the answer's payload: count and message.
std::string counted(RawClient& client) {
    return client.exchange(emu(Binding::mctp, 1, wrap(Binding::mctp, kMessage)), 18).substr(24);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(server_suite)

BOOST_AUTO_TEST_CASE(what_is_no_message_is_answered_byte_for_byte) {
    struct Row {
        Target target;
        Bytes sent;
        std::string heard;
    };
    Bytes unknown = {2, 0, 1, 0x42};
    const Row rows[] = {
        {local(Scheme::emu), emu(Binding::mctp, 0xdead, as_bytes("Client Hello!")),
         "0000dead000000010000000e" + to_hex(as_bytes("Server Hello!")) + "00"},
        {local(Scheme::emu), emu(Binding::mctp, 0x1234), "0000ffff0000000100000000"},
        {local(Scheme::emu, Binding::doe),
         emu(Binding::doe, 1, doe_object(kDoeDiscovery, doe_discovery_request(0))),
         "00000001000000020000000c"
         "0100000003000000"
         "01000001"},
        {local(Scheme::emu, Binding::tcp), emu(Binding::tcp, 1, tcp_notice(kTcpRoleInquiry)),
         "000000010000000300000004"
         "000001c2"},
        {local(Scheme::tcp), tcp_notice(kTcpRoleInquiry), "000001c2"},
        {local(Scheme::tcp), unknown, "000001c1"},
        {local(Scheme::emu), emu(Binding::mctp, 0xfffd), "0000fffd0000000100000000"},
        {local(Scheme::emu), emu(Binding::mctp, 0xfffe), "0000fffe0000000100000000"},
    };
    for (const Row& row : rows) {
        CountingServer server(row.target);
        RawClient client(*server.server);
        BOOST_TEST(client.exchange(row.sent, row.heard.size() / 2) == row.heard, to_hex(row.sent));
    }
}

BOOST_AUTO_TEST_CASE(a_secured_message_is_answered_with_one) {
    const Bytes record = {1, 2, 3, 4, 5, 6, 7};
    const std::pair<Target, const char*> rows[] = {
        {local(Scheme::tcp, Binding::tcp), "0a0001060101020304050607"},
        {local(Scheme::emu, Binding::mctp),
         "000000010000000100000009"
         "060101020304050607"},
        // The server cannot distinguish the padding from the message.
        {local(Scheme::emu, Binding::doe),
         "000000010000000200000014"
         "0100020005000000"
         "010102030405060700000000"},
        {local(Scheme::emu, Binding::tcp),
         "00000001000000030000000c"
         "0a0001060101020304050607"}};
    for (const auto& [target, heard] : rows) {
        CountingServer server(target);
        RawClient client(*server.server);
        Bytes unit = wrap(target.binding, record, Payload::secured);
        if (target.scheme == Scheme::emu) unit = emu(target.binding, 1, unit);
        std::string expected = heard;
        BOOST_TEST(client.exchange(unit, expected.size() / 2) == expected);
    }
}

BOOST_AUTO_TEST_CASE(a_key_update_is_asked_for_on_the_emulators_command) {
    CountingServer server(local(Scheme::emu));
    RawClient client(*server.server);
    BOOST_TEST(client.exchange(emu(Binding::mctp, 0x8001, Bytes{0xff, 0xff, 0xfe, 0xff}), 12) ==
               "000080010000000100000000");
    BOOST_TEST(client.exchange(emu(Binding::mctp, 0x8001), 12) == "000080010000000100000000");
    server.server->stop();
    server.join();
    BOOST_TEST(server.asked == (std::vector<uint32_t>{0xfffeffff, 0}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(units_that_come_in_one_piece_are_answered_in_order) {
    CountingServer server(local(Scheme::tcp));
    RawClient client(*server.server);
    Bytes unit = wrap(Binding::tcp, kMessage);
    BOOST_TEST(client.exchange(concat({unit, unit}), 18) ==
               "070001050101020304"
               "070001050201020304");
}

BOOST_AUTO_TEST_CASE(a_unit_that_the_binding_drops_gets_no_answer_and_ends_nothing) {
    CountingServer server(local(Scheme::emu));
    RawClient client(*server.server);
    send(client.socket, emu(Binding::mctp, 1, Bytes{1, 2, 3}));
    BOOST_TEST(counted(client) == "050101020304");
    server.server->stop();
    server.join();
    BOOST_REQUIRE(server.log.size() == 1);
    BOOST_TEST(server.log[0].find("mctp_type") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_server_disconnects_a_peer_with_broken_framing_and_serves_the_next) {
    CountingServer server(local(Scheme::emu));
    auto broken = connect(server.server->target(), 1s);
    BOOST_TEST((*broken)->send_raw(emu_unit(Binding::tcp, 1, {})).has_value());
    BOOST_TEST((((*broken)->receive(1s)).error().code == Errc::closed));
    auto link = connect(server.server->target(), 1s);
    BOOST_TEST((*link)->send(Bytes{1, 2, 3, 4}).has_value());
    BOOST_TEST((*link)->receive(1s).has_value());
    server.server->stop();
    server.join();
    BOOST_REQUIRE(server.log.size() == 1);
    BOOST_TEST(server.log[0].find("emu_transport") != std::string::npos);
}

// The state of a peer that just closes, or sends SHUTDOWN, is dropped; after CONTINUE it is kept, as the peer
// will come again.
BOOST_AUTO_TEST_CASE(only_a_peer_that_leaves_with_continue_finds_its_state_again) {
    const std::pair<std::optional<EmuCommand>, const char*> rows[] = {{EmuCommand::proceed, "050201020304"},
                                                                      {EmuCommand::shutdown, "050101020304"},
                                                                      {std::nullopt, "050101020304"}};
    for (auto [command, second] : rows) {
        CountingServer server(local(Scheme::emu));
        {
            RawClient client(*server.server);
            BOOST_TEST(counted(client) == "050101020304");
            if (command) send(client.socket, emu(Binding::mctp, static_cast<uint32_t>(*command)));
            if (command) BOOST_TEST(client.hear(13).ends_with("00000000 closed"));
        }
        RawClient client(*server.server);
        BOOST_TEST(counted(client) == second);
    }
}

BOOST_AUTO_TEST_CASE(peers_over_tcp_are_served_at_once_and_each_has_its_own_responder) {
    CountingServer server(local(Scheme::tcp, Binding::tcp));
    const Bytes unit = wrap(Binding::tcp, kMessage);
    RawClient first(*server.server), second(*server.server);
    const auto count = [&](RawClient& client) { return client.exchange(unit, 9).substr(8); };
    BOOST_TEST(count(second) == "0101020304");
    BOOST_TEST(count(first) == "0101020304");
    BOOST_TEST(count(second) == "0201020304");
    first.socket.close();
    BOOST_TEST(count(second) == "0301020304");
}

BOOST_AUTO_TEST_CASE(a_server_may_keep_no_state_for_the_next_peer) {
    CountingServer server(local(Scheme::emu), {.keeps_state = false});
    for (int i = 0; i < 2; ++i) {
        RawClient client(*server.server);
        BOOST_TEST(counted(client) == "050101020304");
        send(client.socket, emu(Binding::mctp, static_cast<uint32_t>(EmuCommand::proceed)));
        BOOST_TEST(client.hear(13).ends_with("00000000 closed"));
    }
}

BOOST_AUTO_TEST_CASE(a_link_leaves_with_continue) {
    CountingServer server(local(Scheme::emu));
    for (uint8_t count : Bytes{1, 2}) {
        auto link = connect(server.server->target(), 1s);
        BOOST_REQUIRE(link.has_value());
        BOOST_TEST((*link)->send(kMessage).has_value());
        auto answer = (*link)->receive(1s);
        BOOST_REQUIRE(answer.has_value());
        BOOST_TEST((*answer)[0] == count);
    }
}

BOOST_AUTO_TEST_CASE(shutdown_ends_a_server_that_is_told_so) {
    CountingServer server(local(Scheme::emu), {.shutdown_ends = true});
    RawClient client(*server.server);
    BOOST_TEST(client.exchange(emu(Binding::mctp, 0xfffe), 13) == "0000fffe0000000100000000 closed");
    BOOST_REQUIRE(server.ends_within(1s));
    BOOST_TEST(!connect(server.server->target(), 0ms).has_value());
}

BOOST_AUTO_TEST_CASE(a_peer_that_does_not_read_keeps_nobody_from_stopping) {
    CountingServer server(local(Scheme::emu));
    RawClient client(*server.server);
    // 32 answers of a megabyte: more than the kernel takes.
    for (int i = 0; i < 32; ++i) send(client.socket, emu(Binding::mctp, 1, Bytes{5, 1, 2}));
    BOOST_TEST(client.hear(12) == "0000000100000001000f0001");
    server.server->stop();
    BOOST_TEST(server.ends_within(1s));
}

BOOST_AUTO_TEST_CASE(an_answer_that_the_binding_cannot_carry_is_not_sent) {
    CountingServer server(local(Scheme::tcp));
    RawClient client(*server.server);
    Bytes both = concat({wrap(Binding::tcp, Bytes{1, 2}), wrap(Binding::tcp, kMessage)});
    BOOST_TEST(client.exchange(both, 9) == "070001050101020304");
    server.server->stop();
    server.join();
    BOOST_REQUIRE(server.log.size() == 1);
    BOOST_TEST(server.log[0] == "an answer of 983040 bytes was not sent: tcp carries at most 65533");
}

BOOST_AUTO_TEST_CASE(an_address_in_use_is_named) {
    CountingServer server(local(Scheme::tcp));
    auto second = Server::listen(server.server->target(), [] { return Service{}; });
    BOOST_REQUIRE(!second.has_value());
    BOOST_TEST(second.error().detail.find("cannot listen on tcp://127.0.0.1:") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::transport
