#include "conformance/engine/faults.h"

#include <boost/test/unit_test.hpp>

namespace assay::engine {

BOOST_AUTO_TEST_SUITE(faults_suite)

namespace {

struct Config {
    int waived = 0, planted = 0;
};

enum class Check : uint8_t { one, two };
struct Info {
    std::string_view name;
};
Info info(Check check) { return {check == Check::one ? "one" : "two"}; }

Faults<Config> some() {
    Faults<Config> all;
    add_faults<Check>(all, false, 2,
                      [](Config& config, Check check) { config.waived += check == Check::one ? 1 : 10; });
    add_faults<Check>(all, true, 1, [](Config& config, Check) { ++config.planted; });
    return all;
}

}  // namespace

BOOST_AUTO_TEST_CASE(checks_are_waived_and_defects_planted_by_their_names) {
    const auto config = with_faults(some(), {"two", "one"}, {"one"}, "target");
    BOOST_REQUIRE(config.has_value());
    BOOST_TEST(config->waived == 11);
    BOOST_TEST(config->planted == 1);
    const auto as_it_is = with_faults(some(), {}, {}, "target", Config{.waived = 5});
    BOOST_TEST(as_it_is->waived == 5);
    BOOST_TEST(as_it_is->planted == 0);
}

BOOST_AUTO_TEST_CASE(a_name_that_is_none_of_the_kind_is_refused_in_words) {
    const auto defect = with_faults(some(), {}, {"two"}, "target");
    BOOST_REQUIRE(!defect.has_value());
    BOOST_TEST(defect.error().detail.contains("there is no defect 'two' in the target"),
               defect.error().detail);
    BOOST_TEST(with_faults(some(), {"three"}, {}, "target").error().detail.contains("no check 'three'"));
    BOOST_TEST(with_faults(Faults<Config>{}, {"one"}, {}, "target").error().detail.contains("ASSAY_HARNESS"));
    BOOST_TEST(with_faults(Faults<Config>{}, {}, {}, "target").has_value());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::engine
