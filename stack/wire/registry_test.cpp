#include "stack/wire/registry.h"

#include <boost/test/unit_test.hpp>
#include <set>

#include "stack/wire/codes.h"

namespace assay::wire {

BOOST_AUTO_TEST_SUITE(registry_suite)

BOOST_AUTO_TEST_CASE(every_code_stands_once_and_every_request_has_its_response) {
    std::set<Code> codes;
    std::set<std::string_view> names;
    for (const MessageInfo& info : messages()) {
        BOOST_TEST(codes.insert(info.code).second, info.name);
        BOOST_TEST(names.insert(info.name).second, info.name);
        BOOST_TEST(message_info(info.name)->code == info.code);
    }
    for (const Code one : codes) {
        // ERROR answers anything, and RESPOND_IF_READY is answered by what it asks for.
        if (one == code::error || one == code::respond_if_ready) continue;
        BOOST_TEST(codes.contains(Code{static_cast<uint8_t>(byte(one) ^ 0x80)}), message_name(one));
    }
}

BOOST_AUTO_TEST_CASE(a_message_of_a_later_version_is_unknown_before_it) {
    Bytes key_exchange_1_1 = *from_hex("11e80000");
    BOOST_TEST(decode_any(key_exchange_1_1, {.version = Version::v1_1}).has_value());
    auto early = decode_any(key_exchange_1_1, {.version = Version::v1_0});
    BOOST_REQUIRE(!early.has_value());
    BOOST_TEST((early.error().code == Errc::bad_code));
    BOOST_TEST(!decode_any(*from_hex("11420000"), {.version = Version::v1_4}).has_value());
    BOOST_TEST(!decode_any(*from_hex("1184"), {}).has_value());
}

BOOST_AUTO_TEST_CASE(what_is_decoded_encodes_to_the_same_bytes) {
    Context context{.version = Version::v1_3, .hash_size = 4, .signature_size = 4};
    for (const char* hex :
         {"13e80000", "13810000", "1382000000001000", "138500010000000004000000100000000a0b0c0d"}) {
        Bytes bytes = *from_hex(hex);
        auto message = decode_any(bytes, context);
        BOOST_REQUIRE(message.has_value());
        BOOST_TEST(to_hex(*encode_any(**message, context)) == hex);
        BOOST_TEST(to_hex(encode_any_raw(**message, context)) == hex);
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::wire
