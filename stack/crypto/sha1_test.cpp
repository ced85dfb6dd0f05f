#include "stack/crypto/sha1.h"

#include <boost/test/unit_test.hpp>

namespace assay::crypto {

BOOST_AUTO_TEST_SUITE(sha1_suite)

BOOST_AUTO_TEST_CASE(sha1_of_the_examples_of_fips_180) {
    BOOST_TEST(to_hex(sha1(as_bytes("abc")).view()) == "a9993e364706816aba3e25717850c26c9cd0d89d");
    BOOST_TEST(to_hex(sha1({}).view()) == "da39a3ee5e6b4b0d3255bfef95601890afd80709");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::crypto
