#include "stack/crypto/aead.h"

#include <boost/test/unit_test.hpp>

#include "stack/crypto/test_support.h"

namespace assay::crypto {

namespace {

constexpr AeadAlgo kAlgos[] = {AeadAlgo::aes_128_gcm, AeadAlgo::aes_256_gcm, AeadAlgo::chacha20_poly1305};

}  // namespace

BOOST_AUTO_TEST_SUITE(aead)

// The GCM specification's test cases 2 and 14; RFC 8439, 2.8.2.
BOOST_AUTO_TEST_CASE(sealing_gives_the_published_values) {
    auto seal = [](AeadAlgo algo, ByteView key, ByteView iv, ByteView aad, ByteView plaintext) {
        return to_hex(aead_seal(algo, key, iv, aad, plaintext).value());
    };
    BOOST_TEST(seal(AeadAlgo::aes_128_gcm, Bytes(16), Bytes(12), {}, Bytes(16)) ==
               "0388dace60b6a392f328c2b971b2fe78ab6e47d42cec13bdf53a67b21257bddf");
    BOOST_TEST(seal(AeadAlgo::aes_256_gcm, Bytes(32), Bytes(12), {}, Bytes(16)) ==
               "cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919");
    const std::string sealed = seal(
        AeadAlgo::chacha20_poly1305, hex("808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f"),
        hex("070000004041424344454647"), hex("50515253c0c1c2c3c4c5c6c7"),
        as_bytes(
            "Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, "
            "sunscreen would be it."));
    BOOST_TEST(sealed.starts_with("d31a8d34648e60db7b86afbc53ef7ec2"));
    BOOST_TEST(sealed.ends_with("1ae10b594f09e26a7e902ecbd0600691"));
}

BOOST_AUTO_TEST_CASE(sealed_bytes_open_only_unchanged) {
    for (AeadAlgo algo : kAlgos) {
        const Bytes key = SeededRandom(1).bytes(key_size(algo));
        const Bytes iv = SeededRandom(2).bytes(kAeadIvSize);
        const Bytes aad = SeededRandom(3).bytes(20);
        for (size_t size : {0U, 1U, 16U, 100U}) {
            BOOST_TEST_CONTEXT(name(algo) << " " << size << " bytes") {
                const Bytes plaintext = SeededRandom(4).bytes(size);
                const Bytes sealed = aead_seal(algo, key, iv, aad, plaintext).value();
                BOOST_TEST(sealed.size() == size + kAeadTagSize);
                auto opened = aead_open(algo, key, iv, aad, sealed);
                BOOST_REQUIRE(opened);
                BOOST_TEST(equal(*opened, plaintext));
                auto refused = [&](ByteView k, ByteView i, ByteView a, ByteView s) {
                    auto result = aead_open(algo, k, i, a, s);
                    return !result && result.error().code == Errc::bad_signature;
                };
                for (size_t bit = 0; bit < 8 * sealed.size(); ++bit) {
                    BOOST_REQUIRE(refused(key, iv, aad, flipped(sealed, bit)));
                }
                for (size_t bit = 0; bit < 8 * key.size(); ++bit) {
                    BOOST_REQUIRE(refused(flipped(key, bit), iv, aad, sealed));
                }
                for (size_t bit = 0; bit < 8 * iv.size(); ++bit) {
                    BOOST_REQUIRE(refused(key, flipped(iv, bit), aad, sealed));
                }
                for (size_t bit = 0; bit < 8 * aad.size(); ++bit) {
                    BOOST_REQUIRE(refused(key, iv, flipped(aad, bit), sealed));
                }
                BOOST_TEST(refused(key, iv, {}, sealed));
                BOOST_TEST(refused(key, iv, aad, concat({sealed, Bytes(1)})));
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(every_truncation_is_refused) {
    const Bytes key(16, 1);
    const Bytes iv(kAeadIvSize, 2);
    const Bytes sealed = aead_seal(AeadAlgo::aes_128_gcm, key, iv, {}, Bytes(40)).value();
    for (size_t size = 0; size < sealed.size(); ++size) {
        auto opened = aead_open(AeadAlgo::aes_128_gcm, key, iv, {}, ByteView(sealed).first(size));
        BOOST_REQUIRE(!opened);
        BOOST_TEST((opened.error().code == (size < kAeadTagSize ? Errc::truncated : Errc::bad_signature)));
    }
}

BOOST_AUTO_TEST_CASE(keys_and_ivs_of_other_sizes_are_refused) {
    for (AeadAlgo algo : kAlgos) {
        const Bytes key(key_size(algo));
        const Bytes iv(kAeadIvSize);
        const Bytes sealed(32);
        for (size_t size : {size_t{0}, key.size() - 1, key.size() + 1, size_t{24}}) {
            BOOST_TEST((aead_seal(algo, Bytes(size), iv, {}, {}).error().code == Errc::bad_key));
            BOOST_TEST((aead_open(algo, Bytes(size), iv, {}, sealed).error().code == Errc::bad_key));
        }
        for (size_t size : {0U, 8U, 11U, 13U, 16U}) {
            BOOST_TEST((aead_seal(algo, key, Bytes(size), {}, {}).error().code == Errc::out_of_range));
            BOOST_TEST((aead_open(algo, key, Bytes(size), {}, sealed).error().code == Errc::out_of_range));
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::crypto
