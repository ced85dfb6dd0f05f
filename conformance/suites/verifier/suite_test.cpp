#include "conformance/suites/verifier/suite.h"

#include <boost/test/unit_test.hpp>
#include <set>

#include "conformance/suites/verifier/bundle_files.h"
#include "conformance/suites/verifier/edits.h"

namespace assay::cases::verifier {

BOOST_AUTO_TEST_SUITE(verifier_suite)

using engine::Verdict;

namespace {

const Bundle& named(std::string_view id) {
    const Bundle* found = find_bundle(id);
    BOOST_REQUIRE_MESSAGE(found != nullptr, id);
    return *found;
}

Verdict verdict_of(std::string_view id, Answer answer, Answer control = Answer::accepted,
                   bool strict = false) {
    Reply reply;
    reply.answer = answer;
    return judge(named(id), std::move(reply), control, strict).verdict;
}

}  // namespace

BOOST_AUTO_TEST_CASE(the_list_can_be_read_and_each_bundle_has_steps_or_an_edit_a_check_and_a_control) {
    std::set<std::string> ids;
    size_t genuine = 0;
    for (const EmbeddedFile& file : evidence_bundle_files())
        BOOST_TEST(parse_bundles(file.text, "group").has_value(), file.path);
    for (const Bundle& bundle : bundles()) {
        BOOST_TEST(ids.insert(bundle.id).second, bundle.id);
        BOOST_TEST(bundle.steps.has_value() != (edit(bundle.id) != nullptr), bundle.id);
        BOOST_TEST(control_of(bundle) != nullptr, bundle.id);
        BOOST_TEST((bundle.genuine() || attest::check_from_name(bundle.check)),
                   bundle.id << ": " << bundle.check);
        if (bundle.genuine()) ++genuine;
    }
    BOOST_TEST(genuine >= 12U);
    BOOST_TEST(ids.size() - genuine >= 120U);
    BOOST_TEST(!parse_bundles("{}", "none").has_value());
    BOOST_TEST(!parse_bundles("[", "none").has_value());
}

BOOST_AUTO_TEST_CASE(our_own_verifier_is_right_about_every_bundle_and_names_the_check) {
    OwnVerifier verifier;
    const engine::RunReport report = run(verifier, {});
    BOOST_TEST(report.results.size() == bundles().size());
    for (const engine::CaseResult& one : report.results)
        BOOST_TEST((one.verdict == Verdict::pass), one.id << ": " << one.reason);
}

BOOST_AUTO_TEST_CASE(an_answer_is_judged_by_what_the_bundle_demands) {
    BOOST_TEST((verdict_of("report/replayed", Answer::rejected) == Verdict::pass));
    BOOST_TEST((verdict_of("report/replayed", Answer::malformed) == Verdict::loose_pass));
    BOOST_TEST((verdict_of("report/replayed", Answer::accepted) == Verdict::fail));
    BOOST_TEST((verdict_of("report/ends-empty", Answer::rejected) == Verdict::loose_pass));
    BOOST_TEST((verdict_of("report/replayed", Answer::other_status) == Verdict::fail));
    BOOST_TEST((verdict_of("report/replayed", Answer::died) == Verdict::dead));
    BOOST_TEST((verdict_of("report/replayed", Answer::late) == Verdict::dead));
    BOOST_TEST((verdict_of("genuine/hopper", Answer::rejected) == Verdict::fail));
}

BOOST_AUTO_TEST_CASE(where_public_verifiers_differ_a_failure_is_a_warning_unless_it_is_strict) {
    BOOST_TEST((verdict_of("ocsp/hold", Answer::accepted) == Verdict::warning));
    BOOST_TEST((verdict_of("ocsp/hold", Answer::accepted, Answer::accepted, true) == Verdict::fail));
}

BOOST_AUTO_TEST_CASE(what_is_refused_proves_nothing_when_the_genuine_form_is_refused_too) {
    BOOST_TEST((verdict_of("report/replayed", Answer::rejected, Answer::rejected) == Verdict::blocked));
    BOOST_TEST((verdict_of("report/replayed", Answer::rejected, Answer::cannot) == Verdict::not_applicable));
    BOOST_TEST((verdict_of("report/replayed", Answer::accepted, Answer::rejected) == Verdict::fail));
}

BOOST_AUTO_TEST_CASE(the_place_of_the_bundle_is_quoted_for_the_shell) {
    BOOST_TEST(filled("v {bundle} {bundle}/x", "/a b") == "v '/a b' '/a b'/x");
    BOOST_TEST(filled("v", "/a'b") == "v");
    BOOST_TEST(filled("{bundle}", "/a'b") == "'/a'\\''b'");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::cases::verifier
