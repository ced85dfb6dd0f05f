#include "stack/base/clock.h"

#include <boost/test/unit_test.hpp>

namespace assay {

BOOST_AUTO_TEST_SUITE(clocks)

BOOST_AUTO_TEST_CASE(a_manual_clock_moves_only_when_told) {
    ManualClock clock;
    BOOST_TEST((clock.now() == Micros(0)));
    clock.advance(Micros(250));
    clock.advance(std::chrono::seconds(1));
    BOOST_TEST((clock.now() == Micros(1'000'250)));
}

BOOST_AUTO_TEST_CASE(the_system_clock_does_not_go_back) {
    const SystemClock clock;
    Micros last = clock.now();
    for (int i = 0; i < 1000; ++i) {
        const Micros now = clock.now();
        BOOST_REQUIRE((now >= last));
        last = now;
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay
