#include "stack/wire/messages/challenge.h"

#include "stack/wire/messages/test_support.h"

namespace assay::wire::test {

using namespace std::string_literals;

BOOST_AUTO_TEST_SUITE(challenge_suite)

BOOST_AUTO_TEST_CASE(challenge_has_a_context_from_1_3) {
    auto v1_0 = round_trip<Challenge>("1083ff01"s + kNonceHex, context_at(Version::v1_0));
    BOOST_TEST(v1_0.slot_id == kSlotRawKey);
    BOOST_TEST(v1_0.measurement_summary_hash_type == summary::tcb);
    BOOST_TEST(to_hex(v1_0.nonce) == kNonceHex);
    auto v1_3 = round_trip<Challenge>("138302ff"s + kNonceHex + kContextHex, context_at(Version::v1_3));
    BOOST_TEST(to_hex(v1_3.requester_context) == kContextHex);
}

BOOST_AUTO_TEST_CASE(challenge_auth_has_what_the_request_asked_for) {
    Context context = context_at(Version::v1_2);
    auto bare = round_trip<ChallengeAuth>("12030003 a0a1a2a3"s + kNonceHex + "0000 f0f1f2f3f4f5", context);
    BOOST_TEST(bare.slot_mask == 3);
    BOOST_TEST(to_hex(bare.cert_chain_hash) == "a0a1a2a3");
    BOOST_TEST(to_hex(bare.signature) == "f0f1f2f3f4f5");
    context.measurement_summary = true;
    auto full = round_trip<ChallengeAuth>(
        "12030003 a0a1a2a3"s + kNonceHex + "b0b1b2b3 0200 d0d1 f0f1f2f3f4f5", context);
    BOOST_TEST(to_hex(full.measurement_summary_hash) == "b0b1b2b3");
    BOOST_TEST(to_hex(full.opaque_data) == "d0d1");
    context.version = Version::v1_3;
    auto v1_3 = round_trip<ChallengeAuth>(
        "13030003 a0a1a2a3"s + kNonceHex + "b0b1b2b3 0200 d0d1" + kContextHex + "f0f1f2f3f4f5", context);
    BOOST_TEST(to_hex(v1_3.requester_context) == kContextHex);
}

BOOST_AUTO_TEST_CASE(opaque_data_beyond_1024_bytes_is_refused) {
    Context context = context_at(Version::v1_2);
    std::string fixed = "12030003 a0a1a2a3"s + kNonceHex;
    BOOST_TEST(refusal<ChallengeAuth>(fixed + "0004" + std::string(2048, '0') + "f0f1f2f3f4f5", context) ==
               "accepted");
    BOOST_TEST(refusal<ChallengeAuth>(fixed + "0104" + std::string(2050, '0') + "f0f1f2f3f4f5", context) ==
               "out_of_range OpaqueDataLength");
    BOOST_TEST(refusal<ChallengeAuth>(fixed + "0700 f0f1f2f3f4f5", context) == "truncated OpaqueDataLength");
}

BOOST_AUTO_TEST_CASE(a_signature_of_another_size_than_negotiated_is_not_sent) {
    ChallengeAuth message;
    message.cert_chain_hash = Bytes(4);
    message.signature = Bytes(5);
    BOOST_TEST(encode_refusal(message, context_at(Version::v1_2)) == "inconsistent Signature");
    message.signature = Bytes(6);
    BOOST_TEST(encode_refusal(message, context_at(Version::v1_2)) == "accepted");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::wire::test
