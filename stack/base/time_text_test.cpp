#include "stack/base/time_text.h"

#include <boost/test/unit_test.hpp>

namespace assay {

BOOST_AUTO_TEST_SUITE(time_text_suite)

BOOST_AUTO_TEST_CASE(times_are_read_exactly) {
    BOOST_TEST((parse_time("1970-01-02T00:00:01Z").value().time_since_epoch().count() == 86401));
    for (std::string_view text : {"", "2026-11-24", "2026-02-30T00:00:00Z", "2026-11-24T24:00:00Z",
                                  "2026-11-24T00:00:00+", "2026-11-24 00:00:00Z", "-026-11-24T00:00:00Z"})
        BOOST_TEST(!parse_time(text).has_value(), text);
}

BOOST_AUTO_TEST_CASE(a_time_reads_back_as_it_was_written) {
    for (const char* text : {"1970-01-01T00:00:00Z", "2026-06-01T12:00:00Z", "9999-12-31T23:59:59Z"})
        BOOST_TEST(time_text(parse_time(text).value()) == text);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay
