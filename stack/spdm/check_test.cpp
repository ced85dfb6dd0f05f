#include "stack/spdm/check.h"

#include <boost/test/unit_test.hpp>
#include <regex>
#include <set>

namespace assay::spdm {

BOOST_AUTO_TEST_SUITE(check)

BOOST_AUTO_TEST_CASE(each_check_has_a_name_of_its_own_and_is_found_by_it) {
    std::set<std::string_view> names;
    for (size_t i = 0; i < kCheckCount; ++i) {
        auto check = static_cast<Check>(i);
        BOOST_TEST(names.insert(info(check).name).second, info(check).name << " stands twice");
        BOOST_TEST((check_from_name(info(check).name) == check));
    }
    BOOST_TEST(!check_from_name("no_such_check").has_value());
}

BOOST_AUTO_TEST_CASE(each_check_names_a_requirement_and_says_what_is_violated) {
    const std::regex requirement("SPDM-[A-Z]{3}-[0-9]{3}");
    for (size_t i = 0; i < kCheckCount; ++i) {
        const CheckInfo& row = info(static_cast<Check>(i));
        BOOST_TEST(std::regex_match(std::string(row.requirement), requirement), row.name);
        BOOST_TEST(!row.violated.empty(), row.name);
        BOOST_TEST((row.responder || !row.error), row.name << ": a requester does not answer");
    }
}

BOOST_AUTO_TEST_CASE(a_demand_that_fails_refuses_with_the_answer_of_its_row) {
    Checker checker;
    BOOST_TEST(checker.demand(Check::certificate_slot, true).has_value());
    auto refused = checker.demand(Check::request_unknown, false, 0x80);
    BOOST_REQUIRE(!refused);
    BOOST_TEST((refused.error().check == Check::request_unknown));
    BOOST_TEST((refused.error().error == wire::ErrorCode::unsupported_request));
    BOOST_TEST(refused.error().error_data == 0x80);
    BOOST_TEST(refused.error().text() == "request_unknown: no such request at this version (SPDM-HDR-004)");
}

BOOST_AUTO_TEST_CASE(the_text_of_a_refusal_says_where_the_decoder_stopped) {
    Checker checker;
    Result<int> failed = fail(Errc::truncated, "Nonce", 4);
    auto refused = checker.demand_value(Check::challenge_malformed, std::move(failed));
    BOOST_REQUIRE(!refused);
    BOOST_TEST(refused.error().text().contains("Nonce at offset 4"), refused.error().text());
}

BOOST_AUTO_TEST_CASE(a_waived_check_never_refuses) {
    FaultConfig faults;
    faults.waive(Check::certificate_slot);
    Checker checker(faults);
    BOOST_TEST(checker.demand(Check::certificate_slot, false).has_value());
    BOOST_TEST(!checker.demand(Check::certificate_offset, false).has_value());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::spdm
