#include "stack/attest/check.h"

#include <boost/test/unit_test.hpp>
#include <set>

namespace assay::attest {

BOOST_AUTO_TEST_SUITE(check)

BOOST_AUTO_TEST_CASE(each_check_and_each_defect_has_a_name_of_its_own_and_is_found_by_it) {
    std::set<std::string_view> names;
    for (size_t i = 0; i < kCheckCount; ++i) {
        const auto check = static_cast<Check>(i);
        BOOST_TEST(names.insert(info(check).name).second, info(check).name << " stands twice");
        BOOST_TEST((check_from_name(info(check).name) == check));
        BOOST_TEST(!info(check).violated.empty(), info(check).name);
    }
    for (size_t i = 0; i < kDefectCount; ++i) {
        const auto defect = static_cast<Defect>(i);
        BOOST_TEST(names.insert(info(defect).name).second, info(defect).name << " stands twice");
        BOOST_TEST((defect_from_name(info(defect).name) == defect));
        BOOST_TEST(!info(defect).what.empty(), info(defect).name);
    }
    BOOST_TEST(!check_from_name("no_such_check").has_value());
    BOOST_TEST(!defect_from_name("no_such_defect").has_value());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::attest
