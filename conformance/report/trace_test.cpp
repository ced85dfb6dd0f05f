#include "conformance/report/trace.h"

#include <boost/test/unit_test.hpp>

#include "conformance/report/test_support.h"
#include "stack/base/ranges.h"

namespace assay::report {

namespace {

const TraceRow& row(const Trace& trace, std::string_view id) {
    return *std::ranges::find_if(trace.rows, [&](const TraceRow& one) { return one.requirement->id == id; });
}

}  // namespace

BOOST_AUTO_TEST_SUITE(trace_suite)

BOOST_AUTO_TEST_CASE(a_must_without_case_or_reason_is_missing_and_nothing_else_is) {
    std::vector<std::string> ids;
    for (const engine::Requirement* one : missing(test::requirements(), test::details().cases))
        ids.push_back(one->id);
    // Not the deferred, the untestable, the "may", nor those with a case.
    BOOST_TEST(ids == (std::vector<std::string>{"SPDM-CHL-001", "SPDM-SES-003"}),
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(requests_whose_contents_nobody_judges_yet_are_named) {
    const std::vector<std::string> names = judged_on_legality_alone();
    BOOST_TEST(contains(names, std::string("GET_CSR")));
    BOOST_TEST(contains(names, std::string("CHUNK_SEND")));
    BOOST_TEST(!contains(names, std::string("CHALLENGE")));
    const Trace matrix = trace(test::requirements(), test::details().cases);
    BOOST_TEST(to_text(matrix).find("GET_CSR") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_requirement_has_its_cases_and_what_they_came_to_at_each_version) {
    engine::RunReport report = test::sample();
    report.results.push_back(test::failed());
    report.results.back().version = wire::Version::v1_1;
    report.results.back().verdict = engine::Verdict::pass;
    Trace matrix = trace(test::requirements(), test::details().cases, &report);
    const TracedCase& first = row(matrix, "SPDM-CRT-003").cases.at(0);
    BOOST_TEST(first.id == "crt/offset-at-end");
    BOOST_REQUIRE(first.verdicts.size() == 2U);
    BOOST_TEST((first.verdicts[0].second == engine::Verdict::fail));
    BOOST_TEST(to_text(matrix).find("pass 1.1, fail 1.2") != std::string::npos, to_text(matrix));
}

BOOST_AUTO_TEST_CASE(a_finding_against_a_rule_the_case_does_not_name_is_no_proof_of_it) {
    engine::RunReport report = test::sample();
    report.results = {test::badly_signed()};
    report.results[0].requirements.clear();
    Trace matrix = trace(test::requirements(), {}, &report);
    const TraceRow& challenge = row(matrix, "SPDM-CHL-001");
    BOOST_REQUIRE(challenge.cases.size() == 1U);
    BOOST_TEST(!challenge.cases[0].names_it);
    BOOST_TEST(challenge.is_missing());
}

BOOST_AUTO_TEST_CASE(an_id_that_is_no_requirement_is_told_once) {
    Trace matrix = trace(test::requirements(), test::details().cases);
    BOOST_REQUIRE(matrix.unknown.size() == 1U);
    BOOST_TEST(matrix.unknown[0].first == "crt/offset-at-end");
    BOOST_TEST(matrix.unknown[0].second == "SPDM-CRT-999");
}

BOOST_AUTO_TEST_CASE(the_sums_below_the_table_add_up) {
    Trace matrix = trace(test::requirements(), test::details().cases);
    BOOST_TEST(
        to_text(matrix).find("7 requirements: 2 with a case, 1 deferred, 1 untestable, 3 without either, "
                             "of which 2 must\n") != std::string::npos,
        to_text(matrix));
    BOOST_TEST(to_json(matrix)["missing"].size() == 2U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::report
