// OpenSSL's AEADs against published values, and what must hold for those of every provider.
#include <boost/test/unit_test.hpp>

#include <algorithm>

#include "stack/crypto/test_support.h"

namespace assay::crypto {

namespace {

std::unique_ptr<Aead> aead_of(const Provider& provider, AeadAlgo algo, ByteView key) {
    return provider.new_aead(algo, key).value();
}

Result<Bytes> seal(Aead& aead, ByteView iv, ByteView aad, ByteView plaintext) {
    Bytes out(plaintext.size() + kAeadTagSize);
    TRY(aead.seal(iv, aad, std::span(&plaintext, 1), out));
    return out;
}

Result<Bytes> open(Aead& aead, ByteView iv, ByteView aad, ByteView sealed) {
    Bytes out(sealed.size() - std::min(sealed.size(), kAeadTagSize));
    TRY(aead.open(iv, aad, sealed, out));
    return out;
}

bool refused(Aead& aead, ByteView iv, ByteView aad, ByteView sealed) {
    auto opened = open(aead, iv, aad, sealed);
    return !opened && opened.error().code == Errc::bad_signature;
}

// What most tests here begin with.
struct Bench {
    Bench(const Provider& provider, AeadAlgo algo) : aead(aead_of(provider, algo, key_of(algo))) {}
    static Bytes key_of(AeadAlgo algo) { return SeededRandom(1).bytes(key_size(algo)); }

