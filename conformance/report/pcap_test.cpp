#include "conformance/report/pcap.h"

#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "conformance/report/test_support.h"
#include "stack/base/writer.h"
#include "stack/wire/header.h"
#include "stack/wire/registry.h"

namespace assay::report {

namespace {

Bytes sample_file() {
    engine::CaseResult result = test::failed();
    return write_pcap(LinkType::mctp, to_packets(result.exchanges));
}

// A capture of one packet in either byte order.
Bytes one_packet(bool big_endian, uint32_t magic, uint32_t link, ByteView packet) {
    Writer file;
    auto number = [&](uint64_t value, size_t width) {
        big_endian ? file.uint_be(value, width) : file.uint_le(value, width);
    };
    number(magic, 4), number(2, 2), number(4, 2), number(0, 8), number(65536, 4), number(link, 4);
    number(11, 4), number(22, 4), number(packet.size(), 4), number(packet.size(), 4);
    file.bytes(packet);
    return std::move(file).take();
}

Packet packet(LinkType link, std::string_view hex) {
    Packet packet{.link = link, .bytes = from_hex(hex).value()};
    packet.wire_size = static_cast<uint32_t>(packet.bytes.size());
    return packet;
}

// What a packet that is a whole message carries.
Result<Carried> carried(const Packet& packet) {
    auto taken = TRY(LinkLayer().take(packet));
    if (!taken) return fail(Errc::unsupported, "packet", 0, "it goes on in another packet");
    return std::move(*taken);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(pcap_suite)

BOOST_AUTO_TEST_CASE(a_capture_is_laid_out_as_other_tools_expect_it) {
    lab::Exchange exchange = test::exchange("10840000", "");
    BOOST_TEST(to_hex(write_pcap(LinkType::mctp, to_packets({&exchange, 1}))) ==
               "d4c3b2a1"
               "02000400"
               "0000000000000000"
               "00000100"
               "23010000"
               "0000000000000000"
               "0900000009000000"
               "000000c0"
               "05"
               "10840000");
}

BOOST_AUTO_TEST_CASE(what_was_written_is_read_back) {
    engine::CaseResult result = test::failed();
    std::vector<Packet> written = to_packets(result.exchanges);
    auto read = read_pcap(write_pcap(LinkType::mctp, written));
    BOOST_REQUIRE(read.has_value());
    BOOST_REQUIRE(read->size() == 4U);
    for (size_t i = 0; i < written.size(); ++i) {
        BOOST_TEST(to_hex((*read)[i].bytes) == to_hex(written[i].bytes));
        BOOST_TEST((*read)[i].seconds == i);
        BOOST_TEST((*read)[i].wire_size == written[i].bytes.size());
    }
    auto last = carried(read->back());
    BOOST_REQUIRE(last.has_value());
    BOOST_TEST((last->kind == Carried::Kind::spdm));
    BOOST_TEST(to_hex(last->message) == to_hex(*result.exchanges[1].response));
}

BOOST_AUTO_TEST_CASE(records_are_written_as_what_they_are) {
    std::vector<lab::Exchange> exchanges = {test::get_version(), test::in_session()};
    BOOST_TEST((link_type({exchanges.data(), 1}, record::doe()) == LinkType::mctp));
    const std::pair<const record::Transport*, LinkType> rows[] = {{&record::mctp(), LinkType::mctp},
                                                                  {&record::doe(), LinkType::pci_doe},
                                                                  {&record::none(), LinkType::pci_doe}};
    for (const auto& [transport, link] : rows) {
        BOOST_TEST((link_type(exchanges, *transport) == link));
        auto read = read_pcap(write_pcap(link, to_packets(exchanges, link)));
        BOOST_REQUIRE(read.has_value());
        BOOST_REQUIRE(read->size() == 4U);
        for (size_t i = 0; i < read->size(); ++i) {
            auto inner = carried((*read)[i]);
            BOOST_REQUIRE(inner.has_value());
            BOOST_TEST((inner->kind == (i < 2 ? Carried::Kind::spdm : Carried::Kind::secured)));
        }
        BOOST_TEST(to_hex(carried((*read)[3])->message).starts_with("fffffeff00000016ccdd"));
    }
    // An answer outside the session is a message.
    exchanges[1].outside = true;
    exchanges[1].response_record.clear();
    std::vector<Packet> packets = to_packets(exchanges);
    BOOST_TEST((carried(packets[3])->kind == Carried::Kind::spdm));
}

BOOST_AUTO_TEST_CASE(silence_leaves_no_packet) {
    std::vector<lab::Exchange> exchanges = {test::exchange("10840000", ""), test::get_version()};
    BOOST_TEST(to_packets(exchanges).size() == 3U);
}

BOOST_AUTO_TEST_CASE(both_byte_orders_and_both_units_of_time_are_read) {
    Bytes bytes = *from_hex("000000c00510840000");
    for (bool big_endian : {false, true}) {
        for (uint32_t magic : {0xa1b2c3d4U, 0xa1b23c4dU}) {
            auto read = read_pcap(one_packet(big_endian, magic, 291, bytes));
            BOOST_REQUIRE(read.has_value());
            BOOST_REQUIRE(read->size() == 1U);
            BOOST_TEST(read->front().seconds == 11U);
            BOOST_TEST(read->front().fraction == 22U);
            BOOST_TEST(to_hex(read->front().bytes) == to_hex(bytes));
        }
    }
}

BOOST_AUTO_TEST_CASE(another_format_is_refused_by_name) {
    Bytes bytes = *from_hex("00");
    const struct {
        Bytes file;
        std::string_view field;
        Errc code;
    } rows[] = {
        {{}, "magic_number", Errc::truncated},
        {*from_hex("0a0d0d0a1c000000"), "magic_number", Errc::unsupported},
        {*from_hex("7f454c46"), "magic_number", Errc::unsupported},
        {one_packet(false, 0xa1b2c3d4, 1, bytes), "network", Errc::unsupported},
        {*from_hex("d4c3b2a103000400"), "version_major", Errc::unsupported},
    };
    for (const auto& row : rows) {
        auto read = read_pcap(row.file);
        BOOST_REQUIRE(!read.has_value());
        BOOST_TEST((read.error().code == row.code), read.error().text());
        BOOST_TEST(read.error().field == row.field);
    }
}

BOOST_AUTO_TEST_CASE(a_length_that_counts_more_than_there_is_is_refused_where_it_stands) {
    Bytes file = sample_file();
    Bytes huge = file;
    std::fill_n(huge.begin() + 32, 8, uint8_t{0xff});
    auto read = read_pcap(huge);
    BOOST_REQUIRE(!read.has_value());
    BOOST_TEST((read.error().code == Errc::truncated));
    Bytes contradictory = file;
    contradictory[32] = 10;
    read = read_pcap(contradictory);
    BOOST_REQUIRE(!read.has_value());
    BOOST_TEST((read.error().code == Errc::inconsistent));
    BOOST_TEST(read.error().offset == 32U);
}

BOOST_AUTO_TEST_CASE(a_capture_cut_anywhere_but_between_packets_is_truncated) {
    Bytes file = sample_file();
    size_t whole = 0;
    for (size_t size = 0; size <= file.size(); ++size) {
        auto read = read_pcap(ByteView(file).first(size));
        if (read) {
            ++whole;
        } else {
            BOOST_TEST((read.error().code == Errc::truncated), size << ": " << read.error().text());
        }
    }
    BOOST_TEST(whole == 5U);  // after the header and after each of four packets
}

BOOST_AUTO_TEST_CASE(no_damaged_byte_is_more_than_a_value_or_an_error) {
    Bytes file = sample_file();
    for (size_t i = 0; i < file.size(); ++i) {
        for (uint8_t value : std::initializer_list<uint8_t>{0x00, 0x01, 0x7f, 0x80, 0xff}) {
            Bytes damaged = file;
            damaged[i] = value;
            auto read = read_pcap(damaged);
            if (!read) continue;
            for (const Packet& one : *read) {
                if (auto inner = carried(one)) BOOST_TEST(inner->message.size() < damaged.size());
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(the_link_layer_comes_off) {
    using Kind = Carried::Kind;
    const struct {
        LinkType link;
        const char* bytes;
        Kind kind;
        const char* message;
    } rows[] = {
        {LinkType::mctp, "000000c00510840000", Kind::spdm, "10840000"},
        {LinkType::mctp, "010203d806ffff", Kind::secured, "ffff"},
        {LinkType::mctp, "f1000ac80510840000", Kind::spdm, "10840000"},  // reserved bits of the header
        {LinkType::mctp, "0510840000", Kind::spdm, "10840000"},          // no header
        {LinkType::mctp, "06aabb", Kind::secured, "aabb"},
        {LinkType::mctp, "000000c07eaabb", Kind::other, "7eaabb"},
        {LinkType::pci_doe, "010001000300000010840000", Kind::spdm, "10840000"},
        {LinkType::pci_doe, "0100020003000000aabbccdd", Kind::secured, "aabbccdd"},
        {LinkType::pci_doe, "010000000300000000000000", Kind::discovery, "00000000"},
        {LinkType::pci_doe, "01000100030000fc10840000", Kind::spdm,
         "10840000"},  // bits above Length are reserved
    };
    for (const auto& row : rows) {
        Packet whole = packet(row.link, row.bytes);
        auto read = carried(whole);
        BOOST_REQUIRE_MESSAGE(read.has_value(), row.bytes);
        BOOST_TEST((read->kind == row.kind), row.bytes);
        BOOST_TEST(to_hex(read->message) == row.message);
    }
}

BOOST_AUTO_TEST_CASE(a_broken_link_layer_is_refused_by_name) {
    const struct {
        LinkType link;
        const char* bytes;
        Errc code;
        std::string_view field;
    } rows[] = {
        {LinkType::mctp, "", Errc::bad_code, "packet_short"},
        {LinkType::mctp, "000000", Errc::bad_code, "packet_short"},
        {LinkType::mctp, "000000c0", Errc::bad_code, "packet_short"},
        {LinkType::mctp, "000000c005", Errc::bad_code, "mctp_empty"},
        {LinkType::mctp, "05", Errc::bad_code, "mctp_empty"},
        {LinkType::mctp, "8510840000", Errc::bad_code, "mctp_integrity"},
        {LinkType::mctp, "020000c00510840000", Errc::bad_code, "packet_version"},
        {LinkType::mctp, "010a08500001", Errc::bad_code, "packet_start"},
        {LinkType::mctp, "000000800510840000", Errc::unsupported, "packet"},
        {LinkType::pci_doe, "0100", Errc::bad_code, "doe_short"},
        {LinkType::pci_doe, "060001000300000010840000", Errc::bad_code, "doe_vendor"},
        {LinkType::pci_doe, "010001000400000010840000", Errc::bad_code, "doe_length"},
        {LinkType::pci_doe, "010001000200000010840000", Errc::bad_code, "doe_length"},
        {LinkType::pci_doe, "010009000300000010840000", Errc::bad_code, "doe_type"},
    };
    for (const auto& row : rows) {
        Packet whole = packet(row.link, row.bytes);
        auto read = carried(whole);
        BOOST_REQUIRE_MESSAGE(!read.has_value(), row.bytes);
        BOOST_TEST((read.error().code == row.code), row.bytes << ": " << read.error().text());
        BOOST_TEST(read.error().field == row.field);
    }
    Packet cut = packet(LinkType::mctp, "000000c005108400");
    cut.wire_size = 9;
    BOOST_TEST((carried(cut).error().code == Errc::truncated));
}

BOOST_AUTO_TEST_CASE(a_message_in_several_packets_is_put_together) {
    LinkLayer layer;
    // Two peers at once, and packet sequence numbers that begin anywhere.
    const struct {
        const char* bytes;
        const char* whole;  // empty: more is due
    } rows[] = {
        {"010a088805108400", ""}, {"010b08b905aabb", ""},     {"010a085800", "10840000"},
        {"010b0809cc", ""},       {"010b0859dd", "aabbccdd"},
    };
    for (const auto& row : rows) {
        auto taken = layer.take(packet(LinkType::mctp, row.bytes));
        BOOST_REQUIRE_MESSAGE(taken.has_value(), row.bytes);
        BOOST_TEST(taken->has_value() == (*row.whole != 0), row.bytes);
        if (*taken) BOOST_TEST(to_hex((*taken)->message) == row.whole);
    }
    BOOST_TEST(layer.unfinished() == 0U);
}

BOOST_AUTO_TEST_CASE(captures_of_other_implementations_are_read) {
    std::filesystem::path folder = std::filesystem::path("../shared/samples/captures");
    const struct {
        const char* name;
        size_t packets, plain, secured, discovery;
    } rows[] = {
        {"MCTP_1.0.pcap", 546, 546, 0, 0},        {"MCTP_1.2.pcap", 2216, 588, 1628, 0},
        {"MCTP_1.4.pcap", 2272, 602, 1670, 0},    {"PCI_DOE_1.1.pcap", 2472, 578, 1888, 6},
        {"PCI_DOE_1.3.pcap", 2546, 604, 1936, 6},
    };
    for (const auto& row : rows) {
        std::ifstream file(folder / row.name, std::ios::binary);
        if (!file) {
            BOOST_TEST_MESSAGE("skipped: " << (folder / row.name).string() << " is not there");
            continue;
        }
        Bytes bytes{std::istreambuf_iterator<char>(file), {}};
        auto packets = read_pcap(bytes);
        BOOST_REQUIRE(packets.has_value());
        BOOST_TEST(packets->size() == row.packets, row.name);
        size_t kinds[4] = {};
        for (const Packet& one : *packets) {
            auto inner = carried(one);
            BOOST_REQUIRE_MESSAGE(inner.has_value(), row.name << (inner ? "" : ": " + inner.error().text()));
            ++kinds[static_cast<size_t>(inner->kind)];
            if (inner->kind != Carried::Kind::spdm) continue;
            BOOST_REQUIRE(inner->message.size() >= 4);
            BOOST_TEST(wire::version_from_byte(wire::version_byte(inner->message)).has_value());
            BOOST_TEST(wire::message_info(wire::code_of(inner->message)) != nullptr,
                       wire::message_name(wire::code_of(inner->message)));
        }
        BOOST_TEST(kinds[0] == row.plain, row.name);
        BOOST_TEST(kinds[1] == row.secured, row.name);
        BOOST_TEST(kinds[2] == row.discovery, row.name);
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::report
