#include "stack/wire/messages/measurement_log.h"

#include "stack/wire/messages/test_support.h"

namespace assay::wire::test {

BOOST_AUTO_TEST_SUITE(measurement_log_suite)

BOOST_AUTO_TEST_CASE(the_log_is_asked_for_and_given_in_portions) {
    auto request =
        round_trip<GetMeasurementExtensionLog>("13ef0000 04030201 08070605", context_at(Version::v1_3));
    BOOST_TEST(request.offset == 0x01020304U);
    BOOST_TEST(request.length == 0x05060708U);
    auto answer =
        round_trip<MeasurementExtensionLog>("136f0000 03000000 04030201 aabbcc", context_at(Version::v1_3));
    BOOST_TEST(answer.remainder_length == 0x01020304U);
    BOOST_TEST(to_hex(answer.mel) == "aabbcc");
    round_trip<MeasurementExtensionLog>("136f0000 03000000 00000000 aabbcc", context_at(Version::v1_3));
    BOOST_TEST(refusal<MeasurementExtensionLog>("136f0000 ffffffff 00000000 aabbcc",
                                                context_at(Version::v1_3)) == "truncated PortionLength");
}

BOOST_AUTO_TEST_CASE(the_log_has_entries_of_their_own_size) {
    auto log = round_trip<MeasurementLog>(
        "02000000 19000000 0000000000000000"
        "01000000 05 000000 89 0300 524f4d"
        "02000000 06 000000 86 0000",
        context_at(Version::v1_3));
    BOOST_REQUIRE(log.entries.size() == 2U);
    BOOST_TEST(log.entries[0].mel_index == 1U);
    BOOST_TEST(log.entries[0].meas_index == 5);
    BOOST_TEST(log.entries[0].value_type == 0x89);
    BOOST_TEST(to_hex(log.entries[0].value) == "524f4d");
    BOOST_TEST(log.entries[1].mel_index == 2U);
    round_trip<MeasurementLog>("00000000 00000000 0000000000000000", context_at(Version::v1_3));
}

BOOST_AUTO_TEST_CASE(a_log_that_contradicts_itself_is_refused) {
    Context context = context_at(Version::v1_3);
    auto log = [&](const char* count, const char* length) {
        return refusal<MeasurementLog>(
            std::string(count) + length + "0000000000000000 01000000 05 000000 89 0300 524f4d", context);
    };
    BOOST_TEST(log("01000000", "0e000000") == "accepted");
    BOOST_TEST(log("01000000", "0d000000") == "inconsistent MELEntriesLen");
    BOOST_TEST(log("01000000", "0f000000") == "inconsistent MELEntriesLen");
    BOOST_TEST(log("00000000", "0e000000") == "inconsistent MELEntriesLen");
    BOOST_TEST(log("02000000", "0e000000") == "truncated MELIndex");
    BOOST_TEST(log("ffffffff", "0e000000") == "truncated NumberOfEntries");
    BOOST_TEST(log("01000000", "ffffffff") == "truncated MELEntriesLen");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::wire::test
