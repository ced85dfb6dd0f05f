#include "conformance/report/hex_text.h"

#include <boost/test/unit_test.hpp>

namespace assay::report {

namespace {

std::string read(std::string_view text) {
    const auto bytes = parse_hex_text(text);
    return bytes ? to_hex(*bytes) : bytes.error().detail;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(hex_text_suite)

BOOST_AUTO_TEST_CASE(hexadecimal_is_read_in_every_form_in_which_it_is_pasted) {
    const std::string whole = "11e1000000000000000000000000003041";
    const std::string_view forms[] = {
        "11e1000000000000000000000000003041",
        "11 e1 00 00 00 00 00 00 00 00\n00 00 00 00 00 30 41\n",
        "0x11E1000000000000000000000000003041",
        "00000000: 11e1 0000 0000 0000 0000 0000 0000 0030  ...............0\n00000010: 41                   "
        "   "
        "                 A\n",
        "00000000  11 e1 00 00 00 00 00 00  00 00 00 00 00 00 00 30  |...............0|\n00000010  41        "
        "    "
        "                                    |A|\n00000011\n",
        "\n  00000000: 11 e1 00 00 00 00 00 00\r\n  00000008: 00 00 00 00 00 00 00 30 41",
    };
    for (const std::string_view form : forms) BOOST_TEST(read(form) == whole, form);
    BOOST_TEST(read("").empty());
}

BOOST_AUTO_TEST_CASE(repetitions_in_a_dump_are_filled_in) {
    const std::string line =
        "00000000  00 00 00 00 00 00 00 00  00 00 00 00 00 00 00 00  |................|\n";
    BOOST_TEST(read(line + "*\n00000040\n") == std::string(128, '0'));
    BOOST_TEST(read(line + "*\n00000030  01  |.|\n00000031\n") == std::string(96, '0') + "01");
    BOOST_TEST(read(line + "*\n").contains("no line says where"));
    BOOST_TEST(read(line + "*\nffffffff\n") == "line 3: begins behind 1048576 bytes");
}

BOOST_AUTO_TEST_CASE(a_dump_with_a_fault_is_refused_with_its_line) {
    BOOST_TEST(read("00000000: 1084 0000  ....\n00000010: 00  .") ==
               "line 2: begins at 16, where 4 bytes came before");
    BOOST_TEST(read("00000000: 10xx  ..") == "line 1: not a hexadecimal digit");
    BOOST_TEST(read("00000000: 10\nzz") == "line 2: does not begin with an offset, as those before");
}

BOOST_AUTO_TEST_CASE(lines_are_messages_of_their_own) {
    const auto lines = parse_hex_lines("# a log\n10 84 00 00\r\n\n10040000\n");
    BOOST_REQUIRE(lines.has_value());
    BOOST_REQUIRE(lines->size() == 2U);
    BOOST_TEST(to_hex((*lines)[1]) == "10040000");
    const auto wrong = parse_hex_lines("10\n1");
    BOOST_REQUIRE(!wrong);
    BOOST_TEST(wrong.error().detail == "line 2: odd number of hexadecimal digits");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::report
