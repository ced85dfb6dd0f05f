#include "conformance/engine/decide.h"

#include <boost/test/unit_test.hpp>

namespace assay::engine {

namespace {

constexpr std::string_view kRules = R"({"requirements": [
  {"id": "SPDM-AAA-001", "text": "Read.", "document": "D", "section": "S", "level": "must", "role": "responder",
   "evidence": "read"},
  {"id": "SPDM-AAA-002", "text": "Recalled.", "document": "D", "section": "S", "level": "must",
   "role": "responder", "evidence": "recalled"},
  {"id": "SPDM-AAA-003", "text": "Recalled, of security.", "document": "D", "section": "S", "level": "must",
   "role": "responder", "evidence": "recalled", "threat": "replay"},
  {"id": "SPDM-AAA-004", "text": "Open, of security.", "document": "D", "section": "S", "level": "must",
   "role": "responder", "evidence": "open", "threat": "replay"},
  {"id": "SPDM-AAA-005", "text": "One implementation's.", "document": "D", "section": "S", "level": "must",
   "role": "responder", "evidence": "implementation", "threat": "replay"},
  {"id": "SPDM-AAA-006", "text": "Advice.", "document": "D", "section": "S", "level": "should",
   "role": "responder", "evidence": "read", "threat": "replay"}]})";

constexpr std::string_view kDisputes = R"({"disputes": [
  {"id": "DISPUTE-FIRST", "requirements": ["SPDM-AAA-002", "SPDM-AAA-003", "SPDM-AAA-005"]},
  {"id": "DISPUTE-SECOND", "requirements": ["SPDM-AAA-005"]}]})";

const Requirements& rules() {
    static const Requirements all = [] {
        Requirements read;
        read.add(kRules, "decide_test.cpp").value();
        read.add_disputes(kDisputes, "decide_test.cpp").value();
        return read;
    }();
    return all;
}

CaseResult broken(const std::string& requirement, bool strict = false) {
    RunOptions options;
    options.strict = strict;
    CaseResult result{.id = "aaa/case", .requirements = {requirement}};
    decide(result, std::unexpected(Finding(Verdict::fail, requirement, "this", "that")), {}, rules(),
           options);
    return result;
}

void expect_warning(const std::string& requirement, std::string_view reason) {
    const CaseResult result = broken(requirement);
    BOOST_TEST((result.verdict == Verdict::warning), requirement);
    BOOST_TEST((result.findings.front().verdict == Verdict::warning), requirement);
    BOOST_TEST(result.reason == reason);
}

void expect_failure(const std::string& requirement, bool strict = false) {
    const CaseResult result = broken(requirement, strict);
    BOOST_TEST((result.verdict == Verdict::fail), requirement);
    BOOST_TEST(result.reason.empty(), result.reason);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(decide_suite)

BOOST_AUTO_TEST_CASE(a_must_that_was_read_is_a_failure) { expect_failure("SPDM-AAA-001"); }

BOOST_AUTO_TEST_CASE(a_rule_of_security_is_a_failure_although_its_text_is_recalled) {
    expect_failure("SPDM-AAA-003");
}

BOOST_AUTO_TEST_CASE(every_warning_says_why_and_names_its_disputes) {
    expect_warning("SPDM-AAA-002", "a must whose text is recalled and was not read; see DISPUTE-FIRST");
    expect_warning("SPDM-AAA-004", "the sources do not agree on this rule");
    expect_warning("SPDM-AAA-005",
                   "a must, but the policy of one implementation (--strict makes it a failure); see "
                   "DISPUTE-FIRST, DISPUTE-SECOND");
    expect_warning("SPDM-AAA-006", "a should and no must (--strict makes it a failure)");
}

BOOST_AUTO_TEST_CASE(strict_hardens_what_is_known_and_nothing_else) {
    expect_failure("SPDM-AAA-005", true);
    expect_failure("SPDM-AAA-006", true);
    BOOST_TEST((broken("SPDM-AAA-002", true).verdict == Verdict::warning));
    BOOST_TEST((broken("SPDM-AAA-004", true).verdict == Verdict::warning));
}

// A nonce that comes again, one key for all sessions, a point off the curve: each lets an attacker in.
BOOST_AUTO_TEST_CASE(what_the_threat_model_rests_on_is_marked_in_the_requirements) {
    for (const char* id : {"SPDM-CHL-010", "SPDM-MEA-034", "SPDM-KEX-008", "SPDM-KEX-009", "SPDM-KEX-027",
                           "SPDM-KEX-108", "SPDM-KEX-127", "SPDM-PSK-017", "SPDM-CRT-119"}) {
        const Requirement* rule = Requirements::embedded().find(id);
        BOOST_REQUIRE(rule != nullptr);
        BOOST_TEST((!rule->threat.empty() && rule->level == Level::must), id);
    }
}

BOOST_AUTO_TEST_CASE(disputes_are_known_to_the_requirements_that_they_touch) {
    const Requirement* rule = Requirements::embedded().find("SPDM-SEC-025");
    BOOST_REQUIRE(rule != nullptr);
    BOOST_TEST(rule->disputes == std::vector<std::string>{"DISPUTE-BAD-RECORD"},
               boost::test_tools::per_element());
    Requirements none;
    BOOST_TEST(!none.add_disputes(kDisputes, "decide_test.cpp"));
    BOOST_TEST(!none.add_disputes("{", "decide_test.cpp"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::engine
