#include "stack/transport/stream.h"

#include <boost/test/unit_test.hpp>

namespace assay::transport {

namespace {

// All units of a stream that comes in pieces of that size.
std::vector<std::string> units(Deframer& deframer, ByteView stream, size_t piece) {
    std::vector<std::string> found;
    for (size_t at = 0; at < stream.size(); at += piece) {
        deframer.push(stream.subspan(at, std::min(piece, stream.size() - at)));
        while (true) {
            auto unit = deframer.next();
            if (!unit) return found.emplace_back(unit.error().field), found;
            if (!*unit) break;
            found.push_back(to_hex((*unit)->payload));
        }
    }
    return found;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(stream_suite)

BOOST_AUTO_TEST_CASE(units_are_the_same_in_whatever_pieces_they_come) {
    Bytes stream = concat({emu_unit(Binding::mctp, 1, Bytes{5, 1, 2, 3, 4}),
                           emu_unit(Binding::mctp, 0xdead, {}), emu_unit(Binding::mctp, 1, Bytes{5, 9})});
    Bytes tcp = *from_hex(
        "0600010510840000"
        "000001bf"
        "0300010501");
    for (size_t piece : {1U, 2U, 5U, 11U, 13U, 64U}) {
        EmuDeframer emu(Binding::mctp);
        BOOST_TEST(units(emu, stream, piece) == (std::vector<std::string>{"0501020304", "", "0509"}),
                   boost::test_tools::per_element());
        TcpDeframer plain;
        BOOST_TEST(units(plain, tcp, piece) ==
                       (std::vector<std::string>{"0600010510840000", "000001bf", "0300010501"}),
                   boost::test_tools::per_element());
    }
}

BOOST_AUTO_TEST_CASE(the_emulators_header_is_big_endian) {
    BOOST_TEST(to_hex(emu_unit(Binding::doe, 0xfffd, Bytes{0xaa})) ==
               "0000fffd"
               "00000002"
               "00000001"
               "aa");
}

BOOST_AUTO_TEST_CASE(a_stream_that_breaks_a_rule_is_refused_by_its_name) {
    struct Row {
        const char* hex;
        const char* check;
    };
    for (const Row& row : {Row{"00000001"
                               "00000002"
                               "00000000",
                               "emu_transport"},
                           Row{"00000001"
                               "00000001"
                               "ffffffff",
                               "emu_size"},
                           Row{"00000001"
                               "00000001"
                               "00100001",
                               "emu_size"}}) {
        EmuDeframer deframer(Binding::mctp);
        BOOST_TEST(units(deframer, *from_hex(row.hex), 64).back() == row.check);
    }
    for (const Row& row :
         {Row{"06000205", "tcp_version"}, Row{"01000105", "tcp_short"}, Row{"060001c1", "tcp_length"}}) {
        TcpDeframer deframer;
        BOOST_TEST(units(deframer, *from_hex(row.hex), 64).back() == row.check);
    }
}

BOOST_AUTO_TEST_CASE(an_announced_unit_takes_no_memory_before_it_comes) {
    EmuDeframer deframer(Binding::mctp);
    deframer.push(
        *from_hex("00000001"
                  "00000001"
                  "00100000"));
    BOOST_TEST(!deframer.next()->has_value());
    BOOST_TEST(deframer.pending() == 12U);
    BOOST_TEST(deframer.announced() == 12U + 0x100000U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::transport
