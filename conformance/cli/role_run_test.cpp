#include "conformance/cli/role_run.h"

#include <boost/test/unit_test.hpp>

namespace assay::cli {

BOOST_AUTO_TEST_SUITE(role_run_suite)

// Ctrl-C ends a run of every role, but for one that has come to its end anyway.
BOOST_AUTO_TEST_CASE(a_run_goes_on_until_it_is_stopped) {
    bool stopped = false;
    std::vector<std::string> shown;
    engine::RunControl control;
    control.progress = [&](size_t, size_t, const engine::CaseResult& last) { shown.push_back(last.id); };
    const engine::SuiteProgress without_stop = by_id(control);
    BOOST_TEST(without_stop(1, 3, "a/a"));
    control.stop = [&] { return stopped; };
    const engine::SuiteProgress progress = by_id(control);
    BOOST_TEST(progress(1, 3, "a/a"));
    stopped = true;
    BOOST_TEST(!progress(2, 3, "a/b"));
    BOOST_TEST(progress(3, 3, "a/c"));
    BOOST_TEST((shown == std::vector<std::string>{"a/a", "a/a", "a/b", "a/c"}));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::cli
