#include "stack/wire/messages/key_exchange.h"

#include "stack/wire/messages/test_support.h"

namespace assay::wire::test {

using namespace std::string_literals;

BOOST_AUTO_TEST_SUITE(key_exchange_suite)

BOOST_AUTO_TEST_CASE(key_exchange_has_a_session_policy_from_1_2) {
    std::string tail = kNonceHex + "e0e1e2 0400 d0d1d2d3"s;
    auto v1_1 = round_trip<KeyExchange>("11e40100 feff 0000" + tail, context_at(Version::v1_1));
    BOOST_TEST(v1_1.measurement_summary_hash_type == summary::tcb);
    BOOST_TEST(v1_1.req_session_id == 0xfffe);
    BOOST_TEST(to_hex(v1_1.random_data) == kNonceHex);
    BOOST_TEST(to_hex(v1_1.exchange_data) == "e0e1e2");
    BOOST_TEST(to_hex(v1_1.opaque_data) == "d0d1d2d3");
    auto v1_3 = round_trip<KeyExchange>("13e4ffff 3412 0300" + tail, context_at(Version::v1_3));
    BOOST_TEST(v1_3.slot_id == kSlotRawKey);
    BOOST_TEST(v1_3.session_policy == (session_policy::termination | session_policy::event_all));
    BOOST_TEST(encode_refusal(v1_3, context_at(Version::v1_1)) == "out_of_range Reserved");
}

BOOST_AUTO_TEST_CASE(key_exchange_rsp_has_what_was_negotiated_and_asked_for) {
    std::string fixed = "12640a00 3412 02 00"s + kNonceHex + "e0e1e2";
    Context context = context_at(Version::v1_2);
    auto message = round_trip<KeyExchangeResponse>(fixed + "0100 d0 f0f1f2f3f4f5 a0a1a2a3", context);
    BOOST_TEST(message.heartbeat_period == 10);
    BOOST_TEST(message.rsp_session_id == 0x1234);
    BOOST_TEST(message.mut_auth_requested == mut_auth::encapsulated);
    BOOST_TEST(to_hex(message.random_data) == kNonceHex);
    BOOST_TEST(to_hex(message.exchange_data) == "e0e1e2");
    BOOST_TEST(to_hex(message.opaque_data) == "d0");
    BOOST_TEST(to_hex(message.signature) == "f0f1f2f3f4f5");
    BOOST_TEST(to_hex(message.responder_verify_data) == "a0a1a2a3");

    context.verify_data_in_exchange = false;
    context.measurement_summary = true;
    auto clear = round_trip<KeyExchangeResponse>(fixed + "b0b1b2b3 0000 f0f1f2f3f4f5", context);
    BOOST_TEST(to_hex(clear.measurement_summary_hash) == "b0b1b2b3");
    BOOST_TEST(clear.responder_verify_data.empty());
}

BOOST_AUTO_TEST_CASE(mutual_authentication_without_encapsulation_names_a_slot) {
    auto message = round_trip<KeyExchangeResponse>(
        "11640000 3412 01 0f"s + kNonceHex + "e0e1e2 0000 f0f1f2f3f4f5 a0a1a2a3", context_at(Version::v1_1));
    BOOST_TEST(message.mut_auth_requested == mut_auth::plain);
    BOOST_TEST(message.slot_id_param == kMutAuthRawKey);
}

BOOST_AUTO_TEST_CASE(a_kem_ciphertext_may_differ_in_size_from_its_key) {
    Context context = context_at(Version::v1_4);
    context.exchange_response_size = 2;
    round_trip<KeyExchange>("14e40000 0100 0000"s + kNonceHex + "e0e1e2 0000", context);
    auto message = round_trip<KeyExchangeResponse>(
        "14640000 0100 00 00"s + kNonceHex + "c0c1 0000 f0f1f2f3f4f5 a0a1a2a3", context);
    BOOST_TEST(to_hex(message.exchange_data) == "c0c1");
}

BOOST_AUTO_TEST_CASE(opaque_data_is_bounded_and_an_exchange_value_has_its_negotiated_size) {
    Context context = context_at(Version::v1_2);
    BOOST_TEST(refusal<KeyExchange>(
                   "12e40000 0100 0000"s + kNonceHex + "e0e1e2 0104" + std::string(2050, '0'), context) ==
               "out_of_range OpaqueDataLength");
    KeyExchange message;
    message.exchange_data = Bytes(4);
    BOOST_TEST(encode_refusal(message, context) == "inconsistent ExchangeData");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::wire::test
