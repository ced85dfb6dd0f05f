#include <algorithm>
#include <nlohmann/json.hpp>

#include "conformance/cli/test_support.h"

namespace assay::cli {

BOOST_AUTO_TEST_SUITE(transfer_suite)

BOOST_AUTO_TEST_CASE(the_built_in_path_passes_every_case_and_leaves_a_report) {
    TemporaryFile place("");
    std::filesystem::remove(place.path);
    const Ran ran = assay({"run", "--role", "transfer", "--strict", "--report", place.path.string()});
    BOOST_TEST(ran.code == 0, ran.out << ran.err);
    BOOST_TEST(ran.out.contains("no failure"), ran.out);
    BOOST_TEST(ran.out.contains("--role transfer"), ran.out);
    std::ifstream file(place.path / "report.json");
    const auto report = nlohmann::json::parse(file, nullptr, false);
    BOOST_REQUIRE(!report.is_discarded());
    BOOST_TEST(report["counts"]["pass"].get<size_t>() == report["results"].size());
}

BOOST_AUTO_TEST_CASE(a_check_that_is_waived_and_a_defect_that_is_planted_fail_a_case) {
    const Ran waived = assay({"run", "--role", "transfer", "--case", "work/*", "--waive", "work_mac"});
    BOOST_TEST(waived.code == 1, waived.out);
    BOOST_TEST(waived.out.contains("ASSAY-TRF-040"), waived.out);
    const Ran planted = assay({"run", "--role", "transfer", "--case", "key/*", "--defect", "secret_whole"});
    BOOST_TEST(planted.code == 1, planted.out);
    BOOST_TEST(planted.out.contains("key/derivation"), planted.out);
}

BOOST_AUTO_TEST_CASE(the_cases_of_the_path_are_listed_and_traced) {
    const Ran list = assay({"run", "--role", "transfer", "--list", "--case", "rot/*"});
    BOOST_TEST(list.code == 0);
    BOOST_TEST(list.out.contains("rot/under-load"), list.out);
    const Ran trace = assay({"run", "--traceability"});
    BOOST_TEST(trace.code == 0);
    BOOST_TEST(trace.out.contains("blk/replay"), "a case of the path in the matrix");
}

BOOST_AUTO_TEST_CASE(what_cannot_be_of_the_path_is_said_in_one_line) {
    const BadInput rows[] = {
        {{"run", "--role", "transfer", "--case", "none/*"}, 2, "no case matches 'none/*'"},
        {{"run", "--role", "transfer", "--waive", "nothing"}, 2, "there is no check 'nothing'"},
        {{"run", "--role", "transfer", "--defect", "nothing"}, 2, "there is no defect 'nothing'"},
        {{"run", "--role", "transfer", "--target", "tcp://localhost:1"}, 2, "can only be reference"},
        {{"run", "--role", "transfer", "--report", "/proc/nowhere"}, 2, "cannot make"},
    };
    for (const BadInput& row : rows) row.check();
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::cli
