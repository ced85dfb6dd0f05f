#include "stack/base/secret.h"

#include <boost/test/unit_test.hpp>

#include <type_traits>

namespace assay {

static_assert(!std::is_copy_constructible_v<SecretBytes> && !std::is_copy_assignable_v<SecretBytes>);

BOOST_AUTO_TEST_SUITE(secret)

BOOST_AUTO_TEST_CASE(wiping_leaves_zeros) {
    Bytes bytes = {1, 2, 3};
    wipe(std::span(bytes).first(2));
    BOOST_TEST(to_hex(bytes) == "000003");
    wipe({});
}

BOOST_AUTO_TEST_CASE(equality_sees_every_bit_and_the_length) {
    const Bytes a = {0x00, 0x7f, 0xff};
    BOOST_TEST(equal_secret(a, Bytes(a)));
    BOOST_TEST(equal_secret({}, {}));
    BOOST_TEST(!equal_secret(a, ByteView(a).first(2)));
    for (size_t bit = 0; bit < 24; ++bit) {
        Bytes b = a;
        b[bit / 8] = static_cast<uint8_t>(b[bit / 8] ^ (1U << (bit % 8)));
        BOOST_TEST(!equal_secret(a, b));
    }
}

BOOST_AUTO_TEST_CASE(a_moved_secret_is_in_one_place_only) {
    SecretBytes first(as_bytes("secret"));
    SecretBytes second(std::move(first));
    BOOST_TEST(first.empty());  // NOLINT(bugprone-use-after-move): that it is empty is the promise
    BOOST_TEST(equal(second.view(), as_bytes("secret")));
    SecretBytes third(as_bytes("other"));
    third = std::move(second);
    BOOST_TEST(second.empty());  // NOLINT(bugprone-use-after-move)
    BOOST_TEST(equal(third.view(), as_bytes("secret")));
}

BOOST_AUTO_TEST_CASE(assignment_to_itself_keeps_the_secret) {
    SecretBytes secret(as_bytes("secret"));
    SecretBytes& same = secret;
    secret = std::move(same);
    BOOST_TEST(equal(secret.view(), as_bytes("secret")));
}

BOOST_AUTO_TEST_CASE(a_clone_is_independent) {
    SecretBytes secret(size_t{4});
    BOOST_TEST(to_hex(secret.view()) == "00000000");
    SecretBytes clone = secret.clone();
    clone.span()[0] = 1;
    BOOST_TEST(secret.view()[0] == 0U);
    clone.clear();
    BOOST_TEST(clone.empty());
    BOOST_TEST(secret.size() == 4U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay
