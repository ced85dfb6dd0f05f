#include "stack/transport/endpoint.h"

#include <boost/test/unit_test.hpp>

namespace assay::transport {

namespace {

const Bytes kMessage = {0x10, 0x84, 0x00, 0x00};

// Gives every message back, under the type that it came under.
Service echo() {
    return {
        [](Payload payload, ByteView message) { return std::optional(Message{payload, to_bytes(message)}); }};
}

FramingFaultConfig with(FramingDefect defect) {
    FramingFaultConfig faults;
    faults.plant(defect);
    return faults;
}

MctpHeader to_us(uint8_t tag = 0) { return {.destination = kMctpEndpoint, .source = 0x08, .tag = tag}; }

}  // namespace

BOOST_AUTO_TEST_SUITE(endpoint_suite)

BOOST_AUTO_TEST_CASE(a_message_is_answered_in_the_frames_of_its_binding) {
    for (Binding binding : {Binding::mctp, Binding::doe, Binding::tcp}) {
        for (Payload payload : {Payload::spdm, Payload::secured}) {
            UnitEndpoint endpoint(binding);
            Bytes unit = wrap(binding, kMessage, payload);
            auto answer = endpoint.take(echo(), unit);
            BOOST_REQUIRE(answer.has_value());
            BOOST_TEST(to_hex(*answer) == to_hex(unit));
        }
    }
}

BOOST_AUTO_TEST_CASE(what_a_binding_drops_gets_no_answer_and_a_line_in_the_log) {
    const std::pair<Binding, Bytes> rows[] = {
        {Binding::mctp, concat({Bytes{0x01}, kMessage})},
        {Binding::doe, doe_object(0x7e, kMessage)},
        {Binding::tcp, Bytes{0x06, 0x00, 0x02, 0x05, 0x10, 0x84, 0x00, 0x00}}};
    for (const auto& [binding, unit] : rows) {
        std::vector<std::string> log;
        UnitEndpoint endpoint(binding, [&](const std::string& line) { log.push_back(line); });
        BOOST_TEST(!endpoint.take(echo(), unit).has_value());
        BOOST_TEST(log.size() == 1U);
        BOOST_TEST(endpoint.take(echo(), wrap(binding, kMessage)).has_value());
    }
}

BOOST_AUTO_TEST_CASE(an_answer_that_does_not_fit_is_not_sent) {
    std::vector<std::string> log;
    UnitEndpoint endpoint(Binding::tcp, [&](const std::string& line) { log.push_back(line); });
    Service large{[](Payload payload, ByteView) { return std::optional(Message{payload, Bytes(0x10000)}); }};
    BOOST_TEST(!endpoint.take(large, wrap(Binding::tcp, kMessage)).has_value());
    BOOST_TEST(log.size() == 1U);
}

BOOST_AUTO_TEST_CASE(packets_go_back_with_the_tag_of_the_request) {
    PacketEndpoint endpoint;
    for (uint8_t tag = 0; tag < 8; ++tag) {
        auto came = endpoint.take(echo(), mctp_packet(to_us(tag), wrap(Binding::mctp, kMessage)));
        BOOST_REQUIRE(came.size() == 1U);
        auto packet = parse_mctp_packet(came[0]);
        BOOST_REQUIRE(packet.has_value());
        BOOST_TEST(packet->header.tag == tag);
        BOOST_TEST(!packet->header.tag_owner);
        BOOST_TEST(packet->header.destination == 0x08);
        BOOST_TEST(packet->header.source == kMctpEndpoint);
    }
}

BOOST_AUTO_TEST_CASE(packets_are_put_together_in_their_order_only) {
    Bytes long_message(3 * kMctpUnit, 0x11);
    auto parts = mctp_packets(to_us(), wrap(Binding::mctp, long_message));
    BOOST_REQUIRE(parts.size() > 2U);
    PacketEndpoint endpoint;
    size_t came = 0;
    for (const Bytes& part : parts) came += endpoint.take(echo(), part).size();
    BOOST_TEST(came == parts.size());
    came = 0;
    std::swap(parts[1], parts[2]);
    for (const Bytes& part : parts) came += endpoint.take(echo(), part).size();
    BOOST_TEST(came == 0U);
}

BOOST_AUTO_TEST_CASE(packets_that_are_not_for_us_are_dropped) {
    MctpHeader elsewhere = to_us(), response = to_us(), later = to_us(), bus = to_us();
    elsewhere.destination = kMctpEndpoint + 1;
    response.tag_owner = false;
    later.version = 2;
    bus.destination = 0;
    PacketEndpoint endpoint;
    Bytes body = wrap(Binding::mctp, kMessage);
    for (const MctpHeader& header : {elsewhere, response, later})
        BOOST_TEST(endpoint.take(echo(), mctp_packet(header, body)).empty());
    BOOST_TEST(endpoint.take(echo(), mctp_packet(bus, body)).size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_stream_is_served_in_whatever_pieces_it_comes) {
    Bytes unit = wrap(Binding::tcp, kMessage);
    StreamEndpoint endpoint(Scheme::tcp, Binding::tcp);
    Bytes answers;
    for (uint8_t byte : concat({unit, unit}))
        BOOST_TEST((endpoint.take(echo(), Bytes{byte}, answers) == StreamEndpoint::Peer::goes_on));
    BOOST_TEST(to_hex(answers) == to_hex(concat({unit, unit})));
    BOOST_TEST((endpoint.take(echo(), Bytes{0, 0, 7, 5}, answers) == StreamEndpoint::Peer::broken));
}

BOOST_AUTO_TEST_CASE(commands_of_the_emulator_are_told_apart) {
    const std::pair<EmuCommand, StreamEndpoint::Peer> rows[] = {
        {EmuCommand::hello, StreamEndpoint::Peer::goes_on},
        {EmuCommand::proceed, StreamEndpoint::Peer::left},
        {EmuCommand::shutdown, StreamEndpoint::Peer::shut_down}};
    for (const auto& [command, peer] : rows) {
        StreamEndpoint endpoint(Scheme::emu, Binding::doe);
        Bytes answers;
        Bytes unit = emu_unit(Binding::doe, static_cast<uint32_t>(command), {});
        BOOST_TEST((endpoint.take(echo(), unit, answers) == peer));
        BOOST_TEST(to_hex(ByteView(answers).first(4)) == to_hex(ByteView(unit).first(4)));
    }
    StreamEndpoint endpoint(Scheme::emu, Binding::doe);
    Bytes answers;
    endpoint.take(echo(), emu_unit(Binding::doe, 0x7777, {}), answers);
    BOOST_TEST(to_hex(answers) ==
               to_hex(emu_unit(Binding::doe, static_cast<uint32_t>(EmuCommand::unknown), {})));
}

BOOST_AUTO_TEST_CASE(who_waits_for_something_gets_an_empty_unit_for_silence) {
    const Service silent{[](Payload, ByteView) { return std::optional<Message>(); }};
    constexpr auto kNormal = static_cast<uint32_t>(EmuCommand::normal);
    // A message, and an object that the binding drops.
    for (const Bytes& object : {wrap(Binding::doe, kMessage), doe_object(0x7e, kMessage)}) {
        Bytes answers;
        StreamEndpoint waited_for(Scheme::emu, Binding::doe, {}, {}, true);
        waited_for.take(silent, emu_unit(Binding::doe, kNormal, object), answers);
        BOOST_TEST(to_hex(answers) == to_hex(emu_unit(Binding::doe, kNormal, {})));
        answers.clear();
        StreamEndpoint usual(Scheme::emu, Binding::doe);
        usual.take(silent, emu_unit(Binding::doe, kNormal, object), answers);
        BOOST_TEST(answers.empty());
    }
    // SPDM over TCP has no such unit.
    Bytes answers;
    StreamEndpoint tcp(Scheme::tcp, Binding::tcp, {}, {}, true);
    tcp.take(silent, wrap(Binding::tcp, kMessage), answers);
    BOOST_TEST(answers.empty());
}

BOOST_AUTO_TEST_CASE(a_defect_of_a_sender_shows_in_what_it_sends) {
    const Bytes five = {1, 2, 3, 4, 5};
    UnitEndpoint padded(Binding::doe, {}, with(FramingDefect::doe_padding_left));
    BOOST_TEST(
        (padded.take(echo(), doe_object(kDoeSpdm, five))->size() == doe_object(kDoeSpdm, five).size()));
    Service unaligned{[&](Payload payload, ByteView) { return std::optional(Message{payload, five}); }};
    BOOST_TEST(padded.take(unaligned, doe_object(kDoeSpdm, kMessage))->back() != 0);

    Bytes packet = mctp_packet(to_us(3), wrap(Binding::mctp, kMessage));
    PacketEndpoint forgetful({}, with(FramingDefect::tag_forgotten));
    BOOST_TEST(parse_mctp_packet(forgetful.take(echo(), packet)[0])->header.tag == 0);
    PacketEndpoint owner({}, with(FramingDefect::tag_owner_kept));
    BOOST_TEST(parse_mctp_packet(owner.take(echo(), packet)[0])->header.tag_owner);
}

BOOST_AUTO_TEST_CASE(a_defect_of_a_receiver_shows_in_what_it_takes) {
    UnitEndpoint stuck(Binding::mctp, {}, with(FramingDefect::stuck_after_bad_frame));
    BOOST_TEST(!stuck.take(echo(), Bytes{0x01, 0x02}).has_value());
    BOOST_TEST(!stuck.take(echo(), wrap(Binding::mctp, kMessage)).has_value());

    Service typed{[](Payload payload, ByteView) {
        return payload == Payload::spdm ? std::optional(Message{payload, kMessage}) : std::nullopt;
    }};
    UnitEndpoint blind(Binding::mctp, {}, with(FramingDefect::type_ignored));
    BOOST_TEST(blind.take(typed, wrap(Binding::mctp, kMessage, Payload::secured)).has_value());
    BOOST_TEST(!UnitEndpoint(Binding::mctp)
                    .take(typed, wrap(Binding::mctp, kMessage, Payload::secured))
                    .has_value());

    UnitEndpoint mute(Binding::tcp, {}, with(FramingDefect::tcp_role_unanswered));
    BOOST_TEST(!mute.take(echo(), tcp_notice(kTcpRoleInquiry)).has_value());
    BOOST_TEST((UnitEndpoint(Binding::tcp).take(echo(), tcp_notice(kTcpRoleInquiry)) ==
                tcp_notice(kTcpNoRequester)));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::transport
