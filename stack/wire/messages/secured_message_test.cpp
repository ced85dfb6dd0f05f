// Against the bytes that stack/record makes: there, in record_test.cpp.
#include "stack/wire/messages/secured_message.h"

#include "stack/wire/messages/test_support.h"

namespace assay::wire::test {

namespace {

constexpr char kMac[] = "000102030405060708090a0b0c0d0e0f";

Context numbered(uint8_t sequence_size) {
    Context context = context_at(Version::v1_2);
    context.sequence_size = sequence_size;
    return context;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(secured_message_suite)

BOOST_AUTO_TEST_CASE(a_secured_message_is_read_with_and_without_a_number) {
    auto bare = round_trip<SecuredMessage>(std::string("fffffeff1300aabbcc") + kMac, numbered(0));
    BOOST_TEST(bare.session_id == 0xfffeffff);
    BOOST_TEST(bare.sequence_number.empty());
    BOOST_TEST(to_hex(bare.payload) == "aabbcc");
    BOOST_TEST(to_hex(bare.mac) == kMac);
    auto long_one = round_trip<SecuredMessage>(std::string("fffffeff45231300aabbcc") + kMac, numbered(2));
    BOOST_TEST(to_hex(long_one.sequence_number) == "4523");
}

BOOST_AUTO_TEST_CASE(the_payload_may_be_empty) {
    BOOST_TEST(round_trip<SecuredMessage>(std::string("fffffeff1000") + kMac, numbered(0)).payload.empty());
}

BOOST_AUTO_TEST_CASE(a_length_that_does_not_count_the_mac_is_refused) {
    for (std::string_view length : {"0000", "0f00"}) {
        BOOST_TEST(refusal<SecuredMessage>("fffffeff" + std::string(length) + kMac, numbered(0)) ==
                   "inconsistent Length");
    }
    BOOST_TEST(refusal<SecuredMessage>(std::string("fffffeffffff") + kMac, numbered(0)) ==
               "truncated Length");
    BOOST_TEST(refusal<SecuredMessage>(std::string("fffffeff1100") + kMac, numbered(0)) == "truncated MAC");
}

BOOST_AUTO_TEST_CASE(a_number_of_another_size_is_not_sent) {
    SecuredMessage message;
    message.sequence_number = Bytes(1);
    BOOST_TEST(encode_refusal(message, numbered(2)) == "inconsistent SequenceNumber");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::wire::test
