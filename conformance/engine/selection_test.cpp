#include "conformance/engine/selection.h"

#include <boost/test/unit_test.hpp>

namespace assay::engine {

BOOST_AUTO_TEST_SUITE(selection_suite)

namespace {

using Words = std::vector<std::string>;

struct Row {
    std::string id;
    Words requirements;
    bool waits = false;
};

const std::vector<Row> kRows = {{"crt/offset", {"R-CRT-1", "R-HDR-1"}, false},
                                {"crt/slot", {"R-CRT-2"}, true},
                                {"chl/nonce", {"R-CHL-1"}, false},
                                {"bare/one", {}, false}};

const Requirements& rules() {
    static const Requirements all = [] {
        Requirements read;
        const auto rule = [](std::string_view id, std::string_view level) {
            return std::string(R"({"id": ")") + std::string(id) +
                   R"(", "text": "t", "document": "d", "section": "s", "role": "responder",
                      "evidence": "read", "level": ")" +
                   std::string(level) + "\"}";
        };
        read.add(R"({"requirements": [)" + rule("R-CRT-1", "must") + "," + rule("R-HDR-1", "should") + "," +
                     rule("R-CRT-2", "may") + "," + rule("R-CHL-1", "must") + "]}",
                 "selection_test.cpp")
            .value();
        return read;
    }();
    return all;
}

Words selected(const Selection& selection) {
    Words ids;
    for (const Row& row : kRows) {
        if (selection.selects(selectable(row), rules())) ids.push_back(row.id);
    }
    return ids;
}

Words unmatched(const Selection& selection) {
    std::vector<Selectable> all;
    for (const Row& row : kRows) all.push_back(selectable(row));
    const std::vector<std::string_view> always = {"sane/first"};
    return selection.matches_nothing(all, always);
}

}  // namespace

BOOST_AUTO_TEST_CASE(each_part_narrows_and_its_values_are_alternatives) {
    BOOST_TEST(selected({}).size() == kRows.size());
    BOOST_TEST((selected({.cases = {"crt/s*", "chl/*"}}) == Words{"crt/slot", "chl/nonce"}));
    BOOST_TEST((selected({.exclude = {"crt/*", "bare/*"}}) == Words{"chl/nonce"}));
    BOOST_TEST((selected({.cases = {"crt/*"}, .exclude = {"*/slot"}}) == Words{"crt/offset"}));
    BOOST_TEST((selected({.requirements = {"R-CRT-2", "R-HDR-*"}}) == Words{"crt/offset", "crt/slot"}));
    BOOST_TEST((selected({.levels = {Level::must}}) == Words{"crt/offset", "chl/nonce"}));
    BOOST_TEST((selected({.levels = {Level::should, Level::may}}) == Words{"crt/offset", "crt/slot"}));
    BOOST_TEST((selected({.requirements = {"R-CRT-*"}, .levels = {Level::may}}) == Words{"crt/slot"}));
    BOOST_TEST((selected({.fast = true}) == Words{"crt/offset", "chl/nonce", "bare/one"}));
}

BOOST_AUTO_TEST_CASE(what_failed_before_is_selected_at_the_versions_where_it_did) {
    using enum wire::Version;
    const Selection failed{.only_failed = "out", .only = {{"crt/slot", v1_1}, {"bare/one", std::nullopt}}};
    BOOST_TEST((selected(failed) == Words{"crt/slot", "bare/one"}));
    BOOST_TEST(failed.selects_at("crt/slot", v1_1));
    BOOST_TEST(!failed.selects_at("crt/slot", v1_2));
    BOOST_TEST(failed.selects_at("bare/one", std::nullopt));
    BOOST_TEST(Selection{}.selects_at("crt/slot", v1_2));
    // A report without a failure selects nothing, and not everything.
    BOOST_TEST(selected({.only_failed = "out"}).empty());
    BOOST_TEST(!Selection{.only_failed = "out"}.selects_at("crt/slot", v1_1));
}

BOOST_AUTO_TEST_CASE(a_value_that_matches_nothing_is_named_with_its_option) {
    BOOST_TEST(unmatched({.cases = {"crt/*"}, .exclude = {"chl/*"}, .requirements = {"R-*"}}).empty());
    BOOST_TEST((unmatched({.cases = {"crt/*", "ctr/*"}}) == Words{"--case", "ctr/*"}));
    BOOST_TEST((unmatched({.exclude = {"sane/*"}}) == Words{"--exclude", "sane/*"}), "it is always run");
    BOOST_TEST(unmatched({.cases = {"sane/*"}}).empty());
    BOOST_TEST((unmatched({.requirements = {"R-CRT-3"}}) == Words{"--requirement", "R-CRT-3"}));
}

BOOST_AUTO_TEST_CASE(its_arguments_say_all_of_it) {
    BOOST_TEST(Selection{}.everything());
    const Selection all{.cases = {"a", "b"},
                        .exclude = {"c"},
                        .requirements = {"R"},
                        .levels = {Level::must, Level::may},
                        .only_failed = "out",
                        .fast = true};
    BOOST_TEST(
        (all.arguments() == Words{"--case", "a", "--case", "b", "--exclude", "c", "--requirement", "R",
                                  "--level", "must", "--level", "may", "--only-failed", "out", "--fast"}));
    BOOST_TEST(!matching("crt/*").everything());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::engine
