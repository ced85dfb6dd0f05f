#include "conformance/engine/runner.h"

#include <boost/test/unit_test.hpp>

#include "conformance/engine/judge.h"
#include "conformance/engine/test_support.h"

namespace assay::engine {

namespace {

CheckResult session(CaseContext& test) {
    TRY(test.lab().in_session(test.version()));
    return {};
}

CheckResult psk_session(CaseContext& test) {
    TRY(test.lab().in_psk_session(test.version()));
    return {};
}

RunReport run_on(lab::Dut& dut, const std::vector<Case>& cases) {
    SeededRandom random(1);
    lab::Lab lab(dut, random, crypto::fast_provider());
    RunOptions options;
    options.versions = {Version::v1_2};
    return run(lab, cases, Requirements::embedded(), options);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(runner_suite)

// A requirement of 1.3 is not judged at 1.2, and one that does not hold is judged all the same.
BOOST_AUTO_TEST_CASE(a_result_has_what_was_judged_at_its_version) {
    Changed sound([](ByteView) { return std::nullopt; }), refusing(refuses(code::get_digests));
    const auto body = [](CaseContext& test) -> CheckResult {
        TRY(test.lab().negotiated(test.version()));
        return test.expect_answer(TRY(test.lab().send(wire::GetDigests{})),
                                  {"SPDM-DIG-001", "SPDM-DIG-003", "SPDM-DIG-007"});
    };
    using Ids = std::vector<std::string>;
    const CaseResult passed = result(run_on(sound, {a_case("dig/several", body)}), "dig/several");
    BOOST_TEST((passed.judged == Ids{"SPDM-DIG-001", "SPDM-DIG-003", "SPDM-HDR-002"}));
    const CaseResult failed = result(run_on(refusing, {a_case("dig/several", body)}), "dig/several");
    BOOST_TEST((failed.verdict == Verdict::fail));
    BOOST_TEST((failed.judged == Ids{"SPDM-DIG-001", "SPDM-DIG-003"}));
    BOOST_TEST(failed.findings.front().requirement == "SPDM-DIG-001");
}

BOOST_AUTO_TEST_CASE(a_refused_preparation_blocks_and_names_the_case_that_judges_it) {
    Changed dut(refuses(code::psk_exchange));
    Case judging = a_case("psk/judging", psk_session, wire::cap::psk);
    judging.judges = {code::psk_exchange};
    RunReport report = run_on(dut, {a_case("psk/other", psk_session, wire::cap::psk), judging});
    BOOST_TEST((result(report, "sane/first").verdict == Verdict::pass));
    const CaseResult& other = result(report, "psk/other");
    BOOST_TEST((other.verdict == Verdict::blocked));
    BOOST_TEST(other.reason ==
               "PSK_EXCHANGE was answered with ERROR InvalidRequest; psk/judging judges that");
    BOOST_TEST((result(report, "psk/judging").verdict == Verdict::fail));
    BOOST_TEST(report.count(Verdict::fail) == 1U);
    BOOST_TEST(report.exit_code() == 1);
}

// No case judges this step, so the run must not end as if there were no failure.
BOOST_AUTO_TEST_CASE(cases_that_the_target_keeps_from_being_judged_are_no_success) {
    Changed dut(refuses(code::psk_exchange));
    RunReport report = run_on(dut, {a_case("psk/other", psk_session, wire::cap::psk)});
    BOOST_TEST(report.count(Verdict::fail) == 0U);
    BOOST_TEST(report.exit_code() == 1);
}

BOOST_AUTO_TEST_CASE(a_device_whose_sessions_fail_is_judged_on_the_rest) {
    Changed dut(refuses(code::key_exchange));
    RunReport report =
        run_on(dut, {a_case("dig/one", digests), a_case("ses/one", session, wire::cap::key_ex)});
    const CaseResult& first = result(report, "sane/first");
    BOOST_TEST((first.verdict == Verdict::fail));
    BOOST_REQUIRE(!first.findings.empty());
    BOOST_REQUIRE(first.findings.front().exchange < first.exchanges.size());
    BOOST_TEST(wire::code_of(first.exchanges[first.findings.front().exchange].request) == code::key_exchange);
    BOOST_TEST((result(report, "dig/one").verdict == Verdict::pass));
    BOOST_TEST((result(report, "ses/one").verdict == Verdict::blocked));
    BOOST_TEST(result(report, "ses/one").reason.ends_with("; sane/first judges that"));
    // The same once more is no second failure.
    BOOST_TEST((result(report, "sane/last").verdict == Verdict::blocked));
    BOOST_TEST(report.count(Verdict::fail) == 1U);
}

BOOST_AUTO_TEST_CASE(every_stage_of_the_sane_exchange_is_judged) {
    Changed dut([](ByteView request) -> std::optional<std::optional<Bytes>> {
        if (!is(request, code::challenge) && !is(request, code::key_exchange)) return std::nullopt;
        return Bytes{wire::version_byte(request), byte(code::error), 0x01, 0x00};
    });
    SeededRandom random(1);
    lab::Lab lab(dut, random, crypto::fast_provider());
    Claims claims;
    claims.version = Version::v1_2;
    CaseContext test(lab, claims);
    SaneOutcome outcome = sane_exchange(test);
    BOOST_REQUIRE(outcome.failures.size() == 2U);
    BOOST_TEST((outcome.failures[0].stage == Stage::challenge));
    BOOST_TEST((outcome.failures[1].stage == Stage::sessions));
    BOOST_TEST(!outcome.claims.measurements.empty());
    BOOST_TEST(outcome.hides(wire::cap::key_ex) == nullptr);
}

// Each of many cases would wait for it in vain.
BOOST_AUTO_TEST_CASE(requests_that_end_in_silence_are_not_tried_again_by_every_case) {
    Changed dut([](ByteView request) -> std::optional<std::optional<Bytes>> {
        if (!is(request, code::key_exchange)) return std::nullopt;
        return std::optional<Bytes>();
    });
    RunReport report =
        run_on(dut, {a_case("ses/one", session, wire::cap::key_ex), a_case("dig/one", digests)});
    BOOST_TEST((result(report, "sane/first").verdict == Verdict::dead));
    BOOST_TEST((result(report, "ses/one").verdict == Verdict::blocked));
    BOOST_TEST(result(report, "ses/one").exchanges.empty());
    BOOST_TEST((result(report, "dig/one").verdict == Verdict::pass));
}

BOOST_AUTO_TEST_CASE(silence_that_a_second_run_does_not_find_is_a_warning) {
    int asked = 0;
    Changed dut(
        [&asked](ByteView request) -> std::optional<std::optional<Bytes>> {
            constexpr int kSilent = 2;  // the sane exchange asks first, then the case
            if (!is(request, code::get_digests) || ++asked != kSilent) return std::nullopt;
            return std::optional<Bytes>();
        },
        true);
    RunReport report = run_on(dut, {a_case("dig/one", digests)});
    const CaseResult& one = result(report, "dig/one");
    BOOST_TEST((one.verdict == Verdict::warning), name(one.verdict));
    BOOST_REQUIRE(!one.findings.empty());
    BOOST_TEST(one.findings.front().got.contains("a second run of the case was answered"));
    BOOST_TEST(report.exit_code() == 0);
}

BOOST_AUTO_TEST_CASE(what_the_lab_cannot_do_is_no_failure_of_the_device) {
    Changed dut([](ByteView) -> std::optional<std::optional<Bytes>> { return std::nullopt; });
    RunReport report = run_on(
        dut, {a_case("lab/cannot",
                     [](CaseContext&) -> CheckResult {
                         TRY(Result<>(fail(Errc::unsupported, "lab", Error::npos, "the lab cannot do that")));
                         return {};
                     }),
              a_case("lab/broken", [](CaseContext&) -> CheckResult {
                  TRY(Result<>(fail(Errc::internal, "lab", Error::npos, "a defect")));
                  return {};
              })});
    BOOST_TEST((result(report, "lab/cannot").verdict == Verdict::blocked));
    BOOST_TEST((result(report, "lab/broken").verdict == Verdict::harness_error));
    BOOST_TEST(report.count(Verdict::fail) == 0U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::engine
