#include "conformance/engine/suite.h"

#include <boost/test/unit_test.hpp>

#include "conformance/engine/decide.h"

namespace assay::engine {

BOOST_AUTO_TEST_SUITE(suite_suite)

namespace {

using Words = std::vector<std::string>;

std::vector<CaseInfo> some_cases() {
    return {{.id = "one/a", .columns = {"1.0-1.4"}, .title = "A holds.", .requirements = {"R-1", "R-2"}},
            {.id = "one/longer", .columns = {"x"}, .title = "B holds."},
            {.id = "two/a", .columns = {""}, .title = "C holds."}};
}

const Suite kSuite{.name = "some",
                   .unit = "cases",
                   .cases = some_cases,
                   .kill_matrix = [] { return KillMatrix{}; },
                   .always = {"sane/first"}};

// The cases that a run had.
Words ids(const RunReport& report) {
    Words list;
    for (const CaseResult& result : report.results) list.push_back(result.id);
    return list;
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_selection_is_of_cases_in_their_order) {
    const auto selected = kSuite.selected(matching("one/*"));
    BOOST_REQUIRE(selected.size() == 2U);
    BOOST_TEST(selected[1].id == "one/longer");
}

BOOST_AUTO_TEST_CASE(a_selection_of_nothing_is_said_by_the_option_that_matches_nothing_or_by_all) {
    BOOST_TEST(kSuite.unmatched({}).empty());
    BOOST_TEST(kSuite.unmatched(matching("two/*")).empty());
    BOOST_TEST(kSuite.unmatched(matching("sane/*")).empty());
    BOOST_TEST((kSuite.unmatched(matching("three/*")) == Words{"--case", "three/*"}));
    BOOST_TEST((kSuite.unmatched({.cases = {"two/*"}, .exclude = {"*/a"}}) ==
                Words{"--case", "two/*", "--exclude", "*/a"}));
}

BOOST_AUTO_TEST_CASE(a_list_has_a_line_a_case_and_their_number) {
    BOOST_TEST(to_text(kSuite.selected(matching("one/*")), kSuite.unit) ==
               "one/a       1.0-1.4  A holds.  [R-1 R-2]\n"
               "one/longer  x        B holds.\n"
               "2 cases\n");
    BOOST_TEST(to_text(std::span<const CaseInfo>(), "bundles") == "0 bundles\n");
}

BOOST_AUTO_TEST_CASE(a_list_has_the_clauses_of_a_case_each_once) {
    const CaseInfo one{
        .id = "crt/a", .title = "A holds.", .requirements = {"SPDM-CRT-004", "SPDM-CRT-005", "SPDM-HDR-013"}};
    BOOST_TEST(
        to_text(std::span(&one, 1), "cases") ==
        "crt/a  A holds.  [SPDM-CRT-004 SPDM-CRT-005 SPDM-HDR-013]  DSP0274, GET_CERTIFICATE request and "
        "CERTIFICATE response messages; DSP0274, ERROR response message\n"
        "1 cases\n");
}

BOOST_AUTO_TEST_CASE(what_is_selected_is_run_in_order_counted_and_timed) {
    RunReport report;
    report.options.selection = matching("*/a");
    const auto cases = some_cases();
    Words said;
    ManualClock clock;
    RunControl control;
    control.clock = &clock;
    control.progress = [&](size_t done, size_t total, const CaseResult& last) {
        said.push_back(std::to_string(done) + "/" + std::to_string(total) + " " + last.id);
    };
    run_selected(report, std::span<const CaseInfo>(cases), control, [&](const CaseInfo& one, wire::Version) {
        clock.advance(std::chrono::microseconds(3));
        return CaseResult{.id = one.id};
    });
    BOOST_TEST((ids(report) == Words{"one/a", "two/a"}));
    BOOST_TEST((said == Words{"1/2 one/a", "2/2 two/a"}));
    BOOST_TEST(report.results.back().time.count() == 3);
    BOOST_TEST(!report.interrupted);
}

BOOST_AUTO_TEST_CASE(a_run_ends_where_it_is_told_to_and_says_so) {
    RunReport report;
    report.options.selection = matching("*/a");
    const auto cases = some_cases();
    RunControl control;
    control.stop = [&] { return report.results.size() == 1; };
    run_selected(report, std::span<const CaseInfo>(cases), control,
                 [&](const CaseInfo& one, wire::Version) { return CaseResult{.id = one.id}; });
    BOOST_TEST((ids(report) == Words{"one/a"}));
    BOOST_TEST(report.interrupted);
    // At its end there is nothing to stop.
    RunReport whole;
    whole.options.selection = matching("one/a");
    control.stop = [&] { return !whole.results.empty(); };
    run_selected(whole, std::span<const CaseInfo>(cases), control,
                 [&](const CaseInfo& one, wire::Version) { return CaseResult{.id = one.id}; });
    BOOST_TEST(!whole.interrupted);
}

BOOST_AUTO_TEST_CASE(what_is_known_is_not_run_again) {
    RunReport report;
    report.options.selection = matching("*/a");
    const auto cases = some_cases();
    RunControl control;
    control.known = [](std::string_view id, wire::Version) {
        return id == "one/a" ? std::optional(CaseResult{.id = "one/a", .reason = "known"}) : std::nullopt;
    };
    Words ran;
    run_selected(report, std::span<const CaseInfo>(cases), control, [&](const CaseInfo& one, wire::Version) {
        ran.push_back(one.id);
        return CaseResult{.id = one.id};
    });
    BOOST_TEST((ids(report) == Words{"one/a", "two/a"}));
    BOOST_TEST(report.results.front().reason == "known");
    BOOST_TEST((ran == Words{"two/a"}));
}

BOOST_AUTO_TEST_CASE(a_case_is_run_at_each_version_at_which_it_holds) {
    using enum wire::Version;
    struct At {
        std::string id;
        std::vector<std::string> requirements{};
        wire::Version since = v1_1, until = v1_2;
    };
    RunReport report;
    report.options.versions = {v1_0, v1_1, v1_2, v1_3};
    const At one{"one/a"};
    std::vector<wire::Version> ran;
    run_selected(report, std::span(&one, 1), {}, [&](const At& of, wire::Version version) {
        ran.push_back(version);
        return CaseResult{.id = of.id, .version = version};
    });
    BOOST_TEST((ran == std::vector<wire::Version>{v1_1, v1_2}));
}

BOOST_AUTO_TEST_CASE(the_worst_verdict_decides_the_exit_code) {
    using enum Verdict;
    struct Row {
        Verdict verdict;
        int code, code_where_started_anew;
    };
    for (const Row& row :
         {Row{warning, 0, 0}, {fail, 1, 1}, {unexpected_pass, 1, 1}, {dead, 1, 3}, {harness_error, 4, 4}}) {
        RunReport report;
        for (const Verdict verdict : {pass, loose_pass, waived, blocked, not_applicable, row.verdict})
            report.results.push_back({.verdict = verdict});
        BOOST_TEST(report.exit_code() == row.code, name(row.verdict));
        report.started_anew = true;
        BOOST_TEST(report.exit_code() == row.code_where_started_anew, name(row.verdict));
    }
}

BOOST_AUTO_TEST_CASE(a_profile_turns_a_failure_into_a_waiver_and_a_pass_into_a_failure) {
    RunOptions options;
    options.today = "2026-11-29";
    options.profile.waivers = {
        {.cases = "one/*", .versions = {}, .reason = "known", .expires = "2026-11-30"}};
    const auto applied = [&](std::string_view id, Verdict verdict) {
        std::string reason = "as it was";
        apply_profile(id, wire::Version::v1_0, options, verdict, reason);
        return std::pair(verdict, reason);
    };
    BOOST_TEST((applied("one/a", Verdict::fail) == std::pair(Verdict::waived, std::string("known"))));
    BOOST_TEST((applied("one/a", Verdict::pass).first == Verdict::unexpected_pass));
    BOOST_TEST((applied("one/a", Verdict::blocked).first == Verdict::blocked));
    BOOST_TEST((applied("two/a", Verdict::fail) == std::pair(Verdict::fail, std::string("as it was"))));
    options.today = "2026-12-01";
    BOOST_TEST((applied("one/a", Verdict::fail).first == Verdict::fail));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::engine
