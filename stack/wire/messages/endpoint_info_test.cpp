#include "stack/wire/messages/endpoint_info.h"

#include "stack/wire/messages/test_support.h"

namespace assay::wire::test {

using namespace std::string_literals;

BOOST_AUTO_TEST_SUITE(endpoint_info_suite)

BOOST_AUTO_TEST_CASE(a_nonce_goes_with_a_request_for_a_signature) {
    auto bare = round_trip<GetEndpointInfo>("1387010f 00 000000", context_at(Version::v1_3));
    BOOST_TEST(bare.sub_code == kDeviceClassIdentifier);
    BOOST_TEST(bare.slot_id == 0x0f);
    auto with_nonce =
        round_trip<GetEndpointInfo>("13870102 01 000000"s + kNonceHex, context_at(Version::v1_3));
    BOOST_TEST(with_nonce.request_attributes == kEpInfoSignature);
    BOOST_TEST(to_hex(with_nonce.nonce) == kNonceHex);
}

BOOST_AUTO_TEST_CASE(a_nonce_and_a_signature_go_with_a_signed_response) {
    Context context = context_at(Version::v1_3);
    auto bare = round_trip<EndpointInfo>("13070000 00000000 04000000 00000000", context);
    BOOST_TEST(to_hex(bare.ep_info) == "00000000");
    context.signed_response = true;
    auto full = round_trip<EndpointInfo>("13070002 00000000"s + kNonceHex + "04000000 00000000 f0f1f2f3f4f5",
                                         context);
    BOOST_TEST(full.slot_id == 2);
    BOOST_TEST(to_hex(full.nonce) == kNonceHex);
    BOOST_TEST(to_hex(full.signature) == "f0f1f2f3f4f5");
    BOOST_TEST(refusal<EndpointInfo>("13070002 00000000"s + kNonceHex + "ffffffff 00000000 f0f1f2f3f4f5",
                                     context) == "truncated EPInfoLen");
}

BOOST_AUTO_TEST_CASE(a_device_class_has_identifiers_with_subordinates) {
    auto message = round_trip<DeviceClassIdentifier>(
        "02 000000"
        "07 00 00 01 03 123456"
        "05 03 02 de10 00",
        context_at(Version::v1_3));
    BOOST_REQUIRE(message.identifiers.size() == 2U);
    BOOST_REQUIRE(message.identifiers[0].sub_identifiers.size() == 1U);
    BOOST_TEST(to_hex(message.identifiers[0].sub_identifiers[0]) == "123456");
    BOOST_TEST(message.identifiers[1].svh.id == 3);
    BOOST_TEST(to_hex(message.identifiers[1].svh.vendor_id) == "de10");
    BOOST_TEST(message.identifiers[1].sub_identifiers.empty());
}

BOOST_AUTO_TEST_CASE(an_identifier_whose_length_is_not_its_size_is_refused) {
    Context context = context_at(Version::v1_3);
    BOOST_TEST(refusal<IdElement>("06 00 00 01 03 123456", context) == "inconsistent IDElemLength");
    BOOST_TEST(refusal<IdElement>("03 00 00 01 03 123456", context) == "inconsistent IDElemLength");
    BOOST_TEST(refusal<IdElement>("08 00 00 01 03 123456", context) == "truncated IDElemLength");
    BOOST_TEST(refusal<IdElement>("07 00 00 ff 03 123456", context) == "truncated NumSubIDs");
    BOOST_TEST(refusal<IdElement>("07 00 00 01 04 123456", context) == "truncated SubIDLen");
    BOOST_TEST(refusal<DeviceClassIdentifier>("ff 000000 03 00 00 00", context) ==
               "truncated NumIdentifiers");
    IdElement large;
    large.sub_identifiers = {Bytes(252)};
    BOOST_TEST(encode_refusal(large, context) == "out_of_range IDElemLength");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::wire::test
