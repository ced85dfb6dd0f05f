#include "stack/wire/messages/psk.h"

#include "stack/wire/messages/test_support.h"

namespace assay::wire::test {

BOOST_AUTO_TEST_SUITE(psk_suite)

BOOST_AUTO_TEST_CASE(psk_exchange_counts_three_strings_before_them) {
    auto message = round_trip<PskExchange>("12e6ff01 3412 0200 0300 0400 a0a1 b0b1b2 d0d1d2d3",
                                           context_at(Version::v1_2));
    BOOST_TEST(message.measurement_summary_hash_type == 0xff);
    BOOST_TEST(message.session_policy == 1);
    BOOST_TEST(message.req_session_id == 0x1234);
    BOOST_TEST(to_hex(message.psk_hint) == "a0a1");
    BOOST_TEST(to_hex(message.requester_context) == "b0b1b2");
    BOOST_TEST(to_hex(message.opaque_data) == "d0d1d2d3");
    round_trip<PskExchange>("11e60000 3412 0000 0100 0000 b0", context_at(Version::v1_1));
}

BOOST_AUTO_TEST_CASE(psk_exchange_of_1_1_has_no_session_policy) {
    PskExchange message;
    message.session_policy = 1;
    BOOST_TEST(encode_refusal(message, context_at(Version::v1_1)) == "out_of_range Param2");
    BOOST_TEST(encode_refusal(message, context_at(Version::v1_2)) == "accepted");
}

BOOST_AUTO_TEST_CASE(psk_exchange_rsp_always_has_verify_data) {
    Context context = context_at(Version::v1_2);
    auto bare = round_trip<PskExchangeResponse>("12660500 3412 0000 0000 0000 a0a1a2a3", context);
    BOOST_TEST(bare.heartbeat_period == 5);
    BOOST_TEST(to_hex(bare.responder_verify_data) == "a0a1a2a3");
    context.measurement_summary = true;
    context.verify_data_in_exchange = false;
    auto full = round_trip<PskExchangeResponse>("12660000 3412 0000 0300 0200 b0b1b2b3 c0c1c2 d0d1 a0a1a2a3",
                                                context);
    BOOST_TEST(to_hex(full.measurement_summary_hash) == "b0b1b2b3");
    BOOST_TEST(to_hex(full.responder_context) == "c0c1c2");
    BOOST_TEST(to_hex(full.opaque_data) == "d0d1");
}

BOOST_AUTO_TEST_CASE(psk_finish_has_opaque_data_at_1_4) {
    round_trip<PskFinish>("11e70000 a0a1a2a3", context_at(Version::v1_1));
    auto v1_4 = round_trip<PskFinish>("14e70000 0200 d0d1 a0a1a2a3", context_at(Version::v1_4));
    BOOST_TEST(to_hex(v1_4.opaque_data) == "d0d1");
    BOOST_TEST(to_hex(v1_4.requester_verify_data) == "a0a1a2a3");
    round_trip<PskFinishResponse>("13670000", context_at(Version::v1_3));
    auto answer = round_trip<PskFinishResponse>("14670000 0100 d0", context_at(Version::v1_4));
    BOOST_TEST(to_hex(answer.opaque_data) == "d0");
}

BOOST_AUTO_TEST_CASE(lengths_that_together_exceed_the_message_are_refused) {
    Context context = context_at(Version::v1_2);
    // Each fits on its own.
    BOOST_TEST(refusal<PskExchange>("12e60000 3412 0300 0300 0000 a0a1a2a3", context) ==
               "truncated RequesterContext");
    BOOST_TEST(refusal<PskExchange>("12e60000 3412 ffff 0000 0000", context) == "truncated PSKHintLength");
    BOOST_TEST(refusal<PskExchange>("12e60000 3412 0000 0000 0104", context) ==
               "out_of_range OpaqueDataLength");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::wire::test
