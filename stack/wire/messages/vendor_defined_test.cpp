#include "stack/wire/messages/vendor_defined.h"

#include "stack/wire/messages/test_support.h"

namespace assay::wire::test {

BOOST_AUTO_TEST_SUITE(vendor_defined_suite)

BOOST_AUTO_TEST_CASE(vendor_defined_messages_carry_a_vendor_and_a_payload) {
    auto request =
        round_trip<VendorDefinedRequest>("10fe0000 0300 02 de10 0300 aabbcc", context_at(Version::v1_0));
    BOOST_TEST(request.standard_id == 3);
    BOOST_TEST(to_hex(request.vendor_id) == "de10");
    BOOST_TEST(to_hex(request.payload) == "aabbcc");
    auto response = round_trip<VendorDefinedResponse>("127e0000 0000 00 0000", context_at(Version::v1_2));
    BOOST_TEST(response.vendor_id.empty());
    BOOST_TEST(response.payload.empty());
}

BOOST_AUTO_TEST_CASE(the_large_form_exists_at_1_4_only) {
    auto message = round_trip<VendorDefinedRequest>("14fe8000 0300 02 de10 0000 02000000 aabb",
                                                    context_at(Version::v1_4));
    BOOST_TEST(message.param1 == kLargePayload);
    BOOST_TEST(to_hex(message.payload) == "aabb");
    round_trip<VendorDefinedResponse>("147e8000 0300 02 de10 0000 02000000 aabb", context_at(Version::v1_4));
    auto v1_3 =
        round_trip<VendorDefinedRequest>("13fe8000 0300 02 de10 0200 aabb", context_at(Version::v1_3));
    BOOST_TEST(to_hex(v1_3.payload) == "aabb");
}

BOOST_AUTO_TEST_CASE(lengths_beyond_the_message_are_refused) {
    Context context = context_at(Version::v1_4);
    BOOST_TEST(refusal<VendorDefinedRequest>("14fe0000 0300 ff de10 0300 aabbcc", context) ==
               "truncated VendorIDLen");
    BOOST_TEST(refusal<VendorDefinedRequest>("14fe0000 0300 02 de10 ffff aabbcc", context) ==
               "truncated Length");
    BOOST_TEST(refusal<VendorDefinedRequest>("14fe8000 0300 02 de10 0000 ffffffff aabb", context) ==
               "truncated LargeLength");
}

BOOST_AUTO_TEST_CASE(a_payload_that_the_short_form_cannot_count_is_not_sent) {
    VendorDefinedRequest message;
    message.payload = Bytes(0x10000);
    BOOST_TEST(encode_refusal(message, context_at(Version::v1_4)) == "out_of_range Length");
    message.param1 = kLargePayload;
    BOOST_TEST(encode_refusal(message, context_at(Version::v1_4)) == "accepted");
}

BOOST_AUTO_TEST_CASE(each_registry_fixes_the_length_of_its_vendor_ids) {
    struct Row {
        uint16_t standard_id;
        std::vector<size_t> lengths;
    };
    const Row rows[] = {{0, {0}}, {1, {2}}, {2, {2}}, {3, {2}}, {4, {4}},  {5, {4}},
                        {6, {2}}, {7, {2}}, {8, {2}}, {9, {0}}, {11, {2}}, {10, {1, 2, 3, 5, 9}},
                        {12, {}}};
    for (const Row& row : rows) {
        for (size_t length = 0; length < 12; ++length) {
            bool legal = std::ranges::count(row.lengths, length) != 0;
            BOOST_TEST(vendor_id_length_ok(row.standard_id, length) == legal,
                       "registry " << row.standard_id << " length " << length);
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::wire::test
