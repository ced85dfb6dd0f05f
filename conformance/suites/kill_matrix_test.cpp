#include "conformance/suites/kill_matrix.h"

#include <boost/test/unit_test.hpp>

namespace assay::cases {

BOOST_AUTO_TEST_SUITE(kill_matrix_suite)

BOOST_AUTO_TEST_CASE(a_reference_that_is_not_spoiled_gives_nothing_to_notice) {
    for (const std::string& fault : kill_matrix_control()) BOOST_ERROR(fault);
}

BOOST_AUTO_TEST_CASE(whatever_is_spoiled_is_noticed_or_excused) {
    std::vector<Kill> kills = kill_matrix();
    BOOST_TEST(kills.size() == kill_matrix_size());
    for (const Kill& kill : kills) BOOST_TEST(!kill.survived(), kill.name);
    BOOST_TEST_MESSAGE(to_text(kills));
}

BOOST_AUTO_TEST_CASE(the_table_has_its_sums_and_says_what_is_left_out) {
    const std::vector<Kill> kills = {
        {.name = "one", .requirement = "SPDM-HDR-001", .by = "hdr/a at 1.2 (as it is)", .excuse = {}},
        {.name = "two", .requirement = "SPDM-HDR-002", .by = {}, .excuse = "because"},
        {.name = "three", .defect = true, .requirement = {}, .by = {}, .excuse = {}}};
    std::string text = to_text(kills);
    BOOST_TEST(text.contains("2 checks waived in turn: 1 noticed, 1 excused, 0 survived"), text);
    BOOST_TEST(text.contains("1 defects planted in turn: 0 noticed, 0 excused, 1 survived"), text);
    BOOST_TEST(text.contains("SURVIVED"), text);
    BOOST_TEST(text.contains("sanitizer"), text);
    BOOST_TEST(kills[2].survived());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::cases
