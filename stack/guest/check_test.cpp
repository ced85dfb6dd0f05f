#include "stack/guest/check.h"

#include <boost/test/unit_test.hpp>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>

namespace assay::guest {

BOOST_AUTO_TEST_SUITE(check)

BOOST_AUTO_TEST_CASE(each_check_has_a_name_of_its_own_and_an_error_that_is_none_of_success) {
    std::set<std::string_view> names;
    for (size_t i = 0; i < kCheckCount; ++i) {
        const CheckInfo& row = info(static_cast<Check>(i));
        BOOST_TEST(names.insert(row.name).second, row.name << " stands twice");
        BOOST_TEST((check_from_name(row.name) == static_cast<Check>(i)));
        BOOST_TEST((row.cuda != CudaError::success));
        BOOST_TEST(!row.violated.empty());
    }
    BOOST_TEST(!check_from_name("no_such_check").has_value());
}

BOOST_AUTO_TEST_CASE(each_check_that_serves_a_row_of_the_threat_model_serves_one_that_there_is) {
    std::ifstream file("vectors/threat_model.json");
    std::set<std::string> rows = {""};
    const auto model = nlohmann::json::parse(file);
    for (const auto& row : model["rows"]) rows.insert(row["id"].get<std::string>());
    for (size_t i = 0; i < kCheckCount; ++i) {
        const CheckInfo& row = info(static_cast<Check>(i));
        BOOST_TEST(rows.contains(std::string(row.threat)), row.name);
    }
}

BOOST_AUTO_TEST_CASE(a_refusal_says_what_cuda_says_and_what_lay_behind) {
    const Refusal refusal{Check::gate, {}};
    BOOST_TEST(refusal.text() == "gate: no evidence of the GPU was accepted yet (cudaErrorSystemNotReady)");
    BOOST_TEST((Refusal{Check::evidence, "chain"}).text().ends_with(": chain"));
    BOOST_TEST(name(CudaError::success) == "cudaSuccess");
}

BOOST_AUTO_TEST_CASE(a_waived_check_never_refuses) {
    FaultConfig faults;
    faults.waive(Check::gate);
    BOOST_TEST(Checker(faults).demand(Check::gate, false).has_value());
    BOOST_TEST(!Checker(faults).demand(Check::closed, false).has_value());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::guest
