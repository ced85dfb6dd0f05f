#include "conformance/suites/verifier/kill_matrix.h"

#include <boost/test/unit_test.hpp>

#include "conformance/suites/earlier_kills.h"

namespace assay::cases::verifier {

BOOST_AUTO_TEST_SUITE(verifier_kill_matrix_suite)

BOOST_AUTO_TEST_CASE(each_check_that_is_waived_and_each_defect_that_is_planted_is_noticed_or_excused) {
    size_t excused = 0, defects = 0;
    const engine::KillMatrix matrix = verifier_kill_matrix();
    const auto kills = engine::run(matrix);
    check_earlier(matrix, kills, "verifier");
    for (const engine::Kill& kill : kills) {
        BOOST_TEST(!kill.survived(), kill.name);
        BOOST_TEST_MESSAGE(kill.name << ": " << kill.by << kill.excuse);
        if (!kill.excuse.empty()) ++excused;
        if (kill.defect) ++defects;
    }
    BOOST_TEST(excused <= 8U);
    BOOST_TEST(defects == attest::kDefectCount);
}

BOOST_AUTO_TEST_CASE(checks_are_waived_and_defects_planted_by_their_names) {
    const auto faults =
        engine::with_faults(verifier_faults(), {"report_nonce"}, {"snp_current_tcb"}, "verifier");
    BOOST_REQUIRE(faults.has_value());
    BOOST_TEST(faults->waived(attest::Check::report_nonce));
    BOOST_TEST(!faults->waived(attest::Check::report_version));
    BOOST_TEST(faults->has(attest::Defect::snp_current_tcb));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::cases::verifier
