#include "stack/wire/messages/encapsulated.h"

#include "stack/wire/messages/test_support.h"

namespace assay::wire::test {

BOOST_AUTO_TEST_SUITE(encapsulated_suite)

BOOST_AUTO_TEST_CASE(an_encapsulated_request_is_a_whole_message) {
    round_trip<GetEncapsulatedRequest>("11ea0000", context_at(Version::v1_1));
    auto request = round_trip<EncapsulatedRequest>("126a0300 12810000", context_at(Version::v1_2), 4);
    BOOST_TEST(request.request_id == 3);
    BOOST_TEST(to_hex(request.encapsulated_request) == "12810000");
    auto answer = round_trip<DeliverEncapsulatedResponse>("12eb0300 127f0100", context_at(Version::v1_2), 4);
    BOOST_TEST(answer.request_id == 3);
    BOOST_TEST(to_hex(answer.encapsulated_response) == "127f0100");
}

BOOST_AUTO_TEST_CASE(the_acknowledgement_names_what_it_acknowledges_from_1_2) {
    auto v1_1 =
        round_trip<EncapsulatedResponseAck>("116b0401 11820000 00000001", context_at(Version::v1_1), 4);
    BOOST_TEST(v1_1.request_id == 4);
    BOOST_TEST(to_hex(v1_1.encapsulated_request) == "1182000000000001");
    auto v1_2 = round_trip<EncapsulatedResponseAck>("126b0401 03 000000 12820000 00000001",
                                                    context_at(Version::v1_2), 8);
    BOOST_TEST(v1_2.ack_request_id == 3);
    BOOST_TEST(to_hex(v1_2.encapsulated_request) == "1282000000000001");
}

BOOST_AUTO_TEST_CASE(the_acknowledgement_carries_a_slot_or_nothing) {
    auto slot = round_trip<EncapsulatedResponseAck>("126b0002 03 000000 05", context_at(Version::v1_2));
    BOOST_TEST(slot.req_slot_number == 5);
    round_trip<EncapsulatedResponseAck>("116b0002 05", context_at(Version::v1_1));
    round_trip<EncapsulatedResponseAck>("126b0000 03 000000", context_at(Version::v1_2));
    round_trip<EncapsulatedResponseAck>("116b0000", context_at(Version::v1_1));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::wire::test
