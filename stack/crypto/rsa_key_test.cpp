#include "stack/crypto/rsa_key.h"

#include <boost/test/unit_test.hpp>

#include "stack/crypto/test_support.h"

namespace assay::crypto {

BOOST_AUTO_TEST_SUITE(rsa_key)

BOOST_AUTO_TEST_CASE(a_key_is_the_same_by_its_numbers_and_by_its_structure) {
    // The numbers of a key of 2048 bits stand at these places of its SubjectPublicKeyInfo.
    const PublicKey key = key_for(SignAlgo::rsassa_2048).public_key();
    const ByteView spki = key.spki();
    BOOST_REQUIRE(spki.size() == 294U);
    const ByteView modulus = spki.subspan(33, 256), exponent = spki.last(3);
    for (const Bytes& n : {to_bytes(modulus), concat({Bytes(2), modulus})}) {
        const auto again = rsa_public_key(n, exponent);
        BOOST_REQUIRE(again);
        BOOST_TEST(equal(again->spki(), spki));
        BOOST_TEST(again->fits(SignAlgo::rsassa_2048));
    }
}

BOOST_AUTO_TEST_CASE(numbers_that_are_no_key_are_refused) {
    const Bytes modulus(256, 0xc1), exponent = {1, 0, 1};
    BOOST_TEST(!rsa_public_key({}, exponent));
    BOOST_TEST(!rsa_public_key(modulus, {}));
    BOOST_TEST(!rsa_public_key(Bytes(256), exponent));
    BOOST_TEST(!rsa_public_key(modulus, Bytes(3)));
    BOOST_TEST(!rsa_public_key(Bytes(1025, 0xc1), exponent));
    BOOST_TEST(!rsa_public_key(modulus, Bytes(9, 1)));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::crypto
