#include "conformance/report/test_support.h"

#include <boost/test/unit_test.hpp>

namespace assay::report {

BOOST_AUTO_TEST_SUITE(details_suite)

BOOST_AUTO_TEST_CASE(the_command_for_a_case_names_target_version_case_and_seed) {
    engine::RunReport report = test::sample();
    report.target = "tcp://gpu:4194";
    report.options.strict = false;
    BOOST_TEST(command(report, test::failed(), {}) ==
               "assay run --target tcp://gpu:4194 --spdm-version 1.2 --case crt/offset-at-end --seed 7");
}

BOOST_AUTO_TEST_CASE(the_command_carries_everything_that_changes_verdicts) {
    engine::RunReport report = test::sample();
    report.options.allow_writes = true;
    report.options.selection = engine::matching("crt/*");
    report.options.versions = {wire::Version::v1_1, wire::Version::v1_2};
    BOOST_TEST(command(report, test::details()) ==
               "assay run --target 'exec:./device '\\''two words'\\''' --spdm-version 1.1 --spdm-version 1.2 "
               "--case 'crt/*' "
               "--seed 7 --strict --allow-writes --profile 'my bench.json'");
}

BOOST_AUTO_TEST_CASE(a_run_of_everything_needs_neither_versions_nor_cases) {
    engine::RunReport report = test::sample();
    report.target = "reference";
    report.options = {};
    BOOST_TEST(command(report, {}) == "assay run --target reference --seed 1");
}

BOOST_AUTO_TEST_CASE(a_target_that_was_never_reached_has_no_version) {
    engine::RunReport report = test::sample();
    report.versions.clear();
    BOOST_TEST(!version_of(report, test::failed()).has_value());
    BOOST_TEST(label(report, test::failed()) == "none");
    BOOST_TEST(command(report, test::failed(), {}).find("--spdm-version") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(messages_are_titled_by_code_and_error) {
    const std::pair<const char*, const char*> rows[] = {
        {"10840000", "GET_VERSION"}, {"127f0100", "ERROR InvalidRequest"},
        {"127fee00", "ERROR 0xee"},  {"127f", "ERROR"},
        {"124200", "0x42"},          {"12", "an incomplete header"},
        {"", "an empty message"},
    };
    for (const auto& [hex, title] : rows) BOOST_TEST(message_title(*from_hex(hex)) == title);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::report
