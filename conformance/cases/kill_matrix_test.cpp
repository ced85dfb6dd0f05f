#include "conformance/cases/kill_matrix.h"

#include <boost/test/unit_test.hpp>

namespace assay::cases {

BOOST_AUTO_TEST_SUITE(kill_matrix_suite)

BOOST_AUTO_TEST_CASE(every_check_that_is_waived_is_noticed_or_excused) {
    std::vector<Kill> kills = kill_matrix();
    BOOST_TEST(!kills.empty());
    for (const Kill& kill : kills) BOOST_TEST(!kill.survived(), spdm::info(kill.check).name);
    BOOST_TEST_MESSAGE(to_text(kills));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::cases
