#include "stack/wire/messages/opaque_data.h"

#include "stack/wire/messages/test_support.h"

namespace assay::wire::test {

BOOST_AUTO_TEST_SUITE(opaque_data_suite)

BOOST_AUTO_TEST_CASE(from_1_2_the_structure_begins_with_the_number_of_elements) {
    auto message =
        round_trip<OpaqueData>("01 000000  00 00 0500 0101010011 000000", context_at(Version::v1_2));
    BOOST_REQUIRE(message.elements.size() == 1U);
    BOOST_TEST(message.elements[0].id == 0);
    BOOST_TEST(to_hex(message.elements[0].data) == "0101010011");
    BOOST_TEST(message.elements[0].align_padding.size() == 3U);
}

BOOST_AUTO_TEST_CASE(before_1_2_the_structure_is_that_of_dsp0277) {
    auto message =
        round_trip<OpaqueData>("46544d44 01 01 0000  00 00 0400 01000011", context_at(Version::v1_1));
    BOOST_REQUIRE(message.elements.size() == 1U);
    BOOST_TEST(to_hex(message.elements[0].data) == "01000011");
    BOOST_TEST(refusal<OpaqueData>("47544d44 01 01 0000  00 00 0400 01000011", context_at(Version::v1_1)) ==
               "out_of_range SpecID");
    BOOST_TEST(refusal<OpaqueData>("46544d44 02 01 0000  00 00 0400 01000011", context_at(Version::v1_1)) ==
               "out_of_range OpaqueVersion");
}

BOOST_AUTO_TEST_CASE(each_element_is_padded_to_four_bytes_from_its_own_start) {
    auto message = round_trip<OpaqueData>(
        "03 000000"
        "03 02 de10 0200 aabb"
        "03 02 de10 0300 aabbcc 000000"
        "00 00 0000",
        context_at(Version::v1_3));
    BOOST_REQUIRE(message.elements.size() == 3U);
    BOOST_TEST(to_hex(message.elements[0].vendor_id) == "de10");
    BOOST_TEST(message.elements[0].align_padding.empty());
    BOOST_TEST(to_hex(message.elements[1].data) == "aabbcc");
    BOOST_TEST(message.elements[2].data.empty());
}

BOOST_AUTO_TEST_CASE(padding_is_worked_out_and_zero_when_it_is_sent) {
    Context context = context_at(Version::v1_2);
    OpaqueData message;
    message.elements.resize(1);
    message.elements[0].data = Bytes(1, 0xaa);
    BOOST_TEST(to_hex(value_of(encode(message, context))) == "0100000000000100aa000000");
    message.elements[0].align_padding = Bytes{0, 1, 0};
    BOOST_TEST(encode_refusal(message, context) == "out_of_range AlignPadding");
}

BOOST_AUTO_TEST_CASE(no_element_or_lengths_beyond_the_structure_are_refused) {
    Context context = context_at(Version::v1_2);
    BOOST_TEST(refusal<OpaqueData>("00 000000", context) == "out_of_range TotalElements");
    BOOST_TEST(refusal<OpaqueData>("02 000000 00 00 0000", context) == "truncated TotalElements");
    BOOST_TEST(refusal<OpaqueData>("01 000000 00 01 0000", context) == "truncated OpaqueElementDataLen");
    BOOST_TEST(refusal<OpaqueData>("01 000000 00 00 ffff 00000000", context) ==
               "truncated OpaqueElementDataLen");
    BOOST_TEST(refusal<OpaqueData>("01 000000 00 00 0100 aa", context) == "truncated AlignPadding");
    Result<OpaqueData> longer = decode_exact<OpaqueData>(bytes("01 000000 00 00 0000 00000000"), context);
    BOOST_REQUIRE(!longer.has_value());
    BOOST_TEST((longer.error().code == Errc::trailing));
}

BOOST_AUTO_TEST_CASE(secured_message_elements_say_what_they_are) {
    Context context = context_at(Version::v1_2);
    auto selected = round_trip<SecuredMessageData>("01 00 0011", context);
    BOOST_TEST(selected.selected_version == 0x1100);
    auto supported = round_trip<SecuredMessageData>("01 01 02 0010 0011", context);
    BOOST_TEST(supported.versions == (std::vector<uint16_t>{0x1000, 0x1100}),
               boost::test_tools::per_element());
    auto limit = round_trip<SecuredMessageData>("01 02 18", context);
    BOOST_TEST(limit.aead_limit_exponent == 24);
    auto other = round_trip<SecuredMessageData>("01 03 aabb", context, 2);
    BOOST_TEST(to_hex(other.unknown) == "aabb");
}

BOOST_AUTO_TEST_CASE(secured_message_elements_out_of_bounds_are_refused) {
    Context context = context_at(Version::v1_2);
    BOOST_TEST(refusal<SecuredMessageData>("01 02 40", context) == "accepted");
    BOOST_TEST(refusal<SecuredMessageData>("01 02 41", context) == "out_of_range AeadLimitExponent");
    BOOST_TEST(refusal<SecuredMessageData>("02 00 0011", context) == "out_of_range SMDataVersion");
    BOOST_TEST(refusal<SecuredMessageData>("01 01 ff 0010 0011", context) == "truncated VersionCount");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::wire::test
