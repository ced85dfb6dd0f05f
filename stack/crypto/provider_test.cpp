// Digests and HMAC: OpenSSL's against published values. And what must hold for every provider, but for its
// AEADs (aead_test.cpp).
#include "stack/crypto/provider.h"

#include <boost/test/unit_test.hpp>

#include "stack/crypto/test_support.h"

namespace assay::crypto {

namespace {

std::unique_ptr<Dhe> dhe_of(const Provider& provider, DheGroup group, uint64_t seed) {
    SeededRandom random(seed);
    return provider.new_dhe(group, random).value();
}

bool refused(const Dhe& dhe, ByteView peer) {
    auto shared = dhe.agree(peer);
    return !shared && shared.error().code == Errc::bad_key;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(provider)

// FIPS 180-4 and FIPS 202 examples.
BOOST_AUTO_TEST_CASE(digests_of_abc_are_the_published_ones) {
    struct Row {
        HashAlgo algo;
        std::string_view digest;
    };
    for (const Row& row :
         {Row{HashAlgo::sha256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
          Row{HashAlgo::sha384,
              "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825"
              "a7"},
          Row{HashAlgo::sha512,
              "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
              "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f"},
          Row{HashAlgo::sha3_256, "3a985da74fe225b2045c172d6bd390bd855f086e3e9d525b46bfe24511431532"},
          Row{HashAlgo::sha3_384,
              "ec01498288516fc926459f58e2c6ad8df9b473cb0fc08c2596da7cf0e49be4b298d88cea927ac7f539f1edf228376d"
              "25"},
          Row{HashAlgo::sha3_512,
              "b751850b1a57168a5693cd924b6b096e08f621827444f70d884f5d0240d2712e"
              "10e116e9192af3c91a7ec57647e3934057340b4cf408d5a56592f8274eec53f0"}}) {
        BOOST_TEST(to_hex(openssl_provider().digest(row.algo, as_bytes("abc")).view()) == row.digest,
                   name(row.algo));
    }
}

// RFC 4231, test cases 2 and 6.
BOOST_AUTO_TEST_CASE(hmac_gives_the_published_values) {
    struct Row {
        HashAlgo algo;
        std::string_view mac;
    };
    for (const Row& row :
         {Row{HashAlgo::sha256, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"},
          Row{HashAlgo::sha384,
              "af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47e42ec3736322445e8e2240ca5e69e2c78b3239ecfab216"
              "49"},
          Row{HashAlgo::sha512,
              "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea250554"
              "9758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737"}}) {
        const Digest mac =
            openssl_provider().hmac(row.algo, as_bytes("Jefe"), as_bytes("what do ya want for nothing?"));
        BOOST_TEST(to_hex(mac.view()) == row.mac, name(row.algo));
    }
    const Digest mac =
        openssl_provider().hmac(HashAlgo::sha256, Bytes(131, 0xaa),
                                as_bytes("Test Using Larger Than Block-Size Key - Hash Key First"));
    BOOST_TEST(to_hex(mac.view()) == "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

BOOST_AUTO_TEST_CASE(hmac_with_an_empty_key_is_not_that_of_the_key_before) {
    const Digest mac = openssl_provider().hmac(HashAlgo::sha256, {}, {});
    BOOST_TEST(to_hex(mac.view()) == "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
}

BOOST_AUTO_TEST_CASE(a_running_hash_does_not_depend_on_the_cuts) {
    const Bytes text = SeededRandom(1).bytes(43);
    for (const Provider* provider : kProviders) {
        const Digest whole = provider->digest(HashAlgo::sha384, text);
        for (size_t first = 0; first <= text.size(); ++first) {
            for (size_t second = first; second <= text.size(); ++second) {
                auto hash = provider->new_hash(HashAlgo::sha384);
                hash->update(ByteView(text).first(first));
                hash->update(ByteView(text).subspan(first, second - first));
                hash->update(ByteView(text).subspan(second));
                BOOST_REQUIRE((hash->digest() == whole));
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(a_digest_taken_midway_leaves_the_running_hash_as_it_was) {
    for (const Provider* provider : kProviders) {
        auto hash = provider->new_hash(HashAlgo::sha256);
        hash->update(as_bytes("ab"));
        BOOST_TEST((hash->digest() == provider->digest(HashAlgo::sha256, as_bytes("ab"))));
        hash->update(as_bytes("c"));
        BOOST_TEST((hash->digest() == provider->digest(HashAlgo::sha256, as_bytes("abc"))));
        BOOST_TEST((hash->digest() == hash->digest()));
    }
}

BOOST_AUTO_TEST_CASE(a_clone_goes_its_own_way) {
    for (const Provider* provider : kProviders) {
        auto hash = provider->new_hash(HashAlgo::sha512);
        hash->update(as_bytes("a"));
        auto clone = hash->clone();
        hash->update(as_bytes("b"));
        clone->update(as_bytes("c"));
        BOOST_TEST((hash->digest() == provider->digest(HashAlgo::sha512, as_bytes("ab"))));
        BOOST_TEST((clone->digest() == provider->digest(HashAlgo::sha512, as_bytes("ac"))));
    }
}

BOOST_AUTO_TEST_CASE(a_reset_hash_has_forgotten_everything) {
    for (const Provider* provider : kProviders) {
        auto hash = provider->new_hash(HashAlgo::sha3_256);
        hash->update(as_bytes("something"));
        hash->reset();
        BOOST_TEST((hash->digest() == provider->digest(HashAlgo::sha3_256, {})));
    }
}

BOOST_AUTO_TEST_CASE(every_digest_and_hmac_has_its_algorithms_size) {
    for (const Provider* provider : kProviders) {
        for (HashAlgo algo : kHashAlgos) {
            BOOST_TEST(provider->digest(algo, {}).size() == digest_size(algo));
            BOOST_TEST(provider->new_hash(algo)->digest().size() == digest_size(algo));
            BOOST_TEST(provider->hmac(algo, {}, {}).size() == digest_size(algo));
        }
    }
}

BOOST_AUTO_TEST_CASE(both_sides_of_an_exchange_agree) {
    for (const Provider* provider : kProviders) {
        for (DheGroup group : kDheGroups) {
            BOOST_TEST_CONTEXT(name(group)) {
                const auto a = dhe_of(*provider, group, 1);
                const auto b = dhe_of(*provider, group, 2);
                BOOST_TEST(a->public_value().size() == exchange_size(group));
                BOOST_TEST(!equal(a->public_value(), b->public_value()));
                auto left = a->agree(b->public_value());
                auto right = b->agree(a->public_value());
                BOOST_REQUIRE((left && right));
                BOOST_TEST(left->size() == shared_size(group));
                BOOST_TEST(equal(left->view(), right->view()));
                auto other = a->agree(a->public_value());
                BOOST_REQUIRE(other);
                BOOST_TEST(!equal(other->view(), left->view()));
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(a_dhe_key_is_a_function_of_the_randomness_alone) {
    for (const Provider* provider : kProviders) {
        for (DheGroup group : kDheGroups) {
            BOOST_TEST(equal(dhe_of(*provider, group, 7)->public_value(),
                             dhe_of(*provider, group, 7)->public_value()),
                       name(group));
        }
    }
}

BOOST_AUTO_TEST_CASE(public_values_of_another_size_are_refused) {
    for (const Provider* provider : kProviders) {
        for (DheGroup group : kDheGroups) {
            const auto key = dhe_of(*provider, group, 9);
            const Bytes peer = to_bytes(dhe_of(*provider, group, 10)->public_value());
            const Bytes prefixed = concat({{{0x04}}, peer});
            for (const Bytes& bad : {Bytes{}, prefixed, to_bytes(ByteView(peer).first(peer.size() - 1)),
                                     concat({peer, Bytes(1)}), concat({Bytes(1), peer})}) {
                BOOST_TEST(refused(*key, bad), name(group));
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(an_elliptic_public_value_with_a_changed_bit_is_refused) {
    for (const Provider* provider : kProviders) {
        const auto key = dhe_of(*provider, DheGroup::secp384r1, 11);
        const Bytes peer = to_bytes(dhe_of(*provider, DheGroup::secp384r1, 12)->public_value());
        for (size_t bit = 0; bit < 8 * peer.size(); ++bit) BOOST_REQUIRE(refused(*key, flipped(peer, bit)));
    }
}

BOOST_AUTO_TEST_CASE(a_digest_object_never_exceeds_its_room) {
    BOOST_TEST(Digest(Bytes(kMaxDigest + 1)).size() == kMaxDigest);
    BOOST_TEST(Digest().resize(kMaxDigest + 1).size() == kMaxDigest);
    BOOST_TEST((Digest(as_bytes("ab")) == Digest(as_bytes("ab"))));
    BOOST_TEST(!(Digest(as_bytes("ab")) == Digest(as_bytes("abc"))));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::crypto
