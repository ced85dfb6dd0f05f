#include "stack/base/random.h"

#include <boost/test/unit_test.hpp>

#include <set>

namespace assay {

BOOST_AUTO_TEST_SUITE(random_source)

// Computed apart from this code from the authors' descriptions of splitmix64 and xoshiro256**.
BOOST_AUTO_TEST_CASE(a_seed_gives_the_same_bytes_on_every_machine) {
    BOOST_TEST(to_hex(SeededRandom(42).bytes(24)) == "16c72e0c2e0b78157e3a116d86d90461a199e439325317ae");
}

BOOST_AUTO_TEST_CASE(the_same_seed_repeats_and_another_does_not) {
    BOOST_TEST(equal(SeededRandom(7).bytes(100), SeededRandom(7).bytes(100)));
    std::set<uint64_t> first;
    for (uint64_t seed = 0; seed < 1000; ++seed) first.insert(SeededRandom(seed).next_u64());
    BOOST_TEST(first.size() == 1000U);
}

BOOST_AUTO_TEST_CASE(any_size_can_be_asked_for) {
    for (size_t size : {0U, 1U, 7U, 8U, 9U, 1000U}) {
        BOOST_TEST(SeededRandom(1).bytes(size).size() == size);
        BOOST_TEST(SystemRandom().bytes(size).size() == size);
    }
    BOOST_TEST(equal(ByteView(SeededRandom(1).bytes(16)).first(9), SeededRandom(1).bytes(9)));
}

BOOST_AUTO_TEST_CASE(below_reaches_every_value_and_no_other) {
    SeededRandom random(3);
    std::set<uint64_t> seen;
    for (int i = 0; i < 1000; ++i) {
        const uint64_t value = random.below(10);
        BOOST_REQUIRE(value < 10U);
        seen.insert(value);
    }
    BOOST_TEST(seen.size() == 10U);
    BOOST_TEST(random.below(1) == 0U);
    BOOST_TEST(random.below(0) == 0U);
}

BOOST_AUTO_TEST_CASE(the_system_does_not_repeat_itself) {
    BOOST_TEST(!equal(SystemRandom().bytes(32), SystemRandom().bytes(32)));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay
