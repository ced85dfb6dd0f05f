#include "stack/wire/messages/error.h"

#include "stack/wire/messages/test_support.h"

namespace assay::wire::test {

BOOST_AUTO_TEST_SUITE(error_suite)

BOOST_AUTO_TEST_CASE(most_errors_are_a_header) {
    auto message = round_trip<ErrorResponse>("127f07e4", context_at(Version::v1_2));
    BOOST_TEST(message.error_code == static_cast<uint8_t>(ErrorCode::unsupported_request));
    BOOST_TEST(message.error_data == 0xe4);
}

BOOST_AUTO_TEST_CASE(response_not_ready_says_when_to_ask_again) {
    auto message = round_trip<ErrorResponse>("107f4200 0c 83 17 02", context_at(Version::v1_0));
    BOOST_TEST(message.rdt_exponent == 12);
    BOOST_TEST(Code{message.request_code} == code::challenge);
    BOOST_TEST(message.token == 0x17);
    BOOST_TEST(message.rdtm == 2);
}

BOOST_AUTO_TEST_CASE(errors_about_sizes_and_chunks_carry_them) {
    auto large = round_trip<ErrorResponse>("127f0d00 04030201", context_at(Version::v1_2));
    BOOST_TEST(large.actual_size == 0x01020304U);
    auto data = round_trip<ErrorResponse>("147f1200 00000100", context_at(Version::v1_4));
    BOOST_TEST(data.actual_size == 0x10000U);
    auto chunk = round_trip<ErrorResponse>("127f0f00 2a", context_at(Version::v1_2));
    BOOST_TEST(chunk.handle == 0x2a);
}

BOOST_AUTO_TEST_CASE(a_vendor_error_takes_what_follows) {
    auto message = round_trip<ErrorResponse>("127fff02 0300 02 de10 aabb", context_at(Version::v1_2), 4);
    BOOST_TEST(to_hex(message.extended_error_data) == "030002de10aabb");
}

BOOST_AUTO_TEST_CASE(respond_if_ready_is_a_header) {
    auto message = round_trip<RespondIfReady>("11ff8317", context_at(Version::v1_1));
    BOOST_TEST(Code{message.request_code} == code::challenge);
    BOOST_TEST(message.token == 0x17);
}

BOOST_AUTO_TEST_CASE(every_error_code_has_a_name_that_leads_back_to_it) {
    BOOST_TEST(error_codes().size() == 25U);
    for (const ValueName& row : error_codes()) {
        auto error_code = static_cast<uint8_t>(row.value);
        BOOST_TEST(error_name(error_code) == row.name);
        BOOST_REQUIRE(error_from_name(row.name).has_value());
        BOOST_TEST(static_cast<uint8_t>(*error_from_name(row.name)) == error_code);
        BOOST_TEST((error_since(error_code) == row.since));
    }
    BOOST_TEST(error_name(0x02).empty());
    BOOST_TEST(!error_since(0x02).has_value());
    BOOST_TEST(!error_from_name("").has_value());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::wire::test
