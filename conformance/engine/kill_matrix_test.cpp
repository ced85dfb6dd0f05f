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

// What noticed a fault earlier is tried first. Only what does not notice any more is searched for again.
BOOST_AUTO_TEST_CASE(what_noticed_earlier_is_tried_before_the_search_and_never_believed) {
    size_t searches = 0, tries = 0;
    const auto search = [&] { return ++searches, std::string("found"); };
    const auto only_right = [&](std::string_view by) { return ++tries, by == "right"; };
    KillMatrix matrix{.rows = {{"known", false, {}, search, only_right},
                               {"moved", false, {}, search, only_right},
                               {"new", false, {}, search, only_right},
                               {"quick", false, {}, search},
                               {"nobody", false, {}, nobody_notices, only_right}},
                      .earlier = {{"known", "right"}, {"moved", "wrong"}, {"quick", "right"}}};
    const std::vector<Kill> kills = run(matrix);
    BOOST_TEST(searches == 3U);
    BOOST_TEST(tries == 2U);
    BOOST_TEST((kills[0].by == "right" && !kills[0].stale));
    BOOST_TEST((kills[1].by == "found" && kills[1].stale));
    BOOST_TEST((kills[2].by == "found" && kills[2].stale));
    BOOST_TEST((kills[3].by == "found" && !kills[3].stale));
    BOOST_TEST((kills[4].survived() && !kills[4].stale));
    BOOST_TEST(to_text(kills).contains("2 had to be searched for"), to_text(kills));
    const std::string json = to_json(kills);
    BOOST_TEST(json.contains("\"moved\": \"found\""), json);
    BOOST_TEST(!json.contains("nobody"), json);
}

BOOST_AUTO_TEST_CASE(what_noticed_earlier_is_read_from_the_file_of_the_role) {
    BOOST_TEST(!noticed_earlier("responder").empty());
    BOOST_TEST(noticed_earlier("nobody").empty());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::engine
