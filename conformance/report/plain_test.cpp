#include "conformance/report/plain.h"

#include <boost/test/unit_test.hpp>

namespace assay::report {

BOOST_AUTO_TEST_SUITE(plain_suite)

BOOST_AUTO_TEST_CASE(what_a_terminal_would_obey_or_xml_cannot_carry_is_spelled_out) {
    const struct {
        std::string_view text;
        std::string_view printable;
    } rows[] = {
        {"plain text", "plain text"},
        {"caf\xc3\xa9 \xe2\x80\xa6 \xf0\x9f\x94\x91", "caf\xc3\xa9 \xe2\x80\xa6 \xf0\x9f\x94\x91"},
        {"\x1b[31mred", "\\x1b[31mred"},
        {std::string_view("a\0b", 3), "a\\x00b"},
        {"\r\x7f", "\\x0d\\x7f"},
        {"\xc2\x9b", "\\xc2\\x9b"},                                      // CSI as one C1 character
        {"\xff\xfe", "\\xff\\xfe"},                                      // no UTF-8 at all
        {"\xc0\xaf", "\\xc0\\xaf"},                                      // overlong
        {"\xe0\x80\xaf", "\\xe0\\x80\\xaf"},                             // overlong
        {"\xed\xa0\x80", "\\xed\\xa0\\x80"},                             // a surrogate
        {"\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80"},                    // beyond U+10FFFF
        {"\xef\xbf\xbf\xef\xbf\xbe", "\\xef\\xbf\\xbf\\xef\\xbf\\xbe"},  // U+FFFF, U+FFFE
        {"end\xe2\x80", "end\\xe2\\x80"},                                // cut short
        {"\xe2(x", "\\xe2(x"},
    };
    for (const auto& row : rows) BOOST_TEST(printable(row.text) == row.printable);
}

BOOST_AUTO_TEST_CASE(line_feeds_stay_or_become_one_line) {
    BOOST_TEST(printable("a\n\tb") == "a\n\tb");
    BOOST_TEST(printable("a\n\tb", Lines::one) == "a\\n\\tb");
}

BOOST_AUTO_TEST_CASE(what_is_left_out_is_counted_and_no_character_is_cut) {
    BOOST_TEST(shortened("0123", 4) == "0123");
    BOOST_TEST(shortened("012345", 4) == "0123... (2 further characters in the report)");
    BOOST_TEST(shortened("a\xc3\xa4z", 2) == "a... (3 further characters in the report)");
}

BOOST_AUTO_TEST_CASE(characters_that_xml_reserves_become_entities) {
    BOOST_TEST(escape_xml("<a b=\"c\">'&amp;'</a>\x01") ==
               "&lt;a b=&quot;c&quot;&gt;&apos;&amp;amp;&apos;&lt;/a&gt;\\x01");
    BOOST_TEST(escape_xml("]]>") == "]]&gt;");
}

BOOST_AUTO_TEST_CASE(a_shell_reads_a_word_back_as_it_was) {
    BOOST_TEST(shell_word("tcp://host:2323") == "tcp://host:2323");
    BOOST_TEST(shell_word("crt/*") == "'crt/*'");
    BOOST_TEST(shell_word("") == "''");
    BOOST_TEST(shell_word("emu://h:1?binding=mctp") == "'emu://h:1?binding=mctp'");
    BOOST_TEST(shell_word("exec:it's $HOME") == "'exec:it'\\''s $HOME'");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::report
