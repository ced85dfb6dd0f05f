#include "stack/wire/messages/slot_management.h"

#include "stack/wire/messages/test_support.h"

namespace assay::wire::test {

BOOST_AUTO_TEST_SUITE(slot_management_suite)

BOOST_AUTO_TEST_CASE(slot_management_is_a_header_and_bytes) {
    auto request = round_trip<SlotManagement>("14880100 aabb", context_at(Version::v1_4), 4);
    BOOST_TEST(request.param1 == 1);
    BOOST_TEST(to_hex(request.body) == "aabb");
    auto response = round_trip<SlotManagementResponse>("14080100 aabb", context_at(Version::v1_4), 4);
    BOOST_TEST(to_hex(response.body) == "aabb");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::wire::test
