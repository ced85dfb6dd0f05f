// That FastProvider still gives different results for different inputs.
#include <boost/test/unit_test.hpp>

#include <set>

#include "stack/crypto/fast_mix.h"
#include "stack/crypto/test_support.h"

namespace assay::crypto {

namespace {

constexpr uint64_t kFastPrime = (uint64_t{1} << 61) - 1;

// A public value on the wire, legal or not.
Bytes public_value_of(DheGroup group, uint64_t value) {
    Bytes bytes(exchange_size(group));
    FastMix::stretch(value, bytes);
    return bytes;
}

// Gives one byte over and over.
class OneByte final : public Random {
   public:
    explicit OneByte(uint8_t byte) : byte_(byte) {}
    void fill(std::span<uint8_t> out) override { std::ranges::fill(out, byte_); }

   private:
    uint8_t byte_;
};

}  // namespace

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

BOOST_AUTO_TEST_CASE(what_was_stretched_is_found_again_and_nothing_else_is) {
    SeededRandom random(1);
    for (size_t size = 8; size < 40; ++size) {
        const uint64_t value = random.next_u64();
        Bytes bytes(size);
        FastMix::stretch(value, bytes);
        BOOST_TEST((FastMix::stretched_from(bytes) == value));
        for (size_t bit = 64; bit < 8 * size; ++bit) {
            BOOST_REQUIRE(!FastMix::stretched_from(flipped(bytes, bit)));
        }
        BOOST_TEST(!FastMix::stretched_from(ByteView(bytes).first(7)));
    }
}

BOOST_AUTO_TEST_CASE(a_mask_is_what_stretching_gives) {
    for (size_t size = 0; size < 40; ++size) {
        Bytes stretched(size);
        Bytes masked(size);
        FastMix::stretch(7, stretched);
        FastMix::mask(7, masked);
        BOOST_TEST(equal(stretched, masked));
        FastMix::mask(7, masked);
        BOOST_TEST(equal(masked, Bytes(size)));
    }
}

BOOST_AUTO_TEST_CASE(the_same_plaintext_is_encrypted_otherwise_under_every_key_iv_and_algorithm) {
    std::set<std::string> seen;
    const Bytes zeros(64);
    auto seal = [&](AeadAlgo algo, uint8_t key, uint8_t iv) {
        Bytes out(zeros.size() + kAeadTagSize);
        const ByteView part = zeros;
        const auto aead = fast_provider().new_aead(algo, Bytes(key_size(algo), key)).value();
        BOOST_REQUIRE(aead->seal(Bytes(kAeadIvSize, iv), {}, std::span(&part, 1), out).has_value());
        seen.insert(to_hex(ByteView(out).first(8)));
        seen.insert(to_hex(ByteView(out).last(8)));
    };
    for (AeadAlgo algo : kAeadAlgos) {
        for (uint8_t key = 0; key < 10; ++key) {
            for (uint8_t iv = 0; iv < 10; ++iv) seal(algo, key, iv);
        }
    }
    BOOST_TEST(seen.size() == 600U);
}

BOOST_AUTO_TEST_CASE(public_values_outside_2_to_p_minus_2_or_not_stretched_are_refused) {
    for (DheGroup group : kDheGroups) {
        SeededRandom random(1);
        const auto key = fast_provider().new_dhe(group, random).value();
        for (uint64_t bad :
             {uint64_t{0}, uint64_t{1}, kFastPrime - 1, kFastPrime, kFastPrime + 2, UINT64_MAX}) {
            auto shared = key->agree(public_value_of(group, bad));
            BOOST_TEST((!shared && shared.error().code == Errc::bad_key));
        }
        for (uint64_t good : {uint64_t{2}, uint64_t{3}, kFastPrime - 2}) {
            const Bytes peer = public_value_of(group, good);
            BOOST_TEST(key->agree(peer).has_value());
            for (size_t bit = 0; bit < 8 * peer.size(); ++bit) {
                BOOST_REQUIRE(!key->agree(flipped(peer, bit)));
            }
        }
        BOOST_TEST(!key->agree(Bytes(exchange_size(group))));
    }
}

BOOST_AUTO_TEST_CASE(whatever_the_randomness_both_sides_agree) {
    for (DheGroup group : kDheGroups) {
        std::set<std::string> secrets;
        for (const uint8_t byte : Bytes{0x00, 0x01, 0x0f, 0x10, 0x7f, 0x80, 0xff}) {
            OneByte constant(byte);
            SeededRandom random(byte);
            const auto a = fast_provider().new_dhe(group, constant).value();
            const auto b = fast_provider().new_dhe(group, random).value();
            auto left = a->agree(b->public_value());
            auto right = b->agree(a->public_value());
            BOOST_REQUIRE((left && right));
            BOOST_TEST(equal(left->view(), right->view()));
            secrets.insert(to_hex(left->view()));
        }
        BOOST_TEST(secrets.size() == 7U);
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::crypto
