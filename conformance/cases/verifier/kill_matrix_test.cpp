#include "conformance/cases/verifier/kill_matrix.h"

#include <boost/test/unit_test.hpp>

namespace assay::cases::verifier {

BOOST_AUTO_TEST_SUITE(verifier_kill_matrix_suite)

BOOST_AUTO_TEST_CASE(each_check_of_the_verifier_that_is_waived_is_noticed_or_excused) {
    size_t excused = 0;
    for (const Kill& kill : verifier_kill_matrix()) {
        BOOST_TEST(!kill.survived(), kill.name);
        BOOST_TEST_MESSAGE(kill.name << ": " << kill.by << kill.excuse);
        if (!kill.excuse.empty()) ++excused;
    }
    BOOST_TEST(excused <= 8U);
}

BOOST_AUTO_TEST_CASE(a_check_is_waived_by_its_name) {
    const auto waivers = waive({"report_nonce"});
    BOOST_REQUIRE(waivers.has_value());
    BOOST_TEST(waivers->waived(attest::Check::report_nonce));
    BOOST_TEST(!waive({"nothing"}).has_value());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::cases::verifier
