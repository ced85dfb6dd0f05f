// A run that is shared among labs, stopped, taken up again, or whose target goes away.
#include <boost/test/unit_test.hpp>
#include <map>
#include <mutex>
#include <set>

#include "conformance/engine/case_run.h"
#include "conformance/engine/test_support.h"

namespace assay::engine {

namespace {

using wire::Version;

// A case that asks for a challenge with a nonce of the lab's, and keeps what it sent and got.
Case challenging(std::string id, std::map<std::string, Bytes>& seen, std::mutex& mutex) {
    const std::string name = id;
    return a_case(std::move(id), [name, &seen, &mutex](CaseContext& test) -> CheckResult {
        TRY(test.lab().negotiated(test.version()));
        const lab::Exchange exchange = TRY(test.lab().send(test.lab().challenge()));
        const std::lock_guard lock(mutex);
        seen[name] = concat({exchange.request, exchange.response.value_or(Bytes{})});
        return {};
    });
}

struct Target {
    explicit Target(Instead instead = [](ByteView) { return std::nullopt; })
        : dut(std::move(instead)), random(1), lab(dut, random, crypto::fast_provider()) {}
    Changed dut;
    SeededRandom random;
    lab::Lab lab;
};

std::optional<std::optional<Bytes>> silence_if(bool silent) {
    if (!silent) return std::nullopt;
    return std::optional<Bytes>();
}

RunOptions at_1_2() {
    RunOptions options;
    options.versions = {Version::v1_2};
    return options;
}

std::vector<std::string> ids(const RunReport& report) {
    std::vector<std::string> list;
    for (const CaseResult& one : report.results) list.push_back(one.id);
    return list;
}

using Ids = std::vector<std::string>;

}  // namespace

BOOST_AUTO_TEST_SUITE(run_control)

BOOST_AUTO_TEST_CASE(several_labs_give_the_results_of_one_in_the_same_order) {
    std::map<std::string, Bytes> alone, shared;
    std::mutex mutex;
    auto cases = [&mutex](std::map<std::string, Bytes>& seen) {
        std::vector<Case> list;
        for (int i = 0; i < 20; ++i) list.push_back(challenging("chl/" + std::to_string(i), seen, mutex));
        return list;
    };
    Target one, first, second, third;
    const RunReport by_one = run(one.lab, cases(alone), Requirements::embedded(), at_1_2());
    lab::Lab* const labs[] = {&first.lab, &second.lab, &third.lab};
    const RunReport by_three = run(labs, cases(shared), Requirements::embedded(), at_1_2());
    BOOST_TEST((ids(by_one) == ids(by_three)));
    BOOST_TEST(by_three.count(Verdict::pass) == by_three.results.size());
    BOOST_TEST(alone.size() == 20U);
    BOOST_TEST((alone == shared));  // whichever lab it was, the bytes are the same
}

BOOST_AUTO_TEST_CASE(a_case_that_is_run_alone_has_the_bytes_that_it_had_among_others) {
    std::map<std::string, Bytes> among, alone;
    std::mutex mutex;
    Target target, other;
    run(target.lab, std::vector{challenging("chl/a", among, mutex), challenging("chl/b", among, mutex)},
        Requirements::embedded(), at_1_2());
    run(other.lab, std::vector{challenging("chl/b", alone, mutex)}, Requirements::embedded(), at_1_2());
    BOOST_TEST((among.at("chl/b") == alone.at("chl/b")));
    BOOST_TEST((among.at("chl/a") != among.at("chl/b")));
}

BOOST_AUTO_TEST_CASE(the_seed_depends_on_run_case_version_and_attempt) {
    std::set<uint64_t> seeds;
    for (uint64_t seed : {1U, 2U})
        for (const char* id : {"a/b", "a/c"})
            for (Version version : {Version::v1_2, Version::v1_3})
                for (unsigned attempt : {0U, 1U}) seeds.insert(case_seed(seed, id, version, attempt));
    BOOST_TEST(seeds.size() == 16U);
}

BOOST_AUTO_TEST_CASE(a_run_that_is_stopped_keeps_what_it_has_and_says_so) {
    Target target;
    size_t done = 0;
    RunControl control;
    control.progress = [&](size_t count, size_t, const CaseResult&) { done = count; };
    control.stop = [&] { return done >= 2; };
    const RunReport report = run(target.lab, std::vector{a_case("dig/a", digests), a_case("dig/b", digests)},
                                 Requirements::embedded(), at_1_2(), control);
    BOOST_TEST((ids(report) == Ids{"sane/first", "dig/a"}));
    BOOST_TEST(report.interrupted);
    BOOST_TEST(report.exit_code() == 5);
}

BOOST_AUTO_TEST_CASE(a_result_that_is_known_is_not_found_out_again) {
    Target target;
    int asked = 0;
    const auto counted = [&asked](CaseContext& test) {
        ++asked;
        return digests(test);
    };
    RunControl control;
    control.known = [](std::string_view id, Version version) -> std::optional<CaseResult> {
        if (id != "dig/a" || version != Version::v1_2) return std::nullopt;
        return CaseResult{.id = "dig/a", .version = version, .verdict = Verdict::not_applicable};
    };
    const RunReport report = run(target.lab, std::vector{a_case("dig/a", counted), a_case("dig/b", counted)},
                                 Requirements::embedded(), at_1_2(), control);
    BOOST_TEST(asked == 1);
    BOOST_TEST((result(report, "dig/a").verdict == Verdict::not_applicable));
    BOOST_TEST((result(report, "dig/b").verdict == Verdict::pass));
}

// A target that is gone while `down` is set.
struct Leaving {
    bool down = false;
    Target target{[this](ByteView request) -> std::optional<std::optional<Bytes>> {
        if (is(request, wire::code::challenge)) down = true;
        return silence_if(down);
    }};
    std::vector<Case> cases{challenging_fatally(), a_case("dig/after", digests)};

