#include "stack/wire/messages/session.h"

#include "stack/wire/messages/test_support.h"

namespace assay::wire::test {

BOOST_AUTO_TEST_SUITE(session_suite)

BOOST_AUTO_TEST_CASE(the_messages_of_a_session_are_headers) {
    for (Version version : {Version::v1_1, Version::v1_2, Version::v1_3, Version::v1_4}) {
        Context context = context_at(version);
        std::string prefix = to_hex(Bytes{byte(version)});
        round_trip<Heartbeat>(prefix + "e80000", context);
        round_trip<HeartbeatAck>(prefix + "680000", context);
        round_trip<EndSession>(prefix + "ec0000", context);
        round_trip<EndSessionAck>(prefix + "6c0000", context);
        auto update = round_trip<KeyUpdate>(prefix + "e90217", context);
        BOOST_TEST(update.key_operation == static_cast<uint8_t>(KeyOperation::update_all_keys));
        BOOST_TEST(update.tag == 0x17);
        auto ack = round_trip<KeyUpdateAck>(prefix + "690317", context);
        BOOST_TEST(ack.key_operation == static_cast<uint8_t>(KeyOperation::verify_new_key));
        BOOST_TEST(ack.tag == 0x17);
    }
}

BOOST_AUTO_TEST_CASE(end_session_may_clear_the_negotiated_state) {
    auto message = round_trip<EndSession>("12ec0100", context_at(Version::v1_2));
    BOOST_TEST(message.param1 == kClearNegotiatedState);
}

BOOST_AUTO_TEST_CASE(reserved_parameters_are_not_sent) {
    Heartbeat message;
    message.param2 = 1;
    BOOST_TEST(encode_refusal(message, context_at(Version::v1_2)) == "out_of_range Param2");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::wire::test
