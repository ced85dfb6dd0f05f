#include "stack/wire/messages/finish.h"

#include "stack/wire/messages/test_support.h"

namespace assay::wire::test {

BOOST_AUTO_TEST_SUITE(finish_suite)

BOOST_AUTO_TEST_CASE(finish_has_a_signature_when_it_says_so) {
    auto bare = round_trip<Finish>("11e50000 a0a1a2a3", context_at(Version::v1_1));
    BOOST_TEST(to_hex(bare.requester_verify_data) == "a0a1a2a3");
    auto full = round_trip<Finish>("13e501ff f0f1f2f3f4 a0a1a2a3", context_at(Version::v1_3));
    BOOST_TEST(full.slot_id == 0xff);
    BOOST_TEST(to_hex(full.signature) == "f0f1f2f3f4");
    BOOST_TEST(to_hex(full.requester_verify_data) == "a0a1a2a3");
}

BOOST_AUTO_TEST_CASE(finish_of_1_4_has_opaque_data_before_the_signature) {
    auto message = round_trip<Finish>("14e50102 0200 d0d1 f0f1f2f3f4 a0a1a2a3", context_at(Version::v1_4));
    BOOST_TEST(to_hex(message.opaque_data) == "d0d1");
    BOOST_TEST(to_hex(message.signature) == "f0f1f2f3f4");
    BOOST_TEST(refusal<Finish>("14e50000 0104" + std::string(2050, '0') + "a0a1a2a3",
                               context_at(Version::v1_4)) == "out_of_range OpaqueDataLength");
}

BOOST_AUTO_TEST_CASE(finish_rsp_has_verify_data_only_with_the_handshake_in_the_clear) {
    Context context = context_at(Version::v1_2);
    round_trip<FinishResponse>("12650000", context);
    context.verify_data_in_finish = true;
    auto clear = round_trip<FinishResponse>("12650000 a0a1a2a3", context);
    BOOST_TEST(to_hex(clear.responder_verify_data) == "a0a1a2a3");
    context.version = Version::v1_4;
    auto v1_4 = round_trip<FinishResponse>("14650000 0100 d0 a0a1a2a3", context);
    BOOST_TEST(to_hex(v1_4.opaque_data) == "d0");
    context.verify_data_in_finish = false;
    round_trip<FinishResponse>("14650000 0000", context);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::wire::test