    static Case challenging_fatally() {
        return a_case("chl/kills", [](CaseContext& test) -> CheckResult {
            TRY(test.lab().negotiated(test.version()));
            return test.expect_answer(TRY(test.lab().send(test.lab().challenge())), "SPDM-CHL-001");
        });
    }
    RunReport run_with(const RunControl& control) {
        return run(target.lab, cases, Requirements::embedded(), at_1_2(), control);
    }
};

BOOST_AUTO_TEST_CASE(a_target_that_comes_back_is_judged_on_the_rest) {
    Leaving leaving;
    RunControl control;
    control.revive = [&](lab::Lab&) {
        leaving.down = false;
        return true;
    };
    const RunReport report = leaving.run_with(control);
    BOOST_TEST((result(report, "chl/kills").verdict == Verdict::dead));
    BOOST_TEST((result(report, "dig/after").verdict == Verdict::pass));
    BOOST_TEST(!report.unreachable);
    BOOST_TEST(report.exit_code() == 1);
    BOOST_TEST(std::ranges::any_of(report.remarks,
                                   [](const std::string& one) { return one.contains("chl/kills"); }));
}

BOOST_AUTO_TEST_CASE(a_target_that_stays_away_ends_the_run_and_the_case_is_named) {
    Leaving leaving;
    const RunReport report = leaving.run_with({});
    BOOST_TEST(report.unreachable);
    BOOST_TEST(report.killed_by == "sane/first");  // which asks for a challenge too
    BOOST_TEST((result(report, "dig/after").verdict == Verdict::blocked));
    BOOST_TEST(report.exit_code() == 3);
}

// It went after its last answer: the case that comes next answers for nothing.
BOOST_AUTO_TEST_CASE(a_case_that_found_the_target_gone_is_run_once_it_is_back) {
    int requests = 0;
    bool down = false;
    Target target([&](ByteView request) -> std::optional<std::optional<Bytes>> {
        // With the first GET_VERSION of the case, after those of the run's beginning.
        if (is(request, wire::code::get_version) && ++requests == 3) down = true;
        return silence_if(down);
    });
    RunControl control;
    control.revive = [&](lab::Lab&) {
        down = false;
        return true;
    };
    std::vector<Case> cases{a_case("dig/one", digests)};
    cases.front().judges = {wire::code::get_version};
    const RunReport report = run(target.lab, cases, Requirements::embedded(), at_1_2(), control);
    BOOST_TEST((result(report, "dig/one").verdict == Verdict::pass), name(result(report, "dig/one").verdict));
    BOOST_TEST(report.remarks.size() == 1U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::engine
