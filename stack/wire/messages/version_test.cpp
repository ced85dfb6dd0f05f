#include "stack/wire/messages/version.h"

#include "stack/wire/messages/test_support.h"

namespace assay::wire::test {

BOOST_AUTO_TEST_SUITE(version_suite)

BOOST_AUTO_TEST_CASE(get_version_is_a_header_that_says_1_0_whatever_was_negotiated) {
    for (Version version : kVersions) {
        auto message = round_trip<GetVersion>("10840000", context_at(version));
        BOOST_TEST(message.spdm_version == 0x10);
    }
    BOOST_TEST(refusal<GetVersion>("12840000", context_at(Version::v1_2)) == "out_of_range SPDMVersion");
}

BOOST_AUTO_TEST_CASE(version_lists_its_entries) {
    auto message = round_trip<VersionResponse>("10040000 00 03 0010 0011 2112", context_at(Version::v1_0));
    BOOST_TEST(message.entries == (std::vector<uint16_t>{0x1000, 0x1100, 0x1221}),
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(version_without_an_entry_or_with_fewer_than_counted_is_refused) {
    Context context = context_at(Version::v1_0);
    BOOST_TEST(refusal<VersionResponse>("10040000 00 00", context) == "out_of_range VersionNumberEntryCount");
    BOOST_TEST(refusal<VersionResponse>("10040000 00 03 0010 0011", context) ==
               "truncated VersionNumberEntryCount");
    BOOST_TEST(encode_refusal(VersionResponse{}, context) == "out_of_range VersionNumberEntryCount");
}

BOOST_AUTO_TEST_CASE(another_message_than_the_one_asked_for_is_refused) {
    BOOST_TEST(refusal<GetVersion>("10040000", context_at(Version::v1_0)) == "bad_code RequestResponseCode");
}

BOOST_AUTO_TEST_CASE(reserved_fields_are_ignored_when_received_and_never_sent) {
    Context context = context_at(Version::v1_0);
    auto message = value_of(decode<GetVersion>(bytes("1084ff01"), context));
    BOOST_TEST(encode_refusal(message, context) == "out_of_range Param1");
    BOOST_TEST(to_hex(encode_raw(message, context)) == "1084ff01");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::wire::test
