#include "stack/transfer/check.h"

#include <boost/test/unit_test.hpp>
#include <fstream>
#include <nlohmann/json.hpp>
#include <regex>
#include <set>

namespace assay::transfer {

BOOST_AUTO_TEST_SUITE(check)

BOOST_AUTO_TEST_CASE(each_check_and_each_defect_has_a_name_of_its_own_and_is_found_by_it) {
    std::set<std::string_view> names;
    for (size_t i = 0; i < kCheckCount; ++i) {
        auto check = static_cast<Check>(i);
        BOOST_TEST(names.insert(info(check).name).second, info(check).name << " stands twice");
        BOOST_TEST((check_from_name(info(check).name) == check));
    }
    for (size_t i = 0; i < kDefectCount; ++i) {
        auto defect = static_cast<Defect>(i);
        BOOST_TEST(names.insert(info(defect).name).second, info(defect).name << " stands twice");
        BOOST_TEST((defect_from_name(info(defect).name) == defect));
        BOOST_TEST(!info(defect).what.empty());
    }
    BOOST_TEST(!check_from_name("no_such_check").has_value());
    BOOST_TEST(!defect_from_name("no_such_defect").has_value());
}

BOOST_AUTO_TEST_CASE(each_check_names_a_requirement_and_says_what_is_violated) {
    const std::regex requirement("ASSAY-TRF-[0-9]{3}");
    for (size_t i = 0; i < kCheckCount; ++i) {
        const CheckInfo& row = info(static_cast<Check>(i));
        BOOST_TEST(std::regex_match(std::string(row.requirement), requirement), row.name);
        BOOST_TEST(!row.violated.empty(), row.name);
        BOOST_TEST(!name(row.status).empty(), row.name);
    }
}

BOOST_AUTO_TEST_CASE(each_check_names_a_requirement_that_is_written_down) {
    std::ifstream file("vectors/requirements/TRF.json");
    BOOST_REQUIRE(file.good());
    std::set<std::string> known;
    const auto json = nlohmann::json::parse(file);
    for (const auto& row : json["requirements"]) known.insert(row["id"].get<std::string>());
    BOOST_TEST(known.size() >= 60U);
    for (size_t i = 0; i < kCheckCount; ++i) {
        const CheckInfo& row = info(static_cast<Check>(i));
        BOOST_TEST(known.contains(std::string(row.requirement)), row.name);
    }
}

BOOST_AUTO_TEST_CASE(a_refusal_says_which_check_what_was_violated_and_where) {
    Result<int> failed = fail(Errc::truncated, "count", 4);
    auto refused = Checker().demand_value(Check::work_form, std::move(failed));
    BOOST_REQUIRE(!refused);
    BOOST_TEST(refused.error().text() ==
               "work_form: the submission is malformed (ASSAY-TRF-140): truncated (count at offset 4)");
    BOOST_TEST(!refused.error().fatal());
    BOOST_TEST(Refusal{Check::block_tag}.fatal());
}

BOOST_AUTO_TEST_CASE(a_waived_check_never_refuses) {
    FaultConfig faults;
    faults.waive(Check::iv_exhausted);
    const Checker checker(faults);
    BOOST_TEST(checker.demand(Check::iv_exhausted, false).has_value());
    BOOST_TEST(!checker.demand(Check::iv_not_fresh, false).has_value());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::transfer
