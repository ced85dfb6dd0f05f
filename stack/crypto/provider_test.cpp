#include "stack/crypto/provider.h"

#include <boost/test/unit_test.hpp>

#include "stack/crypto/aead.h"
#include "stack/crypto/dhe.h"
#include "stack/crypto/kdf.h"
#include "stack/crypto/pki.h"

namespace assay::crypto {

namespace {

constexpr SignAlgo kAlgos[] = {SignAlgo::rsassa_2048, SignAlgo::rsapss_2048, SignAlgo::rsassa_3072,
                               SignAlgo::rsapss_3072, SignAlgo::ecdsa_p256,  SignAlgo::rsassa_4096,
                               SignAlgo::rsapss_4096, SignAlgo::ecdsa_p384,  SignAlgo::ecdsa_p521,
                               SignAlgo::ed25519,     SignAlgo::ed448};

// Keys are slow to make (RSA), so the tests share the leaf keys of one PKI each.
PrivateKey key_of(SignAlgo algo) {
    auto pki = make_test_pki(algo, SignAlgo::ed25519, HashAlgo::sha256, "provider test");
    BOOST_REQUIRE(pki);
    return pki->leaf_key;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(provider)

// FIPS 180-4 and FIPS 202 examples.
BOOST_AUTO_TEST_CASE(digests_of_abc_are_the_published_ones) {
    const Provider& real = openssl_provider();
    BOOST_TEST(to_hex(real.digest(HashAlgo::sha256, as_bytes("abc")).view()) ==
               "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    BOOST_TEST(to_hex(real.digest(HashAlgo::sha384, as_bytes("abc")).view()) ==
               "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7");
    BOOST_TEST(to_hex(real.digest(HashAlgo::sha3_256, as_bytes("abc")).view()) ==
               "3a985da74fe225b2045c172d6bd390bd855f086e3e9d525b46bfe24511431532");
}

BOOST_AUTO_TEST_CASE(a_running_hash_does_not_depend_on_the_cuts) {
    Bytes text = to_bytes(as_bytes("the quick brown fox jumps over the lazy dog"));
    for (const Provider* provider : {&openssl_provider(), &fast_provider()}) {
        for (size_t cut = 0; cut <= text.size(); ++cut) {
            auto hash = provider->new_hash(HashAlgo::sha384);
            hash->update(ByteView(text).first(cut));
            auto copy = hash->clone();
            hash->digest();
            for (Hash* each : {hash.get(), copy.get()}) {
                each->update(ByteView(text).subspan(cut));
                BOOST_TEST((each->digest() == provider->digest(HashAlgo::sha384, text)));
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(what_was_signed_verifies_and_nothing_else_does) {
    Bytes message = to_bytes(as_bytes("message"));
    for (const Provider* provider : {&openssl_provider(), &fast_provider()}) {
        for (SignAlgo algo : kAlgos) {
            BOOST_TEST_CONTEXT(name(algo)) {
                PrivateKey key = key_of(algo);
                SignInput input{SignInput::Kind::message, message};
                auto signature = provider->sign(algo, HashAlgo::sha384, key, input);
                BOOST_REQUIRE(signature);
                BOOST_TEST(signature->size() == signature_size(algo));
                auto verifies = [&](const SignInput& what, ByteView sig) {
                    return provider->verify(algo, HashAlgo::sha384, key.public_key(), what, sig).has_value();
                };
                BOOST_TEST(verifies(input, *signature));
                for (size_t at : {size_t{0}, signature->size() / 2, signature->size() - 1}) {
                    Bytes changed = *signature;
                    changed[at] ^= 1;
                    BOOST_TEST(!verifies(input, changed));
                }
                BOOST_TEST(!verifies(input, ByteView(*signature).first(signature->size() - 1)));
                BOOST_TEST(!verifies({SignInput::Kind::message, as_bytes("massage")}, *signature));
                BOOST_TEST(!verifies(input, Bytes(signature->size())));
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(a_digest_can_be_signed_in_place_of_its_message) {
    const Provider& real = openssl_provider();
    PrivateKey key = key_of(SignAlgo::ecdsa_p384);
    Digest digest = real.digest(HashAlgo::sha384, as_bytes("message"));
    auto signature = real.sign(SignAlgo::ecdsa_p384, HashAlgo::sha384, key, {SignInput::Kind::digest, digest.view()});
    BOOST_REQUIRE(signature);
    BOOST_TEST(real.verify(SignAlgo::ecdsa_p384, HashAlgo::sha384, key.public_key(),
                           {SignInput::Kind::message, as_bytes("message")}, *signature)
                   .has_value());
}

BOOST_AUTO_TEST_CASE(a_key_of_another_kind_is_refused) {
    PrivateKey key = key_of(SignAlgo::ecdsa_p256);
    auto refused = openssl_provider().sign(SignAlgo::ecdsa_p384, HashAlgo::sha384, key, {});
    BOOST_TEST((refused.error().code == Errc::bad_key));
}

// RFC 5869, appendix A.1.
BOOST_AUTO_TEST_CASE(hkdf_gives_the_published_values) {
    Bytes ikm(22, 0x0b);
    Bytes salt = *from_hex("000102030405060708090a0b0c");
    Bytes info = *from_hex("f0f1f2f3f4f5f6f7f8f9");
    SecretBytes prk = hkdf_extract(openssl_provider(), HashAlgo::sha256, salt, ikm);
    BOOST_TEST(to_hex(prk.view()) == "077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2b3e5");
    auto okm = hkdf_expand(openssl_provider(), HashAlgo::sha256, prk.view(), info, 42);
    BOOST_TEST(to_hex(okm->view()) ==
               "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865");
    BOOST_TEST(!hkdf_expand(openssl_provider(), HashAlgo::sha256, prk.view(), info, 255 * 32 + 1).has_value());
}

BOOST_AUTO_TEST_CASE(both_sides_of_an_exchange_agree) {
    SeededRandom random(1);
    for (DheGroup group : {DheGroup::ffdhe2048, DheGroup::ffdhe3072, DheGroup::ffdhe4096, DheGroup::secp256r1,
                           DheGroup::secp384r1, DheGroup::secp521r1}) {
        BOOST_TEST_CONTEXT(name(group)) {
            auto a = DheKey::generate(group, random);
            auto b = DheKey::generate(group, random);
            BOOST_REQUIRE(a);
            BOOST_TEST(a->public_value().size() == exchange_size(group));
            auto left = a->agree(b->public_value());
            auto right = b->agree(a->public_value());
            BOOST_REQUIRE((left && right));
            BOOST_TEST(equal(left->view(), right->view()));
            BOOST_TEST(left->size() == shared_size(group));
            BOOST_TEST(!a->agree(Bytes(exchange_size(group))).has_value());
            BOOST_TEST(!a->agree(Bytes(exchange_size(group), 0xff)).has_value());
            Bytes one(exchange_size(group));
            one.back() = 1;
            BOOST_TEST(!a->agree(one).has_value());
            BOOST_TEST(!a->agree(ByteView(one).first(one.size() - 1)).has_value());
        }
    }
}

BOOST_AUTO_TEST_CASE(sealed_bytes_open_only_unchanged) {
    for (AeadAlgo algo : {AeadAlgo::aes_128_gcm, AeadAlgo::aes_256_gcm, AeadAlgo::chacha20_poly1305}) {
        Bytes key(key_size(algo), 7);
        Bytes iv(kAeadIvSize, 9);
        for (size_t size : {size_t{0}, size_t{1}, size_t{100}}) {
            Bytes plaintext(size, 0x5a);
            auto sealed = aead_seal(algo, key, iv, as_bytes("aad"), plaintext);
            BOOST_REQUIRE(sealed);
            BOOST_TEST(equal(*aead_open(algo, key, iv, as_bytes("aad"), *sealed), plaintext));
            BOOST_TEST(!aead_open(algo, key, iv, as_bytes("aae"), *sealed).has_value());
            for (size_t at = 0; at < sealed->size(); ++at) {
                Bytes changed = *sealed;
                changed[at] ^= 0x80;
                BOOST_TEST(!aead_open(algo, key, iv, as_bytes("aad"), changed).has_value());
            }
        }
        BOOST_TEST((aead_open(algo, key, iv, {}, Bytes(15)).error().code == Errc::truncated));
        BOOST_TEST((aead_seal(algo, Bytes(5), iv, {}, {}).error().code == Errc::bad_key));
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::crypto
