#include "conformance/suites/transfer/kill_matrix.h"

#include <algorithm>
#include <boost/test/unit_test.hpp>

#include "conformance/suites/transfer/transfer.h"
#include "stack/base/ranges.h"
#include "stack/transfer/check.h"

namespace assay::cases::path {

BOOST_AUTO_TEST_SUITE(path_kill_matrix_suite)

BOOST_AUTO_TEST_CASE(a_path_that_is_not_spoiled_gives_nothing_to_notice) {
    for (const std::string& fault : path_kill_matrix_control()) BOOST_ERROR(fault);
}

BOOST_AUTO_TEST_CASE(whatever_is_spoiled_is_noticed_or_excused) {
    const engine::KillMatrix matrix = path_kill_matrix();
    const auto kills = engine::run(matrix);
    BOOST_TEST(kills.size() == transfer::kCheckCount + transfer::kDefectCount);
    size_t excused = 0;
    for (const engine::Kill& kill : kills) {
        BOOST_TEST(!kill.survived(), kill.name);
        excused += kill.excuse.empty() ? 0 : 1;
        // Of the checks alone: there is no defect that nobody sees.
        BOOST_TEST((kill.excuse.empty() || !kill.defect), kill.name);
    }
    BOOST_TEST(excused == matrix.excuses.size(), "an excuse that is not needed");
    BOOST_TEST_MESSAGE(engine::to_text(kills));
}

BOOST_AUTO_TEST_CASE(a_case_meets_each_check_that_cannot_be_waived) {
    for (size_t i = 0; i < transfer::kCheckCount; ++i) {
        const transfer::CheckInfo& check = transfer::info(static_cast<transfer::Check>(i));
        const bool met = std::ranges::any_of(path_cases(), [&](const PathCase& one) {
            return contains(one.requirements, std::string(check.requirement));
        });
        BOOST_TEST(met, check.name << ": no case of " << check.requirement);
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::cases::path
