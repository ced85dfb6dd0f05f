// That the stand-in still tells things apart.
#include <boost/test/unit_test.hpp>

#include <set>

#include "stack/crypto/test_support.h"

namespace assay::crypto {

BOOST_AUTO_TEST_SUITE(fast)

BOOST_AUTO_TEST_CASE(every_bit_of_a_message_changes_the_digest_and_the_hmac) {
    const Provider& fast = fast_provider();
    const Bytes key(16, 1);
    for (size_t size = 1; size <= 70; ++size) {
        const Bytes message = SeededRandom(size).bytes(size);
        const Digest digest = fast.digest(HashAlgo::sha384, message);
        const Digest mac = fast.hmac(HashAlgo::sha384, key, message);
        for (size_t bit = 0; bit < 8 * size; ++bit) {
            BOOST_REQUIRE(!(fast.digest(HashAlgo::sha384, flipped(message, bit)) == digest));
            BOOST_REQUIRE(!(fast.hmac(HashAlgo::sha384, key, flipped(message, bit)) == mac));
        }
    }
}

BOOST_AUTO_TEST_CASE(every_bit_of_a_key_changes_the_hmac) {
    const Provider& fast = fast_provider();
    const Bytes key = SeededRandom(1).bytes(48);
    const Digest mac = fast.hmac(HashAlgo::sha256, key, as_bytes("message"));
    for (size_t bit = 0; bit < 8 * key.size(); ++bit) {
        BOOST_REQUIRE(!(fast.hmac(HashAlgo::sha256, flipped(key, bit), as_bytes("message")) == mac));
    }
}

BOOST_AUTO_TEST_CASE(zeros_of_different_lengths_have_different_digests) {
    std::set<std::string> seen;
    for (size_t size = 0; size <= 100; ++size) {
        seen.insert(to_hex(fast_provider().digest(HashAlgo::sha256, Bytes(size)).view()));
    }
    BOOST_TEST(seen.size() == 101U);
}

BOOST_AUTO_TEST_CASE(a_byte_cannot_move_from_the_hmac_key_to_the_message) {
    const Provider& fast = fast_provider();
    BOOST_TEST(!(fast.hmac(HashAlgo::sha256, as_bytes("ab"), as_bytes("c")) ==
                 fast.hmac(HashAlgo::sha256, as_bytes("a"), as_bytes("bc"))));
    BOOST_TEST(!(fast.hmac(HashAlgo::sha256, {}, as_bytes("abc")) ==
                 fast.digest(HashAlgo::sha256, as_bytes("abc"))));
}

BOOST_AUTO_TEST_CASE(algorithms_of_one_size_differ) {
    BOOST_TEST(!(fast_provider().digest(HashAlgo::sha256, as_bytes("abc")) ==
                 fast_provider().digest(HashAlgo::sha3_256, as_bytes("abc"))));
}

BOOST_AUTO_TEST_CASE(every_bit_of_a_context_changes_an_ed448_signature) {
    const PrivateKey key = key_for(SignAlgo::ed448);
    const Bytes context = to_bytes(as_bytes("responder-challenge_auth signing"));
    const SignInput input{SignInput::Kind::message, as_bytes("message"), context};
    auto signature = fast_provider().sign(SignAlgo::ed448, HashAlgo::sha512, key, input);
    BOOST_REQUIRE(signature);
    BOOST_TEST(fast_provider()
                   .verify(SignAlgo::ed448, HashAlgo::sha512, key.public_key(), input, *signature)
                   .has_value());
    for (size_t bit = 0; bit < 8 * context.size(); ++bit) {
        const Bytes other = flipped(context, bit);
        const SignInput changed{SignInput::Kind::message, as_bytes("message"), other};
        auto verified =
            fast_provider().verify(SignAlgo::ed448, HashAlgo::sha512, key.public_key(), changed, *signature);
        BOOST_REQUIRE((!verified && verified.error().code == Errc::bad_signature));
    }
}

BOOST_AUTO_TEST_CASE(every_bit_of_a_signature_counts) {
    const PrivateKey key = key_for(SignAlgo::ecdsa_p521);
    const SignInput input{SignInput::Kind::message, as_bytes("message")};
    auto signature = fast_provider().sign(SignAlgo::ecdsa_p521, HashAlgo::sha512, key, input);
    BOOST_REQUIRE(signature);
    for (size_t bit = 0; bit < 8 * signature->size(); ++bit) {
        BOOST_REQUIRE(!fast_provider().verify(SignAlgo::ecdsa_p521, HashAlgo::sha512, key.public_key(), input,
                                              flipped(*signature, bit)));
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::crypto
