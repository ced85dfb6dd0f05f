#include "conformance/suites/requester/kill_matrix.h"

#include <boost/test/unit_test.hpp>

namespace assay::cases::requester {

BOOST_AUTO_TEST_SUITE(requester_kill_matrix_suite)

BOOST_AUTO_TEST_CASE(the_built_in_requester_passes_every_case) {
    for (const std::string& fault : kill_matrix_control()) BOOST_ERROR(fault);
}

BOOST_AUTO_TEST_CASE(each_check_of_the_requester_is_missed_by_some_case_when_it_is_waived) {
    const engine::KillMatrix matrix = kill_matrix();
    for (const engine::Kill& kill : engine::run(matrix))
        BOOST_TEST(!kill.survived(), kill.name << " is noticed by no case");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::cases::requester
