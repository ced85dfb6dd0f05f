#include "conformance/engine/kill_matrix.h"

#include <boost/test/unit_test.hpp>

namespace assay::engine {

BOOST_AUTO_TEST_SUITE(matrix_driver_suite)

namespace {

std::string case_notices() { return "a case"; }
std::string nobody_notices() { return {}; }

constexpr Excuse kExcuses[] = {{"excused", "because"}, {"noticed", "not needed"}};

KillMatrix some() {
    return {.rows = {{"noticed", false, "RULE-001", case_notices},
                     {"excused", false, "RULE-002", nobody_notices},
                     {"defect", true, {}, nobody_notices}},
            .excuses = kExcuses,
            .note = "Something else is left out."};
}

}  // namespace

BOOST_AUTO_TEST_CASE(each_row_is_tried_once_and_excused_only_where_nothing_noticed) {
    std::vector<std::pair<size_t, std::string_view>> seen;
    const std::vector<Kill> kills = run(some(), [&](size_t done, size_t total, const Kill& last) {
        BOOST_TEST(total == 3U);
        seen.emplace_back(done, last.name);
    });
    BOOST_REQUIRE(kills.size() == 3U);
    BOOST_TEST(seen.size() == 3U);
    BOOST_TEST(seen.back().first == 3U);
    BOOST_TEST(kills[0].by == "a case");
    BOOST_TEST(kills[0].excuse.empty());
    BOOST_TEST(kills[1].excuse == "because");
    BOOST_TEST(!kills[1].survived());
    BOOST_TEST((kills[2].survived() && kills[2].defect));
    BOOST_TEST(run(KillMatrix{}).empty());
}

BOOST_AUTO_TEST_CASE(the_table_has_its_sums_and_says_what_is_left_out) {
    const std::string text = to_text(run(some()), some().note);
    BOOST_TEST(text.contains("noticed RULE-001 a case\n"), text);
    BOOST_TEST(text.contains("excused RULE-002 excused: because\n"), text);
    BOOST_TEST(text.contains("2 checks waived in turn: 1 noticed, 1 excused, 0 survived"), text);
    BOOST_TEST(text.contains("1 defects planted in turn: 0 noticed, 0 excused, 1 survived"), text);
    BOOST_TEST(text.contains("SURVIVED"), text);
    BOOST_TEST(text.ends_with("Something else is left out.\n"), text);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::engine
