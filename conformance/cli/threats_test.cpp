#include <algorithm>
#include <nlohmann/json.hpp>

#include "conformance/cli/test_support.h"

namespace assay::cli {

BOOST_AUTO_TEST_SUITE(threats_suite)

BOOST_AUTO_TEST_CASE(the_threat_model_is_as_expected_and_leaves_a_report) {
    TemporaryFile place("");
    std::filesystem::remove(place.path);
    const Ran ran = assay({"run", "--role", "threats", "--report", place.path.string()});
    BOOST_TEST(ran.code == 0, ran.out << ran.err);
    BOOST_TEST(ran.out.contains("38 of 38 cells are as expected"), ran.out);
    std::ifstream file(place.path / "threats.json");
    const auto report = nlohmann::json::parse(file, nullptr, false);
    BOOST_REQUIRE(!report.is_discarded());
    BOOST_TEST(report["agree"] == 38);
    BOOST_TEST(report["cells"].size() == 38U);
    std::ifstream same(place.path / "report.json");
    const auto results = nlohmann::json::parse(same, nullptr, false)["results"];
    BOOST_REQUIRE(results.size() == 38U);
    for (const char* key : {"row", "category", "mode", "observed", "what"})
        BOOST_TEST(results[0][key] == report["cells"][0][key], key);
}

BOOST_AUTO_TEST_CASE(a_defence_that_is_waived_turns_its_cell) {
    const Ran ran = assay({"run", "--role", "threats", "--waive", "management_read"});
    BOOST_TEST(ran.code == 1);
    BOOST_TEST(ran.out.contains("37 of 38"), ran.out);
    BOOST_TEST(ran.out.contains("DISAGREES"), ran.out);
}

BOOST_AUTO_TEST_CASE(a_single_cell_can_be_run) {
    const Ran ran = assay({"run", "--role", "threats", "--case", "link-read-code/apm"});
    BOOST_TEST(ran.code == 0, ran.out << ran.err);
    BOOST_TEST(ran.out.contains("1 of 1 cells are as expected"), ran.out);
}

BOOST_AUTO_TEST_CASE(what_cannot_be_is_said_in_one_line) {
    const BadInput rows[] = {
        {{"run", "--role", "nobody"},
         2,
         "'nobody' is none of responder, requester, transfer, verifier, threats"},
        {{"run", "--role", "threats", "--waive", "nothing"}, 2, "there is no check 'nothing'"},
        {{"run", "--role", "threats", "--defect", "nothing"}, 2, "there is no defect 'nothing'"},
        {{"run", "--role", "threats", "--report", "/proc/nowhere"}, 2, "cannot make"},
    };
    for (const BadInput& row : rows) row.check();
}

BOOST_AUTO_TEST_CASE(the_demo_ends_with_an_attack_that_fails_in_one_mode_and_succeeds_in_the_other) {
    const Ran cc = assay({"demo"});
    BOOST_TEST(cc.code == 0, cc.out << cc.err);
    BOOST_TEST(cc.out.contains("block_tag"), cc.out);
    BOOST_TEST(!cc.out.contains("is cancer"), cc.out);
    const Ran apm = assay({"demo", "--mode", "apm"});
    BOOST_TEST(apm.code == 0, apm.out << apm.err);
    BOOST_TEST(apm.out.contains("is cancer"), apm.out);
    for (const Ran& ran : {cc, apm}) BOOST_TEST(std::ranges::count(ran.out, '\n') <= 24, ran.out);
    BadInput{{"demo", "--mode", "off"}, 2, "'off' is none of cc, apm"}.check();
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::cli
