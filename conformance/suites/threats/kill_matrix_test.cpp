#include "conformance/suites/threats/kill_matrix.h"

#include <boost/test/unit_test.hpp>

#include "conformance/suites/threats/refusals.h"

namespace assay::cases::threats {

BOOST_AUTO_TEST_SUITE(threat_kill_matrix_suite)

BOOST_AUTO_TEST_CASE(a_machine_that_is_not_spoiled_refuses_by_the_checks_that_are_stated) {
    for (const Refusal& refusal : refusals()) BOOST_TEST(refusal.attempt({}) == refusal.check, refusal.what);
}

BOOST_AUTO_TEST_CASE(each_check_that_is_waived_is_noticed_or_excused) {
    size_t excused = 0;
    for (const engine::Kill& kill : engine::run(threat_kill_matrix())) {
        BOOST_TEST(!kill.survived(), kill.name);
        BOOST_TEST_MESSAGE(kill.name << ": " << kill.by << kill.excuse);
        if (!kill.excuse.empty()) ++excused;
    }
    BOOST_TEST(excused <= 2U);
}

BOOST_AUTO_TEST_CASE(names_are_found_in_whichever_module_they_are) {
    const auto faults = engine::with_faults(machine_faults(), {"counters", "gate", "block_tag"},
                                            {"unverified_kept"}, "threats");
    BOOST_REQUIRE(faults.has_value());
    BOOST_TEST(faults->gpu.waived(device::Check::counters));
    BOOST_TEST(faults->guest.waived(guest::Check::gate));
    BOOST_TEST(faults->path.waived(transfer::Check::block_tag));
    BOOST_TEST(faults->path.has(transfer::Defect::unverified_kept));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::cases::threats
