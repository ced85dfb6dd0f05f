#include "conformance/report/list.h"

#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>

namespace assay::report {

BOOST_AUTO_TEST_SUITE(list_suite)

BOOST_AUTO_TEST_CASE(a_case_is_listed_with_its_requirements_columns_and_needs) {
    const engine::Suite suite{.name = "responder",
                              .unit = "cases",
                              .cases = nullptr,
                              .kill_matrix = nullptr,
                              .column_names = {"versions"}};
    const std::vector<engine::CaseInfo> cases = {{.id = "crt/a",
                                                  .columns = {"1.2-1.4"},
                                                  .title = "A holds",
                                                  .requirements = {"SPDM-CRT-004", "NONE-1"},
                                                  .needs = {"CERT_CAP"},
                                                  .negative = true}};
    const nlohmann::ordered_json json = to_json(suite, cases);
    BOOST_TEST(json["role"] == "responder");
    BOOST_TEST(json["format"] == kListFormat);
    BOOST_REQUIRE(json["cases"].size() == 1U);
    const auto& one = json["cases"][0];
    BOOST_TEST(one["id"] == "crt/a");
    BOOST_TEST(one["versions"] == "1.2-1.4");
    BOOST_TEST(one["needs"][0] == "CERT_CAP");
    BOOST_TEST(one["negative"] == true);
    BOOST_TEST(one["waits"] == false);
    BOOST_TEST(one["requirements"][0]["level"] == "must");
    BOOST_TEST(one["requirements"][0]["clause"] ==
               "DSP0274, GET_CERTIFICATE request and CERTIFICATE response messages");
    BOOST_TEST(one["requirements"][1]["clause"].is_null());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::report
