#include "conformance/report/pcapng.h"

#include <boost/test/unit_test.hpp>

#include "stack/base/writer.h"

namespace assay::report {

namespace {

// Writes the numbers of one byte order.
class Order {
   public:
    explicit Order(bool big_endian) : big_endian_(big_endian) {}
    Bytes number(uint64_t value, size_t width) const {
        Writer writer;
        big_endian_ ? writer.uint_be(value, width) : writer.uint_le(value, width);
        return std::move(writer).take();
    }
    Bytes block(uint32_t type, const Bytes& body) const {
        Bytes padded = body;
        padded.resize((body.size() + 3) / 4 * 4);
        const Bytes length = number(padded.size() + 12, 4);
        return concat({number(type, 4), length, padded, length});
    }
    Bytes section() const {
        return block(0x0a0d0d0a, concat({number(0x1a2b3c4d, 4), number(1, 2), number(0, 2), Bytes(8, 0xff)}));
    }
    Bytes interface(uint16_t link) const {
        return block(1, concat({number(link, 2), number(0, 2), number(0, 4)}));
    }
    Bytes packet(uint32_t interface, const Bytes& bytes) const {
        const Bytes size = number(bytes.size(), 4);
        return block(6, concat({number(interface, 4), number(0, 8), size, size, bytes}));
    }
    Bytes simple(const Bytes& bytes) const { return block(3, concat({number(bytes.size(), 4), bytes})); }
    Bytes old(const Bytes& bytes) const {
        const Bytes size = number(bytes.size(), 4);
        return block(2, concat({number(0, 2), number(0, 2), number(0, 8), size, size, bytes}));
    }

   private:
    bool big_endian_;
};

const Bytes kRequest = *from_hex("000000c00510840000"), kResponse = *from_hex("000000c0051004000000013012");

Bytes sample(bool big_endian) {
    const Order order(big_endian);
    return concat({order.section(), order.interface(291), order.packet(0, kRequest),
                   order.block(5, Bytes(12)), order.simple(kResponse), order.old(kRequest)});
}

}  // namespace

BOOST_AUTO_TEST_SUITE(pcapng_suite)

BOOST_AUTO_TEST_CASE(packets_of_every_kind_of_block_are_read_in_either_byte_order) {
    for (const bool big_endian : {false, true}) {
        const auto capture = read_capture(sample(big_endian));
        BOOST_REQUIRE(capture.has_value());
        BOOST_TEST(!capture->cut);
        BOOST_REQUIRE(capture->packets.size() == 3U);
        BOOST_TEST(to_hex(capture->packets[0].bytes) == to_hex(kRequest));
        BOOST_TEST(to_hex(capture->packets[1].bytes) == to_hex(kResponse));
        BOOST_TEST(to_hex(capture->packets[2].bytes) == to_hex(kRequest));
        for (const Packet& one : capture->packets) BOOST_TEST((one.link == LinkType::mctp));
    }
}

BOOST_AUTO_TEST_CASE(a_link_type_can_be_given_in_place_of_the_file_s) {
    const Order order(false);
    const Bytes file = concat({order.section(), order.interface(147), order.packet(0, kRequest)});
    const auto unknown = read_pcapng(file);
    BOOST_REQUIRE(!unknown);
    BOOST_TEST(unknown.error().text().contains("link type 147 is neither MCTP (291) nor PCI DOE (292)"));
    BOOST_TEST((read_pcapng(file, LinkType::tcp)->packets[0].link == LinkType::tcp));
}

BOOST_AUTO_TEST_CASE(contradictions_are_refused) {
    const Order order(false);
    const Bytes head = concat({order.section(), order.interface(291), order.interface(292)});
    Bytes other_length = sample(false);
    other_length[24] ^= 4;
    const std::pair<Bytes, std::string> rows[] = {
        {concat({head, order.packet(2, kRequest)}), "there is no interface 2"},
        {concat({head, order.packet(0, kRequest), order.packet(1, kRequest)}), "several link types"},
        {concat({head, order.block(6, Bytes(8))}), "too short for what it holds"},
        {other_length, "it is not the 28 at the beginning"},
        {*from_hex("0a0d0d0a1c00000000000000"), "this is no pcapng file"},
    };
    for (const auto& [file, says] : rows) {
        const auto capture = read_pcapng(file);
        BOOST_REQUIRE_MESSAGE(!capture, says);
        BOOST_TEST(capture.error().text().contains(says), capture.error().text());
    }
}

BOOST_AUTO_TEST_CASE(what_is_whole_of_a_file_that_is_cut_is_read) {
    const Bytes file = sample(false);
    size_t most = 0;
    for (size_t size = 12; size < file.size(); ++size) {
        const auto capture = read_pcapng(ByteView(file).first(size));
        BOOST_REQUIRE_MESSAGE(capture.has_value(), size);
        BOOST_TEST(capture->packets.size() >= most);
        most = capture->packets.size();
    }
    BOOST_TEST(most == 2U);
    BOOST_TEST(read_pcapng(ByteView(file).first(file.size() - 1))->cut.has_value());
}

BOOST_AUTO_TEST_CASE(a_file_that_is_changed_anywhere_gives_packets_or_an_error) {
    const Bytes file = sample(true);
    for (size_t i = 0; i < file.size(); ++i) {
        for (const uint8_t value : std::initializer_list<uint8_t>{0x00, 0x01, 0x7f, 0x80, 0xff}) {
            Bytes damaged = file;
            damaged[i] = value;
            const auto capture = read_pcapng(damaged);
            if (!capture) BOOST_TEST(!capture.error().text().empty());
            for (const Packet& one : capture ? capture->packets : std::vector<Packet>{})
                BOOST_TEST(one.bytes.size() < damaged.size());
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::report
