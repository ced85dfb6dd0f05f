#include "stack/transport/timing.h"

#include <boost/test/unit_test.hpp>

namespace assay::transport {

BOOST_AUTO_TEST_SUITE(timing_suite)

BOOST_AUTO_TEST_CASE(an_answer_may_take_st1_or_ct_and_the_round_trip) {
    using namespace std::chrono_literals;
    BOOST_TEST((answer_time(false, 30, 1ms) == 101ms));
    BOOST_TEST((answer_time(true, 20, 1ms) == 1ms + 1048576us));
    BOOST_TEST((answer_time(true, 0, 1ms) == 101ms));
    BOOST_TEST((answer_time(true, 255, 0ms) == kLongest));
}

BOOST_AUTO_TEST_CASE(polling_ends_before_the_deferred_answer_is_dropped) {
    using namespace std::chrono_literals;
    BOOST_TEST((latest_poll(10, 2, 1ms) == 2048us - 1ms));
    BOOST_TEST((latest_poll(10, 0, 1ms) == 0us));
    BOOST_TEST((latest_poll(255, 255, 1ms) == kLongest * 255 - 1ms));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::transport
