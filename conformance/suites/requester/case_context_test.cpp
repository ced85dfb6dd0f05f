#include "conformance/suites/requester/case_context.h"

#include <boost/test/unit_test.hpp>

#include "conformance/lab/requester_reference.h"
#include "conformance/suites/requester/suite.h"
#include "stack/wire/header.h"

namespace assay::cases::requester {

namespace {

using How = lab::RequesterEnd::How;

// The built-in requester, seen as somebody else's: it cannot be told what to offer, and its end is changed.
class Stranger final : public lab::RequesterDut {
   public:
    using Change = std::function<void(lab::RequesterEnd&)>;
    explicit Stranger(Change change = {}, bool tells = true, spdm::FaultConfig faults = {})
        : requester_(faults), change_(std::move(change)), tells_(tells) {}

    std::string target() const override { return "stranger"; }
    bool has_exit_status() const override { return tells_; }
    Result<lab::RequesterEnd> run(const lab::FlowOptions& flow, const lab::RequesterSettings& settings,
                                  lab::ResponderPeer& peer) override {
        lab::RequesterEnd end = TRY(requester_.run(flow, settings, peer));
        if (change_) change_(end);
        return end;
    }

   private:
    lab::ReferenceRequester requester_;
    Change change_;
    bool tells_;
};

engine::CaseResult result_of(lab::RequesterDut& dut, const std::string& id,
                             wire::Version version = wire::Version::v1_2) {
    Subject subject(dut, {});
    engine::RunOptions options;
    options.versions = {version};
    options.selection = engine::matching(id);
    const engine::RunReport report = run(subject, engine::Requirements::embedded(), options);
    BOOST_REQUIRE(report.results.size() == 1U);
    return report.results.front();
}

bool has_verdict(const engine::CaseResult& result, Verdict verdict) {
    BOOST_TEST_MESSAGE(result.id << ": " << engine::name(result.verdict) << " " << result.reason);
    return result.verdict == verdict;
}

spdm::FaultConfig without(spdm::Check check) {
    spdm::FaultConfig faults;
    faults.waive(check);
    return faults;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(requester_case_context_suite)

BOOST_AUTO_TEST_CASE(a_requester_that_always_fails_proves_nothing_by_failing) {
    Stranger fails([](lab::RequesterEnd& end) { end.code = 1; });
    BOOST_TEST(has_verdict(result_of(fails, "req/cert-digest-1"), Verdict::pass));
    // What only the end could show.
    BOOST_TEST(has_verdict(result_of(fails, "req/auth-signature-3"), Verdict::not_applicable));
}

BOOST_AUTO_TEST_CASE(one_without_an_exit_status_is_judged_by_what_it_sends) {
    const auto closed = [](lab::RequesterEnd& end) { end = {.how = How::closed}; };
    Stranger sound(closed, false);
    BOOST_TEST(has_verdict(result_of(sound, "req/cert-digest-1"), Verdict::pass));
    BOOST_TEST(has_verdict(result_of(sound, "req/vendor-mirror-1"), Verdict::not_applicable));
#ifdef ASSAY_HARNESS
    Stranger careless(closed, false, without(spdm::Check::cert_digest));
    BOOST_TEST(has_verdict(result_of(careless, "req/cert-digest-1"), Verdict::fail));
#endif
}

BOOST_AUTO_TEST_CASE(a_crash_and_a_hang_are_failures_where_an_honest_run_ends_well) {
    for (const How how : {How::killed, How::late, How::cut}) {
        Stranger dut([how](lab::RequesterEnd& end) {
            if (end.code != 0) end = {.how = how, .code = 11};
        });
        const engine::CaseResult result = result_of(dut, "req/cert-digest-1");
        BOOST_TEST(has_verdict(result, Verdict::fail));
        BOOST_TEST(result.findings.front().got == lab::describe({.how = how, .code = 11}));
    }
    Stranger hangs([](lab::RequesterEnd& end) { end = {.how = How::late}; });
    BOOST_TEST(has_verdict(result_of(hangs, "req/cert-digest-1"), Verdict::not_applicable));
}

// It claims mutual authentication, encapsulated requests and sessions whatever it is to do.
BOOST_AUTO_TEST_CASE(one_that_always_offers_everything_and_is_right_fails_nothing) {
    Stranger dut;
    Subject subject(dut, {});
    engine::RunOptions options;
    options.selection.exclude = {"req/session-fresh"};  // its nonces follow from one seed
    const engine::RunReport report = run(subject, engine::Requirements::embedded(), options);
    for (const engine::CaseResult& result : report.results) {
        const bool good = result.verdict == Verdict::pass || result.verdict == Verdict::loose_pass ||
                          result.verdict == Verdict::not_applicable;
        BOOST_TEST(good, result.id << " at " << wire::name(result.version) << ": "
                                   << engine::name(result.verdict) << " " << result.reason);
    }
}

BOOST_AUTO_TEST_CASE(one_that_cannot_do_a_flow_is_not_judged_on_it) {
    for (const How how : {How::exited, How::absent}) {
        Stranger dut([how](lab::RequesterEnd& end) { end = {.how = how, .code = lab::kCannot}; });
        const engine::CaseResult result = result_of(dut, "req/cert-digest-1");
        BOOST_TEST(has_verdict(result, Verdict::not_applicable));
        BOOST_TEST(result.reason.contains("cannot do the flow attestation"), result.reason);
    }
}

BOOST_AUTO_TEST_CASE(what_needs_other_offers_is_not_applicable_to_one_that_cannot_be_told) {
    Stranger dut;
    const engine::CaseResult result = result_of(dut, "req/algs-opaque-1");
    BOOST_TEST(has_verdict(result, Verdict::not_applicable));
    BOOST_TEST(result.reason.contains("can be told what to offer"), result.reason);
}

#ifdef ASSAY_HARNESS
BOOST_AUTO_TEST_CASE(a_refusal_that_comes_late_is_a_loose_pass_only_before_anything_relies_on_it) {
    // MEAS_FRESH_CAP without MEAS_CAP is seen by nobody, but ALGORITHMS then has a hash for measurements.
    Stranger late({}, true, without(spdm::Check::caps_fresh));
    BOOST_TEST(has_verdict(result_of(late, "req/caps-fresh-1"), Verdict::loose_pass));
    Stranger unsigned_share({}, true, without(spdm::Check::kex_signature));
    const engine::CaseResult result = result_of(unsigned_share, "req/kex-signature-1");
    BOOST_TEST(has_verdict(result, Verdict::fail));
    BOOST_TEST(result.findings.front().got == "it went on with FINISH, and ended with exit status 1");
    BOOST_TEST(!result.exchanges.empty());
}
#endif

BOOST_AUTO_TEST_CASE(a_scan_says_how_far_a_requester_goes) {
    Stranger dut;
    Subject subject(dut, {});
    const std::string text = scan(subject, std::vector{wire::Version::v1_2});
    BOOST_TEST(
        text.contains("1.2 attestation   GET_VERSION, GET_CAPABILITIES, NEGOTIATE_ALGORITHMS, GET_DIGESTS"),
        text);
    BOOST_TEST(text.contains("1.2 psk           GET_VERSION"), text);
    BOOST_TEST(text.contains("; exit status 0\n"), text);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::cases::requester
