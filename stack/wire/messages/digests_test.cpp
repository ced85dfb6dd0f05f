#include "stack/wire/messages/digests.h"

#include "stack/wire/messages/test_support.h"

namespace assay::wire::test {

BOOST_AUTO_TEST_SUITE(digests_suite)

BOOST_AUTO_TEST_CASE(get_digests_is_a_header) {
    round_trip<GetDigests>("11810000", context_at(Version::v1_1));
}

BOOST_AUTO_TEST_CASE(one_digest_follows_for_each_slot_in_the_mask) {
    auto message = round_trip<Digests>("12010005 a0a1a2a3 b0b1b2b3", context_at(Version::v1_2));
    BOOST_TEST(message.slot_mask == 5);
    BOOST_REQUIRE(message.digests.size() == 2U);
    BOOST_TEST(to_hex(message.digests[1]) == "b0b1b2b3");
    round_trip<Digests>("12010000", context_at(Version::v1_2));
}

BOOST_AUTO_TEST_CASE(multi_key_connections_have_key_information_for_each_slot) {
    Context context = context_at(Version::v1_3);
    auto single = round_trip<Digests>("13010705 a0a1a2a3 b0b1b2b3", context);
    BOOST_TEST(single.supported_slot_mask == 7);
    context.multi_key = true;
    auto message = round_trip<Digests>("13010705 a0a1a2a3 b0b1b2b3 0102 0103 0300 0780", context);
    BOOST_TEST(to_hex(message.key_pair_id) == "0102");
    BOOST_TEST(to_hex(message.certificate_info) == "0103");
    BOOST_TEST(message.key_usage_mask == (std::vector<uint16_t>{3, 0x8007}),
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(supported_slot_mask_is_reserved_before_1_3) {
    Digests message;
    message.supported_slot_mask = 1;
    BOOST_TEST(encode_refusal(message, context_at(Version::v1_2)) == "out_of_range Param1");
    BOOST_TEST(encode_refusal(message, context_at(Version::v1_3)) == "accepted");
}

BOOST_AUTO_TEST_CASE(a_digest_of_another_size_than_negotiated_is_not_sent) {
    Digests message;
    message.slot_mask = 1;
    message.digests = {Bytes(5)};
    BOOST_TEST(encode_refusal(message, context_at(Version::v1_2)) == "inconsistent Digest");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::wire::test