    std::unique_ptr<Aead> aead;
    Bytes iv = SeededRandom(2).bytes(kAeadIvSize);
    Bytes aad = SeededRandom(3).bytes(20);
};

// Runs `test` for each algorithm of each provider.
template <class F>
void for_each_aead(F&& test) {
    for (const Provider* provider : kProviders) {
        for (AeadAlgo algo : kAeadAlgos) {
            BOOST_TEST_CONTEXT(name(algo) << (provider == &fast_provider() ? ", fast" : ", OpenSSL")) {
                test(*provider, algo);
            }
        }
    }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(aead)

// The GCM specification's test cases 2 and 14; RFC 8439, 2.8.2.
BOOST_AUTO_TEST_CASE(sealing_gives_the_published_values) {
    auto sealed_by = [](AeadAlgo algo, ByteView key, ByteView iv, ByteView aad, ByteView plaintext) {
        return to_hex(seal(*aead_of(openssl_provider(), algo, key), iv, aad, plaintext).value());
    };
    BOOST_TEST(sealed_by(AeadAlgo::aes_128_gcm, Bytes(16), Bytes(12), {}, Bytes(16)) ==
               "0388dace60b6a392f328c2b971b2fe78ab6e47d42cec13bdf53a67b21257bddf");
    BOOST_TEST(sealed_by(AeadAlgo::aes_256_gcm, Bytes(32), Bytes(12), {}, Bytes(16)) ==
               "cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919");
    const std::string sealed = sealed_by(
        AeadAlgo::chacha20_poly1305, hex("808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f"),
        hex("070000004041424344454647"), hex("50515253c0c1c2c3c4c5c6c7"),
        as_bytes(
            "Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, "
            "sunscreen would be it."));
    BOOST_TEST(sealed.starts_with("d31a8d34648e60db7b86afbc53ef7ec2"));
    BOOST_TEST(sealed.ends_with("1ae10b594f09e26a7e902ecbd0600691"));
}

BOOST_AUTO_TEST_CASE(sealed_bytes_open_only_unchanged) {
    for_each_aead([](const Provider& provider, AeadAlgo algo) {
        const Bytes key = Bench::key_of(algo);
        const Bench bench(provider, algo);
        for (size_t size : {0U, 1U, 16U, 100U}) {
            const Bytes plaintext = SeededRandom(4).bytes(size);
            const Bytes sealed = seal(*bench.aead, bench.iv, bench.aad, plaintext).value();
            BOOST_TEST(sealed.size() == size + kAeadTagSize);
            auto opened = open(*bench.aead, bench.iv, bench.aad, sealed);
            BOOST_REQUIRE(opened);
            BOOST_TEST(equal(*opened, plaintext));
            for (size_t bit = 0; bit < 8 * sealed.size(); ++bit) {
                BOOST_REQUIRE(refused(*bench.aead, bench.iv, bench.aad, flipped(sealed, bit)));
            }
            for (size_t bit = 0; bit < 8 * key.size(); ++bit) {
                const auto other = aead_of(provider, algo, flipped(key, bit));
                BOOST_REQUIRE(refused(*other, bench.iv, bench.aad, sealed));
            }
            for (size_t bit = 0; bit < 8 * bench.iv.size(); ++bit) {
                BOOST_REQUIRE(refused(*bench.aead, flipped(bench.iv, bit), bench.aad, sealed));
            }
            for (size_t bit = 0; bit < 8 * bench.aad.size(); ++bit) {
                BOOST_REQUIRE(refused(*bench.aead, bench.iv, flipped(bench.aad, bit), sealed));
            }
            BOOST_TEST(refused(*bench.aead, bench.iv, {}, sealed));
            BOOST_TEST(refused(*bench.aead, bench.iv, bench.aad, concat({sealed, Bytes(1)})));
        }
    });
}

BOOST_AUTO_TEST_CASE(a_byte_cannot_move_from_the_associated_data_to_the_ciphertext) {
    for_each_aead([](const Provider& provider, AeadAlgo algo) {
        const Bench bench(provider, algo);
        const Bytes sealed = seal(*bench.aead, bench.iv, bench.aad, Bytes(8)).value();
        BOOST_TEST(refused(*bench.aead, bench.iv, concat({bench.aad, ByteView(sealed).first(1)}),
                           ByteView(sealed).subspan(1)));
        BOOST_TEST(refused(*bench.aead, bench.iv, ByteView(bench.aad).first(19),
                           concat({ByteView(bench.aad).last(1), sealed})));
    });
}

BOOST_AUTO_TEST_CASE(how_the_plaintext_is_cut_makes_no_difference) {
    for_each_aead([](const Provider& provider, AeadAlgo algo) {
        const Bench bench(provider, algo);
        const Bytes plaintext = SeededRandom(5).bytes(37);
        const Bytes whole = seal(*bench.aead, bench.iv, bench.aad, plaintext).value();
        for (size_t first = 0; first <= plaintext.size(); ++first) {
            for (size_t second = first; second <= plaintext.size(); ++second) {
                const ByteView parts[] = {ByteView(plaintext).first(first),
                                          ByteView(plaintext).subspan(first, second - first),
                                          ByteView(plaintext).subspan(second)};
                Bytes out(whole.size());
                BOOST_REQUIRE(bench.aead->seal(bench.iv, bench.aad, parts, out).has_value());
                BOOST_REQUIRE(equal(out, whole));
            }
        }
        Bytes tag(kAeadTagSize);
        BOOST_REQUIRE(bench.aead->seal(bench.iv, bench.aad, {}, tag).has_value());
        BOOST_TEST(equal(tag, seal(*bench.aead, bench.iv, bench.aad, {}).value()));
    });
}

BOOST_AUTO_TEST_CASE(what_was_done_with_a_key_before_makes_no_difference) {
    for_each_aead([](const Provider& provider, AeadAlgo algo) {
        const Bench used(provider, algo);
        for (uint8_t number = 0; number < 20; ++number) {
            const Bench fresh(provider, algo);
            const Bytes iv(kAeadIvSize, number);
            const Bytes plaintext = SeededRandom(number).bytes(7U * number);
            const Bytes sealed = seal(*fresh.aead, iv, fresh.aad, plaintext).value();
            BOOST_TEST(refused(*used.aead, iv, used.aad, flipped(sealed, number)));
            BOOST_TEST(equal(seal(*used.aead, iv, used.aad, plaintext).value(), sealed));
            BOOST_TEST(equal(open(*used.aead, iv, used.aad, sealed).value(), plaintext));
            BOOST_TEST(equal(open(*used.aead, iv, used.aad, sealed).value(), plaintext));
        }
    });
}

// What opens records without looking at their tags relies on it.
BOOST_AUTO_TEST_CASE(sealing_the_ciphertext_gives_the_plaintext) {
    for_each_aead([](const Provider& provider, AeadAlgo algo) {
        const Bench bench(provider, algo);
        for (size_t size : {1U, 8U, 15U, 64U, 1000U}) {
            const Bytes plaintext = SeededRandom(6).bytes(size);
            const Bytes sealed = seal(*bench.aead, bench.iv, bench.aad, plaintext).value();
            const ByteView ciphertext = ByteView(sealed).first(size);
            BOOST_TEST(!equal(ciphertext, plaintext));
            const Bytes twice = seal(*bench.aead, bench.iv, bench.aad, ciphertext).value();
            BOOST_TEST(equal(ByteView(twice).first(size), plaintext));
        }
    });
}

BOOST_AUTO_TEST_CASE(nothing_is_released_when_the_tag_does_not_verify) {
    for_each_aead([](const Provider& provider, AeadAlgo algo) {
        const Bench bench(provider, algo);
        const Bytes sealed = seal(*bench.aead, bench.iv, bench.aad, Bytes(50, 0x11)).value();
        Bytes out(50, 0x22);
        BOOST_TEST(!bench.aead->open(bench.iv, bench.aad, flipped(sealed, 8 * sealed.size() - 1), out));
        BOOST_TEST(equal(out, Bytes(50)));
    });
}

BOOST_AUTO_TEST_CASE(every_truncation_is_refused) {
    for_each_aead([](const Provider& provider, AeadAlgo algo) {
        const Bench bench(provider, algo);
        const Bytes sealed = seal(*bench.aead, bench.iv, {}, Bytes(40)).value();
        for (size_t size = 0; size < sealed.size(); ++size) {
            auto opened = open(*bench.aead, bench.iv, {}, ByteView(sealed).first(size));
            BOOST_REQUIRE(!opened);
            BOOST_TEST(
                (opened.error().code == (size < kAeadTagSize ? Errc::truncated : Errc::bad_signature)));
        }
    });
}

BOOST_AUTO_TEST_CASE(keys_and_ivs_of_other_sizes_are_refused) {
    for_each_aead([](const Provider& provider, AeadAlgo algo) {
        const size_t right = key_size(algo);
        for (size_t size : {size_t{0}, right - 1, right + 1, size_t{24}}) {
            auto made = provider.new_aead(algo, Bytes(size));
            BOOST_TEST((!made && made.error().code == Errc::bad_key));
        }
        const Bench bench(provider, algo);
        for (size_t size : {0U, 8U, 11U, 13U, 16U}) {
            auto sealed = seal(*bench.aead, Bytes(size), {}, {});
            BOOST_TEST((!sealed && sealed.error().code == Errc::out_of_range));
            auto opened = open(*bench.aead, Bytes(size), {}, Bytes(32));
            BOOST_TEST((!opened && opened.error().code == Errc::out_of_range));
        }
    });
}

BOOST_AUTO_TEST_CASE(room_of_another_size_is_refused) {
    for_each_aead([](const Provider& provider, AeadAlgo algo) {
        const Bench bench(provider, algo);
        const Bytes plaintext(10);
        const ByteView part = plaintext;
        const Bytes sealed = seal(*bench.aead, bench.iv, {}, plaintext).value();
        for (size_t size : {0U, 9U, 10U, 11U, 16U, 25U, 26U, 27U}) {
            Bytes out(size);
            auto first = bench.aead->seal(bench.iv, {}, std::span(&part, 1), out);
            BOOST_TEST(first.has_value() == (size == 26));
            BOOST_TEST((first || first.error().code == Errc::out_of_range));
            auto second = bench.aead->open(bench.iv, {}, sealed, out);
            BOOST_TEST(second.has_value() == (size == 10));
            BOOST_TEST((second || second.error().code == Errc::out_of_range));
        }
    });
}

BOOST_AUTO_TEST_CASE(a_tag_apart_is_the_one_that_would_follow) {
    for_each_aead([](const Provider& provider, AeadAlgo algo) {
        Bench bench(provider, algo);
        for (size_t size : {0U, 1U, 16U, 33U, 1000U}) {
            const Bytes plaintext = SeededRandom(4).bytes(size);
            const Bytes sealed = seal(*bench.aead, bench.iv, bench.aad, plaintext).value();
            // In place: the text is where the ciphertext will be.
            Bytes text = plaintext;
            Bytes tag(kAeadTagSize);
            BOOST_REQUIRE(bench.aead->seal_apart(bench.iv, bench.aad, text, text, tag));
            BOOST_TEST((concat({text, tag}) == sealed));
            Bytes crypted(size);
            BOOST_REQUIRE(bench.aead->crypt(bench.iv, plaintext, crypted));
            BOOST_TEST((crypted == text));
            BOOST_REQUIRE(bench.aead->open_apart(bench.iv, bench.aad, text, tag, text));
            BOOST_TEST((text == plaintext));
        }
    });
}

BOOST_AUTO_TEST_CASE(what_a_tag_apart_does_not_fit_is_refused_and_wiped) {
    for_each_aead([](const Provider& provider, AeadAlgo algo) {
        Bench bench(provider, algo);
        const Bytes plaintext = SeededRandom(4).bytes(50);
        Bytes text(50), out(50, 0xee);
        Bytes tag(kAeadTagSize);
        BOOST_REQUIRE(bench.aead->seal_apart(bench.iv, bench.aad, plaintext, text, tag));
        for (size_t bit : {0U, 77U, 127U}) {
            auto opened = bench.aead->open_apart(bench.iv, bench.aad, text, flipped(tag, bit), out);
            BOOST_REQUIRE(!opened);
            BOOST_TEST((opened.error().code == Errc::bad_signature));
            BOOST_TEST((out == Bytes(50)));
        }
        Bytes other(49);
        for (const auto& refused :
             {bench.aead->seal_apart(bench.iv, bench.aad, plaintext, other, tag),
              bench.aead->seal_apart(bench.iv, bench.aad, plaintext, text, std::span(tag).first(15)),
              bench.aead->open_apart(bench.iv, bench.aad, text, ByteView(tag).first(12), out),
              bench.aead->crypt(ByteView(bench.iv).first(11), text, out)}) {
            BOOST_REQUIRE(!refused);
            BOOST_TEST((refused.error().code == Errc::out_of_range));
        }
    });
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::crypto
