#include "stack/transport/binding.h"

#include <boost/test/unit_test.hpp>

namespace assay::transport {

namespace {

const Bytes kGetVersion = {0x10, 0x84, 0x00, 0x00};

std::string refusal(Binding binding, std::string_view hex) {
    auto unwrapped = unwrap(binding, *from_hex(hex));
    return unwrapped ? "accepted" : std::string(unwrapped.error().field);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(binding_suite)

BOOST_AUTO_TEST_CASE(get_version_on_each_binding) {
    const std::pair<Binding, const char*> rows[] = {{Binding::mctp, "0510840000"},
                                                    {Binding::doe, "010001000300000010840000"},
                                                    {Binding::tcp, "0600010510840000"},
                                                    {Binding::none, "10840000"}};
    for (auto [binding, hex] : rows) {
        BOOST_TEST(to_hex(wrap(binding, kGetVersion)) == hex);
        Bytes unit = *from_hex(hex);
        auto unwrapped = unwrap(binding, unit);
        BOOST_REQUIRE(unwrapped.has_value());
        BOOST_TEST(to_hex(unwrapped->message) == "10840000");
        BOOST_TEST((unwrapped->payload == Payload::spdm));
        BOOST_TEST((binding_from_name(name(binding)) == binding));
    }
}

BOOST_AUTO_TEST_CASE(a_secured_message_has_its_own_type_on_each_binding_that_carries_it) {
    const Bytes record = {1, 2, 3, 4, 5};
    const std::pair<Binding, const char*> rows[] = {{Binding::mctp, "060102030405"},
                                                    {Binding::doe, "01000200040000000102030405000000"},
                                                    {Binding::tcp, "070001060102030405"}};
    for (auto [binding, hex] : rows) {
        BOOST_TEST(carries_secured(binding));
        BOOST_TEST(to_hex(wrap(binding, record, Payload::secured)) == hex);
        Bytes unit = *from_hex(hex);
        auto unwrapped = unwrap(binding, unit);
        BOOST_REQUIRE(unwrapped.has_value());
        BOOST_TEST((unwrapped->payload == Payload::secured));
        BOOST_TEST(equal(unwrapped->message.first(record.size()), record));
    }
    BOOST_TEST(!carries_secured(Binding::none));
}

BOOST_AUTO_TEST_CASE(each_framing_rule_refuses_by_its_name) {
    struct Row {
        Binding binding;
        const char* hex;
        const char* check;
    };
    const Row rows[] = {
        {Binding::mctp, "", "mctp_empty"},
        {Binding::mctp, "05", "mctp_empty"},
        {Binding::mctp, "8510840000", "mctp_integrity"},
        {Binding::mctp, "0110840000", "mctp_type"},
        {Binding::doe, "01000100030000", "doe_short"},
        {Binding::doe, "020001000300000010840000", "doe_vendor"},
        {Binding::doe, "010001010300000010840000", "doe_reserved"},
        {Binding::doe, "010001000400000010840000", "doe_length"},
        {Binding::doe, "010001000200000010840000", "doe_length"},
        {Binding::doe, "010001000000000010840000", "doe_length"},
        {Binding::doe, "010005000300000010840000", "doe_type"},
        {Binding::tcp, "060001", "tcp_short"},
        {Binding::tcp, "0600020510840000", "tcp_version"},
        {Binding::tcp, "0600010710840000", "tcp_type"},
        {Binding::tcp, "0500010510840000", "tcp_length"},
        {Binding::tcp, "0700010510840000", "tcp_length"},
        {Binding::tcp, "060001bf10840000", "tcp_length"},
    };
    for (const Row& row : rows) BOOST_TEST(refusal(row.binding, row.hex) == row.check, row.hex);
}

BOOST_AUTO_TEST_CASE(doe_pads_with_zeros_and_does_not_look_at_the_padding) {
    Bytes unaligned = {0x10, 0x04, 0, 0, 0};
    BOOST_TEST(to_hex(wrap(Binding::doe, unaligned)) ==
               "01000100"
               "04000000"
               "1004000000000000");
    auto unwrapped = unwrap(Binding::doe, *from_hex("01000100"
                                                    "04000000"
                                                    "1004000000ffffff"));
    BOOST_TEST(unwrapped.has_value());
}

BOOST_AUTO_TEST_CASE(doe_length_zero_is_the_largest_object) {
    Bytes largest = doe_object(kDoeSpdm, Bytes((size_t{1} << 20) - 8));
    BOOST_TEST(largest.size() == size_t{1} << 20);
    BOOST_TEST(to_hex(ByteView(largest).subspan(4, 4)) == "00000000");
    BOOST_TEST(unwrap(Binding::doe, largest).has_value());
}

BOOST_AUTO_TEST_CASE(doe_discovery_names_itself_and_both_kinds_of_spdm_and_ends) {
    BOOST_TEST(to_hex(doe_discovery_response(Bytes{0})) == "01000001");
    BOOST_TEST(to_hex(doe_discovery_response(Bytes{1})) == "01000102");
    BOOST_TEST(to_hex(doe_discovery_response(Bytes{2})) == "01000200");
    BOOST_TEST(to_hex(doe_discovery_response(Bytes{3})) == "ffff0000");
    Bytes types;
    uint8_t index = 0;
    do {
        Bytes entry = doe_discovery_response(doe_discovery_request(index));
        types.push_back(entry[2]);
        index = entry[3];
    } while (index != 0 && types.size() < 4);
    BOOST_TEST(to_hex(types) == "000102");
}

BOOST_AUTO_TEST_CASE(the_longest_message_comes_back_on_each_binding) {
    for (Binding binding : {Binding::mctp, Binding::doe, Binding::tcp, Binding::none}) {
        Bytes message(max_message(binding), 7);
        Bytes unit = wrap(binding, message);
        BOOST_TEST(unit.size() <= kMaxUnit);
        auto unwrapped = unwrap(binding, unit);
        BOOST_REQUIRE(unwrapped.has_value());
        BOOST_TEST(equal(unwrapped->message, message));
    }
}

BOOST_AUTO_TEST_CASE(secured_messages_and_tcp_errors_are_told_from_messages) {
    BOOST_TEST((unwrap(Binding::mctp, *from_hex("0601020304"))->payload == Payload::secured));
    BOOST_TEST((unwrap(Binding::doe, *from_hex("010002000300000001020304"))->payload == Payload::secured));
    BOOST_TEST((unwrap(Binding::tcp, *from_hex("0600010601020304"))->payload == Payload::secured));
    BOOST_TEST((unwrap(Binding::tcp, *from_hex("000001bf"))->payload == Payload::tcp_role));
    BOOST_TEST((unwrap(Binding::tcp, *from_hex("020001c1"))->payload == Payload::tcp_error));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::transport
