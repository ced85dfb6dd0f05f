#include "conformance/report/failed.h"

#include <boost/test/unit_test.hpp>

#include "conformance/report/json.h"
#include "conformance/report/test_support.h"

namespace assay::report {

BOOST_AUTO_TEST_SUITE(failed_suite)

BOOST_AUTO_TEST_CASE(what_failed_or_could_not_be_judged_is_found_with_its_version) {
    const std::string json = to_text(to_json(test::sample(), test::details()));
    const auto failed = failed_in(json, "responder");
    BOOST_REQUIRE(failed.has_value());
    using enum wire::Version;
    const std::vector<engine::CaseAt> due = {
        {"chl/signature", v1_1}, {"crt/offset-at-end", v1_2}, {"ver/twice", v1_2}, {"mal/empty", v1_2},
        {"mal/late", v1_2},      {"mal/long", v1_2},          {"mal/short", v1_2}};
    BOOST_TEST((*failed == due));
}

BOOST_AUTO_TEST_CASE(a_role_without_versions_has_none_and_a_later_verdict_is_no_pass) {
    const auto failed = failed_in(
        R"({"tool": "assay", "format": 1, "role": "threats", "results": [
            {"id": "a/cc", "verdict": "fail", "version": null}, {"id": "b/cc", "verdict": "pass"},
            {"id": "c/cc", "verdict": "stalled"}]})",
        "threats");
    BOOST_REQUIRE(failed.has_value());
    BOOST_TEST((*failed == std::vector<engine::CaseAt>{{"a/cc", std::nullopt}, {"c/cc", std::nullopt}}));
}

BOOST_AUTO_TEST_CASE(what_is_no_report_of_the_role_is_refused) {
    const std::pair<const char*, const char*> rows[] = {
        {"{", "is no JSON"},
        {"[]", "is no report.json of assay"},
        {R"({"tool": "other", "role": "responder", "results": []})", "is no report.json of assay"},
        {R"({"tool": "assay", "format": 2, "role": "responder", "results": []})", "a report of format 2"},
        {R"({"tool": "assay", "format": 1, "role": "threats", "results": []})",
         "is the report of a run of --role threats"},
        {R"({"tool": "assay", "format": 1, "role": "responder", "results": [{"id": "a"}]})",
         "results[0] has no id or no verdict"},
    };
    for (const auto& [json, says] : rows) {
        const auto failed = failed_in(json, "responder");
        BOOST_REQUIRE(!failed);
        BOOST_TEST(failed.error().detail.contains(says), failed.error().detail);
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::report
