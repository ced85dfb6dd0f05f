#include "stack/base/bytes.h"

#include <boost/test/unit_test.hpp>

namespace assay {

BOOST_AUTO_TEST_SUITE(bytes)

BOOST_AUTO_TEST_CASE(hex_round_trips_and_skips_separators) {
    auto read = from_hex("0x00:1f aA_ff\n");
    BOOST_REQUIRE(read);
    BOOST_TEST(to_hex(*read) == "001faaff");
    BOOST_TEST(from_hex("")->empty());
}

BOOST_AUTO_TEST_CASE(bad_hex_names_the_offset) {
    BOOST_TEST(from_hex("12g4").error().offset == 2U);
    BOOST_TEST(from_hex("123").error().offset == 3U);
    BOOST_TEST((from_hex("123").error().code == Errc::bad_text));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay
