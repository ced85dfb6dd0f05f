#include <boost/test/unit_test.hpp>
#include <set>

#include "conformance/engine/requirement.h"
#include "conformance/suites/cases.h"
#include "conformance/suites/requester/suite.h"
#include "conformance/suites/transfer/transfer.h"
#include "stack/base/ranges.h"

namespace assay::cases {

namespace {

using engine::Requirement;
using engine::Requirements;

std::set<std::string> named_by_cases() {
    std::set<std::string> named;
    for (const engine::Case& one : all_cases())
        named.insert(one.requirements.begin(), one.requirements.end());
    for (const requester::RequesterCase& one : requester::requester_cases())
        named.insert(one.requirements.begin(), one.requirements.end());
    return named;
}

bool binds_responders(const Requirement& requirement) {
    return requirement.role == "responder" || requirement.role == "both";
}

}  // namespace

BOOST_AUTO_TEST_SUITE(requirements_suite)

BOOST_AUTO_TEST_CASE(every_requirement_that_a_case_names_exists) {
    for (const std::string& id : named_by_cases()) {
        BOOST_TEST(Requirements::embedded().find(id) != nullptr, id);
    }
}

BOOST_AUTO_TEST_CASE(every_rule_for_responders_has_a_case_or_a_reason) {
    std::set<std::string> named = named_by_cases();
    for (const Requirement& requirement : Requirements::embedded().all()) {
        if (requirement.level == engine::Level::may || !binds_responders(requirement)) continue;
        bool excused = !requirement.deferred.empty() || !requirement.untestable.empty();
        BOOST_TEST((excused || named.contains(requirement.id)), requirement.id << ": " << requirement.text);
    }
}

BOOST_AUTO_TEST_CASE(every_rule_for_requesters_has_a_case_or_a_reason) {
    std::set<std::string> named = named_by_cases();
    for (const Requirement& requirement : Requirements::embedded().all()) {
        if (requirement.level == engine::Level::may || requirement.role != "requester") continue;
        bool excused = !requirement.deferred.empty() || !requirement.untestable.empty();
        BOOST_TEST((excused || named.contains(requirement.id)), requirement.id << ": " << requirement.text);
    }
}

BOOST_AUTO_TEST_CASE(every_rule_for_transports_has_a_case_or_a_reason_and_not_both) {
    std::set<std::string> named = named_by_cases();
    for (const Requirement& requirement : Requirements::embedded().all()) {
        if (requirement.level == engine::Level::may || requirement.role != "transport") continue;
        bool excused = !requirement.deferred.empty() || !requirement.untestable.empty();
        BOOST_TEST((excused != named.contains(requirement.id)), requirement.id << ": " << requirement.text);
    }
}

BOOST_AUTO_TEST_CASE(every_rule_for_the_encrypted_path_has_a_case_or_a_reason_and_not_both) {
    std::set<std::string> named;
    for (const path::PathCase& one : path::path_cases())
        named.insert(one.requirements.begin(), one.requirements.end());
    for (const std::string& id : named) {
        BOOST_TEST(Requirements::embedded().find(id) != nullptr, id);
        BOOST_TEST(id.starts_with("ASSAY-TRF-"), id);
    }
    BOOST_TEST(named.size() >= 60U);
    for (const Requirement& requirement : Requirements::embedded().all()) {
        if (requirement.role != "transfer") continue;
        bool excused = !requirement.deferred.empty() || !requirement.untestable.empty();
        BOOST_TEST((excused != named.contains(requirement.id)), requirement.id << ": " << requirement.text);
    }
}

BOOST_AUTO_TEST_CASE(a_case_runs_at_versions_that_its_requirements_have) {
    const auto check = [](const auto& one) {
        for (const std::string& id : one.requirements) {
            const Requirement* requirement = Requirements::embedded().find(id);
            if (requirement == nullptr) continue;
            bool overlap = one.since <= requirement->until && requirement->since <= one.until;
            BOOST_TEST(overlap, one.id << " never runs where " << id << " holds");
        }
    };
    std::ranges::for_each(all_cases(), check);
    std::ranges::for_each(requester::requester_cases(), check);
}

BOOST_AUTO_TEST_CASE(there_are_enough_requirements_to_speak_of_a_suite) {
    BOOST_TEST(Requirements::embedded().all().size() >= 590U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::cases
