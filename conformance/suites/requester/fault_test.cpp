#include "conformance/suites/requester/fault.h"

#include <boost/test/unit_test.hpp>
#include <set>

namespace assay::cases {

namespace {

std::string_view refused_by(const FaultOutcome& outcome) {
    return outcome.refusal ? spdm::info(outcome.refusal->check).name : "nothing";
}

}  // namespace

BOOST_AUTO_TEST_SUITE(fault_suite)

BOOST_AUTO_TEST_CASE(an_honest_responder_is_believed_at_every_version) {
    for (wire::Version version : wire::kVersions) {
        FaultOutcome outcome = run_requester({spdm::Check::retries, version}, {});
        BOOST_TEST(refused_by(outcome) == "nothing");
        BOOST_TEST(outcome.complete);
        BOOST_TEST(outcome.authenticated);
    }
}

BOOST_AUTO_TEST_CASE(each_fault_is_refused_by_its_check_and_by_no_other) {
    for (const FaultRow& row : fault_rows()) {
        BOOST_TEST_CONTEXT(spdm::info(row.check).name << " at " << wire::name(row.version)) {
            BOOST_TEST(refused_by(run_requester(row, {})) == spdm::info(row.check).name);
            spdm::FaultConfig faults;
            faults.waive(row.check);
            BOOST_TEST(refused_by(run_requester(row, faults)) != spdm::info(row.check).name);
        }
    }
}

BOOST_AUTO_TEST_CASE(every_check_of_the_requester_meets_its_fault) {
    std::set<spdm::Check> driven;
    for (const FaultRow& row : fault_rows()) driven.insert(row.check);
    for (size_t i = 0; i < spdm::kCheckCount; ++i) {
        auto check = static_cast<spdm::Check>(i);
        if (!spdm::info(check).responder) BOOST_TEST(driven.contains(check), spdm::info(check).name);
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::cases
