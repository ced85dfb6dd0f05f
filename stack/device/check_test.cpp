#include "stack/device/check.h"

#include <boost/test/unit_test.hpp>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>

namespace assay::device {

BOOST_AUTO_TEST_SUITE(check)

BOOST_AUTO_TEST_CASE(each_check_has_a_name_of_its_own_and_serves_a_row_of_the_threat_model) {
    std::ifstream file("vectors/threat_model.json");
    std::set<std::string> rows;
    const auto model = nlohmann::json::parse(file);
    for (const auto& row : model["rows"]) rows.insert(row["id"].get<std::string>());
    std::set<std::string_view> names;
    for (size_t i = 0; i < kCheckCount; ++i) {
        const CheckInfo& row = info(static_cast<Check>(i));
        BOOST_TEST(names.insert(row.name).second, row.name << " stands twice");
        BOOST_TEST((check_from_name(row.name) == static_cast<Check>(i)));
        BOOST_TEST(rows.contains(std::string(row.threat)), row.name);
        BOOST_TEST(!row.violated.empty());
    }
    BOOST_TEST(!check_from_name("no_such_check").has_value());
}

BOOST_AUTO_TEST_CASE(a_refusal_names_its_check_or_says_that_it_could_not) {
    auto refused = Checker().demand(Check::counters, false);
    BOOST_REQUIRE(!refused);
    BOOST_TEST(refused.error().text() == "counters: performance counters are off in this mode");
    const Checked<> unable = cannot("launch", "no memory");
    BOOST_TEST(unable.error().name() == "cannot");
    BOOST_TEST(unable.error().text().contains("no memory"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::device
