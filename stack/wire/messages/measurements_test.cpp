#include "stack/wire/messages/measurements.h"

#include "stack/wire/messages/test_support.h"

namespace assay::wire::test {

using namespace std::string_literals;

BOOST_AUTO_TEST_SUITE(measurements_suite)

BOOST_AUTO_TEST_CASE(get_measurements_has_five_sizes) {
    round_trip<GetMeasurements>("10e00000", context_at(Version::v1_0));
    round_trip<GetMeasurements>("12e000ff", context_at(Version::v1_2));
    round_trip<GetMeasurements>("13e00001"s + kContextHex, context_at(Version::v1_3));
    round_trip<GetMeasurements>("10e00101"s + kNonceHex, context_at(Version::v1_0));
    auto v1_1 = round_trip<GetMeasurements>("11e001ff"s + kNonceHex + "0f", context_at(Version::v1_1));
    BOOST_TEST(v1_1.slot_id_param == kMeasurementRawKey);
    auto v1_3 =
        round_trip<GetMeasurements>("13e005fe"s + kNonceHex + "03" + kContextHex, context_at(Version::v1_3));
    BOOST_TEST(v1_3.attributes == (kSignatureRequested | kNewMeasurementRequested));
    BOOST_TEST(v1_3.operation == 0xfe);
    BOOST_TEST(to_hex(v1_3.nonce) == kNonceHex);
    BOOST_TEST(v1_3.slot_id_param == 3);
    BOOST_TEST(to_hex(v1_3.requester_context) == kContextHex);
}

BOOST_AUTO_TEST_CASE(measurements_has_a_nonce_even_unsigned_and_a_signature_when_asked) {
    Context context = context_at(Version::v1_1);
    auto count = round_trip<Measurements>("11600500 00 000000"s + kNonceHex + "0000", context);
    BOOST_TEST(count.total_indices == 5);
    context.signed_response = true;
    auto full = round_trip<Measurements>(
        "11600002 01 080000 0101 0400 00 0100 aa"s + kNonceHex + "0200 d0d1 f0f1f2f3f4f5", context);
    BOOST_TEST(full.param2 == 2);
    BOOST_TEST(full.number_of_blocks == 1);
    BOOST_TEST(to_hex(full.measurement_record) == "01010400000100aa");
    BOOST_TEST(to_hex(full.opaque_data) == "d0d1");
    BOOST_TEST(to_hex(full.signature) == "f0f1f2f3f4f5");
    context.version = Version::v1_3;
    auto v1_3 = round_trip<Measurements>(
        "13600022 00 000000"s + kNonceHex + "0000" + kContextHex + "f0f1f2f3f4f5", context);
    BOOST_TEST(to_hex(v1_3.requester_context) == kContextHex);
}

BOOST_AUTO_TEST_CASE(a_record_length_beyond_the_message_is_refused) {
    BOOST_TEST(refusal<Measurements>("11600000 01 ffffff"s + kNonceHex + "0000", context_at(Version::v1_1)) ==
               "truncated MeasurementRecordLength");
}

BOOST_AUTO_TEST_CASE(a_record_is_blocks_until_it_ends) {
    auto record = value_of(decode_exact<MeasurementRecord>(
        bytes("01 01 0600 81 0300 aabbcc  fd 01 0300 84 0000"), context_at(Version::v1_2)));
    BOOST_REQUIRE(record.blocks.size() == 2U);
    BOOST_TEST(record.blocks[0].value_type == (value_type::mutable_firmware | value_type::raw_bit_stream));
    BOOST_TEST(to_hex(record.blocks[0].value) == "aabbcc");
    BOOST_TEST(record.blocks[1].index == kManifestIndex);
    BOOST_TEST(to_hex(value_of(encode(record, context_at(Version::v1_2)))) ==
               "01010600810300aabbccfd010300840000");
}

BOOST_AUTO_TEST_CASE(a_block_that_contradicts_itself_or_ends_early_is_refused) {
    Context context = context_at(Version::v1_2);
    BOOST_TEST(refusal<MeasurementBlock>("01 01 0500 81 0300 aabbcc", context) ==
               "inconsistent MeasurementSize");
    BOOST_TEST(refusal<MeasurementBlock>("01 01 0200 81 0300 aabbcc", context) ==
               "inconsistent MeasurementSize");
    BOOST_TEST(refusal<MeasurementBlock>("01 01 0700 81 0400 aabbcc", context) ==
               "truncated DMTFSpecMeasurementValueSize");
    round_trip<MeasurementBlock>("01 01 0600 81 0300 aabbcc", context);
}

BOOST_AUTO_TEST_CASE(a_device_mode_is_four_words) {
    const Context context = context_at(Version::v1_2);
    const auto mode = round_trip<DeviceMode>("01000000 02000000 03000000 04000000", context);
    BOOST_TEST(mode.operational_mode_capabilities == 1U);
    BOOST_TEST(mode.operational_mode_state == 2U);
    BOOST_TEST(mode.device_mode_capabilities == 3U);
    BOOST_TEST(mode.device_mode_state == 4U);
    BOOST_TEST(!decode_exact<DeviceMode>(Bytes(15), context).has_value());
    BOOST_TEST(!decode_exact<DeviceMode>(Bytes(17), context).has_value());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::wire::test
