#include "stack/wire/messages/events.h"

#include "stack/wire/messages/test_support.h"

namespace assay::wire::test {

BOOST_AUTO_TEST_SUITE(events_suite)

BOOST_AUTO_TEST_CASE(supported_event_types_carries_a_list_of_groups) {
    round_trip<GetSupportedEventTypes>("13e20000", context_at(Version::v1_3));
    auto message =
        round_trip<SupportedEventTypes>("13620100 0a000000 00000000010000000000", context_at(Version::v1_3));
    BOOST_TEST(message.event_group_count == 1);
    BOOST_TEST(to_hex(message.supported_event_groups_list) == "00000000010000000000");
}

BOOST_AUTO_TEST_CASE(subscribing_to_nothing_is_a_header) {
    round_trip<SubscribeEventTypes>("13f00000", context_at(Version::v1_3));
    auto message =
        round_trip<SubscribeEventTypes>("13f00100 0a000000 00000000010001000000", context_at(Version::v1_3));
    BOOST_TEST(message.subscribe_event_group_count == 1);
    BOOST_TEST(message.subscribe_list.size() == 10U);
    round_trip<SubscribeEventTypesAck>("13700000", context_at(Version::v1_3));
}

BOOST_AUTO_TEST_CASE(a_count_that_contradicts_the_length_of_the_list_is_refused) {
    Context context = context_at(Version::v1_3);
    BOOST_TEST(refusal<SubscribeEventTypes>("13f00100 00000000", context) == "inconsistent SubscribeListLen");
    BOOST_TEST(refusal<SupportedEventTypes>("13620100 00000000", context) ==
               "inconsistent SupportedEventGroupsListLen");
    BOOST_TEST(refusal<SupportedEventTypes>("13620000 01000000 00", context) ==
               "inconsistent SupportedEventGroupsListLen");
    BOOST_TEST(refusal<SubscribeEventTypes>("13f00100 ffffffff 00", context) == "truncated SubscribeListLen");
    SupportedEventTypes message;
    message.event_group_count = 1;
    BOOST_TEST(encode_refusal(message, context) == "inconsistent SupportedEventGroupsListLen");
}

BOOST_AUTO_TEST_CASE(event_groups_are_read_until_the_list_ends) {
    // The DMTF's group with two types, then a PCI-SIG vendor's with all of its types.
    const char* hex = "00 00 0200 0100 00000000 01000000 04000000  03 02 de10 0000 0200 01000000";
    auto list = value_of(decode_exact<EventGroups>(bytes(hex), context_at(Version::v1_3)));
    BOOST_REQUIRE(list.groups.size() == 2U);
    BOOST_REQUIRE(list.groups[0].event_types.size() == 2U);
    BOOST_TEST(list.groups[0].event_group_ver == 1);
    BOOST_TEST(list.groups[0].event_types[1].event_type_id == event_type::certificate_changed);
    BOOST_TEST(list.groups[1].event_group_id.id == 3);
    BOOST_TEST(to_hex(list.groups[1].event_group_id.vendor_id) == "de10");
    BOOST_TEST(list.groups[1].attributes == kAllEventTypes);
    BOOST_TEST(to_hex(value_of(encode(list, context_at(Version::v1_3)))) == to_hex(bytes(hex)));
}

BOOST_AUTO_TEST_CASE(an_event_group_that_ends_early_is_refused) {
    round_trip<EventGroup>("00 00 0200 0100 00000000 01000000 04000000", context_at(Version::v1_3));
    BOOST_TEST(refusal<EventGroup>("00 00 ffff 0100 00000000 01000000 04000000", context_at(Version::v1_3)) ==
               "truncated EventTypeCount");
}

BOOST_AUTO_TEST_CASE(send_event_carries_as_many_events_as_it_counts) {
    auto message = round_trip<SendEvent>(
        "13f10000 02000000"
        "07000000 00000000 00 00 0400 0100 05"
        "08000000 00000000 03 02 de10 0900 0000",
        context_at(Version::v1_3));
    BOOST_REQUIRE(message.events.size() == 2U);
    BOOST_TEST(message.events[0].event_instance_id == 7U);
    BOOST_TEST(message.events[0].event_type_id == event_type::certificate_changed);
    BOOST_TEST(to_hex(message.events[0].event_detail) == "05");
    BOOST_TEST(to_hex(message.events[1].event_group_id.vendor_id) == "de10");
    round_trip<EventAck>("13710000", context_at(Version::v1_3));
}

BOOST_AUTO_TEST_CASE(no_event_or_more_than_there_are_is_refused) {
    Context context = context_at(Version::v1_3);
    BOOST_TEST(refusal<SendEvent>("13f10000 00000000", context) == "out_of_range EventCount");
    BOOST_TEST(refusal<SendEvent>("13f10000 02000000 07000000 00000000 00 00 0400 0100 05", context) ==
               "truncated EventCount");
    BOOST_TEST(refusal<SendEvent>("13f10000 01000000 07000000 00000000 00 00 0400 0200 05", context) ==
               "truncated EventDetailLen");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::wire::test
