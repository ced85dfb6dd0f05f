#include "stack/transport/mctp_packet.h"

#include <boost/test/unit_test.hpp>

#include "stack/transport/binding.h"

namespace assay::transport {

namespace {

// What an assembler makes of packets, each as hex: the body that came last, "-" when more was due, or the
// name of the refusal.
std::string taken(std::initializer_list<const char*> packets, const FramingFaultConfig& faults = {}) {
    MctpAssembler assembler(faults);
    std::string last;
    for (const char* hex : packets) {
        const Bytes bytes = *from_hex(hex);
        auto packet = parse_mctp_packet(bytes, faults);
        if (!packet) return std::string(packet.error().field);
        auto message = assembler.take(*packet);
        last = !message ? std::string(message.error().field) : *message ? to_hex((*message)->body) : "-";
    }
    return last;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(mctp_packet_suite)

BOOST_AUTO_TEST_CASE(a_header_is_written_and_read_field_by_field) {
    const MctpHeader header{.destination = 0x0a, .source = 8, .eom = false, .sequence = 2, .tag = 5};
    Bytes packet = mctp_packet(header, Bytes{0x05, 0x10});
    BOOST_TEST(to_hex(packet) == "010a08ad0510");
    auto read = parse_mctp_packet(packet);
    BOOST_REQUIRE(read.has_value());
    BOOST_TEST((read->header == header));
    BOOST_TEST(to_hex(read->payload) == "0510");
    packet[0] = 0xf1;  // DSP0236: reserved bits are not read
    BOOST_TEST((parse_mctp_packet(packet)->header == header));
}

BOOST_AUTO_TEST_CASE(a_body_of_any_size_comes_back_out_of_its_packets) {
    for (size_t size : {1U, 2U, 63U, 64U, 65U, 128U, 300U}) {
        Bytes body(size, 0x5a);
        std::vector<Bytes> packets = mctp_packets({.sequence = 3, .tag = 1}, body);
        BOOST_TEST(packets.size() == (size + kMctpUnit - 1) / kMctpUnit);
        MctpAssembler assembler;
        for (size_t i = 0; i < packets.size(); ++i) {
            auto message = assembler.take(*parse_mctp_packet(packets[i]));
            BOOST_REQUIRE(message.has_value());
            BOOST_TEST(message->has_value() == (i + 1 == packets.size()));
            if (*message) BOOST_TEST(((*message)->body == body));
        }
        BOOST_TEST(assembler.pending() == 0U);
    }
}

BOOST_AUTO_TEST_CASE(packets_out_of_order_are_refused_by_name) {
    const struct {
        std::initializer_list<const char*> packets;
        const char* result;
    } rows[] = {
        {{"010a088805", "010a08581084"}, "051084"},
        {{"010a088805", "010a08681084"}, "packet_sequence"},
        {{"010a08581084"}, "packet_start"},
        {{"010a08881084", "010a08681084", "010a08581084"}, "packet_start"},  // it was dropped
        {{"010a08880510", "010a08c80584"}, "0584"},                          // a first packet begins anew
        {{"010a08880510", "010a08591084"}, "packet_start"},                  // another tag
        {{"010a08880510", "010a08501084"}, "packet_start"},                  // another owner of the tag
        {{"010a08880510", "010a09581084"}, "packet_start"},                  // another sender
        {{"010a08c8"}, "packet_short"},
        {{"010a08"}, "packet_short"},
    };
    for (const auto& row : rows) BOOST_TEST(taken(row.packets) == row.result);
}

BOOST_AUTO_TEST_CASE(a_message_larger_than_any_is_dropped) {
    MctpAssembler assembler;
    const Bytes piece(kMaxUnit / 2 + 1);
    BOOST_TEST(assembler.take({.header = {.eom = false}, .payload = piece}).has_value());
    auto second = assembler.take({.header = {.som = false, .eom = false, .sequence = 1}, .payload = piece});
    BOOST_REQUIRE(!second.has_value());
    BOOST_TEST(second.error().field == "packet_size");
    BOOST_TEST(assembler.pending() == 0U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::transport
