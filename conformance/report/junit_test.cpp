#include "conformance/report/junit.h"

#include <boost/property_tree/ptree.hpp>
#include <boost/property_tree/xml_parser.hpp>
#include <boost/test/unit_test.hpp>
#include <sstream>

#include "conformance/report/test_support.h"

namespace assay::report {

namespace {

using Tree = boost::property_tree::ptree;

Tree parse(const std::string& xml) {
    std::istringstream in(xml);
    Tree tree;
    boost::property_tree::read_xml(in, tree);
    return tree;
}

// The testcase with that name that is more than a plain pass.
Tree testcase(const Tree& tree, const std::string& name) {
    for (const auto& [tag, suite] : tree.get_child("testsuites")) {
        if (tag != "testsuite") continue;
        for (const auto& [inner, one] : suite) {
            if (inner == "testcase" && one.get<std::string>("<xmlattr>.name") == name && one.size() > 1)
                return one;
        }
    }
    return {};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(junit_suite)

BOOST_AUTO_TEST_CASE(each_version_is_a_suite_and_its_tallies_are_those_of_its_cases) {
    Tree tree = parse(to_junit(test::sample(), test::details()));
    std::vector<std::string> names;
    for (const auto& [tag, suite] : tree.get_child("testsuites")) {
        if (tag != "testsuite") continue;
        names.push_back(suite.get<std::string>("<xmlattr>.name"));
        size_t cases = 0, failures = 0, errors = 0, skipped = 0;
        for (const auto& [inner, one] : suite) {
            if (inner != "testcase") continue;
            ++cases;
            failures += one.count("failure");
            errors += one.count("error");
            skipped += one.count("skipped");
        }
        BOOST_TEST(suite.get<size_t>("<xmlattr>.tests") == cases);
        BOOST_TEST(suite.get<size_t>("<xmlattr>.failures") == failures);
        BOOST_TEST(suite.get<size_t>("<xmlattr>.errors") == errors);
        BOOST_TEST(suite.get<size_t>("<xmlattr>.skipped") == skipped);
    }
    BOOST_TEST(names == (std::vector<std::string>{"SPDM 1.1", "SPDM 1.2"}), boost::test_tools::per_element());
    BOOST_TEST(tree.get<size_t>("testsuites.<xmlattr>.tests") == test::sample().results.size());
    BOOST_TEST(tree.get<size_t>("testsuites.<xmlattr>.failures") == 4U);
}

BOOST_AUTO_TEST_CASE(each_verdict_is_told_as_what_it_is) {
    Tree tree = parse(to_junit(test::sample(), test::details()));
    const struct {
        const char* id;
        const char* element;
    } rows[] = {
        {"crt/offset-at-end", "failure"}, {"ver/twice", "failure"},
        {"mal/empty", "failure"},         {"mal/late", "error"},
        {"mea/signed", "skipped"},        {"mal/long", "skipped"},
        {"ver/entries", "skipped"},       {"crt/slot-8", "system-out"},
        {"hdr/reserved", "system-out"},
    };
    for (const auto& row : rows) BOOST_TEST(testcase(tree, row.id).count(row.element) == 1U, row.id);
}

BOOST_AUTO_TEST_CASE(a_role_without_versions_is_one_suite_of_classes) {
    const Tree tree = parse(to_junit(test::grouped()));
    BOOST_TEST(tree.get<std::string>("testsuites.testsuite.<xmlattr>.name") == "verifier");
    const Tree failed = testcase(tree, "a-long-group-of-bundles/one");
    BOOST_TEST(failed.get<std::string>("<xmlattr>.classname") == "assay.verifier.a-long-group-of-bundles");
    const std::string text = failed.get<std::string>("failure");
    BOOST_TEST(text.contains("where:    gpu-0/report.bin\nit said:  \\x1b[31mgood\n"), text);
}

BOOST_AUTO_TEST_CASE(blocked_is_not_mistaken_for_not_applicable) {
    Tree tree = parse(to_junit(test::sample(), test::details()));
    BOOST_TEST(testcase(tree, "mal/long").get<std::string>("skipped.<xmlattr>.message") ==
               "blocked: the target is gone since mal/empty");
    BOOST_TEST(testcase(tree, "mea/signed").get<std::string>("skipped.<xmlattr>.message") ==
               "not applicable: the device does not claim MEAS_CAP with signatures");
}

BOOST_AUTO_TEST_CASE(what_a_device_sent_cannot_break_the_document) {
    std::string xml = to_junit(test::sample(), test::details());
    BOOST_TEST(xml.find('\x1b') == std::string::npos);
    BOOST_TEST(xml.find('\xff') == std::string::npos);
    std::string out = testcase(parse(xml), "hdr/reserved").get<std::string>("system-out");
    BOOST_TEST(out.find("a subject of \"\\x1b[31m]]>\\xff\\n\xc3\xa9\"") != std::string::npos, out);
    BOOST_TEST(out.find("A reserved bit that is set is \"ignored\" & not <refused>.") != std::string::npos,
               out);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::report
