#include "stack/crypto/keys.h"

#include <openssl/pem.h>

#include <boost/test/unit_test.hpp>

#include "stack/crypto/key_impl.h"
#include "stack/crypto/test_support.h"

namespace assay::crypto {

namespace {

Bytes spki_of(EVP_PKEY* pkey) {
    uint8_t* der = nullptr;
    const int size = i2d_PUBKEY(pkey, &der);
    const ossl::MemoryPtr owner(der);
    BOOST_REQUIRE(size > 0);
    return {der, der + size};
}

std::string pem_of(EVP_PKEY* pkey, bool traditional, const char* password = nullptr) {
    const ossl::BioPtr bio(BIO_new(BIO_s_mem()));
    const EVP_CIPHER* cipher = password == nullptr ? nullptr : EVP_aes_128_cbc();
    const auto* pass = reinterpret_cast<const uint8_t*>(password);
    const int length = password == nullptr ? 0 : static_cast<int>(std::string_view(password).size());
    BOOST_REQUIRE(
        (traditional
             ? PEM_write_bio_PrivateKey_traditional(bio.get(), pkey, cipher, pass, length, nullptr, nullptr)
             : PEM_write_bio_PrivateKey(bio.get(), pkey, cipher, pass, length, nullptr, nullptr)) == 1);
    char* text = nullptr;
    const long size = BIO_get_mem_data(bio.get(), &text);
    return {text, static_cast<size_t>(size)};
}

SignInput message() { return {SignInput::Kind::message, as_bytes("message")}; }

}  // namespace

BOOST_AUTO_TEST_SUITE(keys)

BOOST_AUTO_TEST_CASE(a_key_fits_the_algorithms_of_its_kind_and_size_and_no_others) {
    auto kind = [](SignAlgo algo) {
        switch (algo) {
            case SignAlgo::rsapss_2048: return SignAlgo::rsassa_2048;
            case SignAlgo::rsapss_3072: return SignAlgo::rsassa_3072;
            case SignAlgo::rsapss_4096: return SignAlgo::rsassa_4096;
            default: return algo;
        }
    };
    for (SignAlgo made_for : kSignAlgos) {
        const PrivateKey key = key_for(made_for);
        for (SignAlgo asked : kSignAlgos) {
            BOOST_TEST(key.public_key().fits(asked) == (kind(made_for) == kind(asked)),
                       name(made_for) << " for " << name(asked));
        }
    }
    for (SignAlgo asked : kSignAlgos) BOOST_TEST(!PublicKey().fits(asked));
}

BOOST_AUTO_TEST_CASE(a_derived_key_is_a_function_of_seed_and_algorithm) {
    for (SignAlgo algo : {SignAlgo::ecdsa_p256, SignAlgo::ecdsa_p384, SignAlgo::ecdsa_p521, SignAlgo::ed25519,
                          SignAlgo::ed448}) {
        BOOST_TEST_CONTEXT(name(algo)) {
            const PrivateKey key = PrivateKey::derive(algo, as_bytes("seed")).value();
            const PrivateKey again = PrivateKey::derive(algo, as_bytes("seed")).value();
            const PrivateKey other = PrivateKey::derive(algo, as_bytes("sead")).value();
            BOOST_TEST(equal(key.public_key().spki(), again.public_key().spki()));
            BOOST_TEST(!equal(key.public_key().spki(), other.public_key().spki()));
            const Bytes signature = openssl_provider().sign(algo, HashAlgo::sha384, key, message()).value();
            BOOST_TEST(openssl_provider()
                           .verify(algo, HashAlgo::sha384, again.public_key(), message(), signature)
                           .has_value());
        }
    }
    BOOST_TEST(
        (PrivateKey::derive(SignAlgo::rsapss_3072, as_bytes("seed")).error().code == Errc::unsupported));
}

BOOST_AUTO_TEST_CASE(generated_keys_fit_and_differ) {
    for (SignAlgo algo : {SignAlgo::ecdsa_p256, SignAlgo::ecdsa_p384, SignAlgo::ecdsa_p521, SignAlgo::ed25519,
                          SignAlgo::ed448}) {
        const PrivateKey key = PrivateKey::generate(algo).value();
        BOOST_TEST(key.public_key().fits(algo), name(algo));
        BOOST_TEST(!equal(key.public_key().spki(), PrivateKey::generate(algo).value().public_key().spki()));
    }
}

BOOST_AUTO_TEST_CASE(a_public_key_survives_its_encoding) {
    for (SignAlgo algo : kSignAlgos) {
        BOOST_TEST_CONTEXT(name(algo)) {
            const PrivateKey key = key_for(algo);
            auto read = PublicKey::from_spki(key.public_key().spki());
            BOOST_REQUIRE(read);
            BOOST_TEST(read->fits(algo));
            BOOST_TEST(equal(read->spki(), key.public_key().spki()));
            const Bytes signature = openssl_provider().sign(algo, HashAlgo::sha256, key, message()).value();
            BOOST_TEST(
                openssl_provider().verify(algo, HashAlgo::sha256, *read, message(), signature).has_value());
        }
    }
}

BOOST_AUTO_TEST_CASE(an_rsa_key_whose_exponent_proves_nothing_is_refused) {
    const PrivateKey key = key_for(SignAlgo::rsassa_2048);
    const Bytes spki = to_bytes(key.public_key().spki());
    const Bytes exponent = hex("0203010001");
    BOOST_REQUIRE(std::ranges::equal(ByteView(spki).last(exponent.size()), exponent));
    // INTEGERs of the same length, which DER would write shorter and OpenSSL reads all the same.
    for (const auto& [content, sound] : {std::pair{"010001", true},
                                         {"000003", true},
                                         {"010003", true},
                                         {"000001", false},
                                         {"010000", false},
                                         {"000000", false}}) {
        Bytes changed = spki;
        std::ranges::copy(hex(content), changed.end() - 3);
        BOOST_TEST(PublicKey::from_spki(changed).has_value() == sound, content);
    }
}

BOOST_AUTO_TEST_CASE(an_encoding_that_is_cut_or_goes_on_is_refused) {
    for (SignAlgo algo : {SignAlgo::rsassa_2048, SignAlgo::ecdsa_p256, SignAlgo::ed25519}) {
        const PrivateKey key = key_for(algo);
        const Bytes spki = to_bytes(key.public_key().spki());
        for (size_t size = 0; size < spki.size(); ++size) {
            auto read = PublicKey::from_spki(ByteView(spki).first(size));
            BOOST_REQUIRE((!read && read.error().code == Errc::bad_key));
        }
        BOOST_TEST((PublicKey::from_spki(concat({spki, Bytes(1)})).error().code == Errc::bad_key));
    }
}

BOOST_AUTO_TEST_CASE(keys_of_other_kinds_are_refused) {
    const ossl::PkeyPtr koblitz(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "secp256k1"));
    const ossl::PkeyPtr exchange(EVP_PKEY_Q_keygen(nullptr, nullptr, "X25519"));
    for (EVP_PKEY* pkey : {koblitz.get(), exchange.get()}) {
        BOOST_TEST((PublicKey::from_spki(spki_of(pkey)).error().code == Errc::bad_key));
        BOOST_TEST((PrivateKey::from_pem(pem_of(pkey, false)).error().code == Errc::bad_key));
    }
}

BOOST_AUTO_TEST_CASE(a_known_curve_spelled_out_by_its_parameters_is_refused) {
    const ossl::PkeyPtr pkey(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256"));
    BOOST_TEST(PublicKey::from_spki(spki_of(pkey.get())).has_value());
    BOOST_REQUIRE(EVP_PKEY_set_utf8_string_param(pkey.get(), OSSL_PKEY_PARAM_EC_ENCODING, "explicit") == 1);
    BOOST_TEST((PublicKey::from_spki(spki_of(pkey.get())).error().code == Errc::bad_key));
}

BOOST_AUTO_TEST_CASE(a_point_off_the_curve_is_no_key) {
    const PrivateKey key = key_for(SignAlgo::ecdsa_p256);
    const ByteView spki = key.public_key().spki();
    BOOST_TEST((PublicKey::from_spki(flipped(spki, 8 * (spki.size() - 1))).error().code == Errc::bad_key));
}

BOOST_AUTO_TEST_CASE(private_keys_are_read_from_both_pem_forms) {
    for (SignAlgo algo : {SignAlgo::rsassa_2048, SignAlgo::ecdsa_p384}) {
        const PrivateKey key = key_for(algo);
        for (bool traditional : {false, true}) {
            auto read = PrivateKey::from_pem(pem_of(key.impl().pkey.get(), traditional));
            BOOST_REQUIRE(read);
            BOOST_TEST(equal(read->public_key().spki(), key.public_key().spki()));
        }
    }
}

BOOST_AUTO_TEST_CASE(encrypted_and_unreadable_pem_is_refused_without_asking_for_a_password) {
    const PrivateKey key = key_for(SignAlgo::ecdsa_p256);
    EVP_PKEY* pkey = key.impl().pkey.get();
    std::string damaged = pem_of(pkey, false);
    damaged[damaged.size() / 2] = '!';
    for (const std::string& pem :
         {pem_of(pkey, false, "secret"), pem_of(pkey, true, "secret"), damaged,
          to_pem("PUBLIC KEY", key.public_key().spki()), std::string("no PEM"), std::string()}) {
        BOOST_TEST((PrivateKey::from_pem(pem).error().code == Errc::bad_key));
    }
}

// A public key that is handed around must not carry the private one inside.
BOOST_AUTO_TEST_CASE(the_public_key_of_a_private_key_cannot_sign) {
    const PrivateKey key = key_for(SignAlgo::ecdsa_p256);
    const ossl::BioPtr bio(BIO_new(BIO_s_mem()));
    EVP_PKEY* pkey = key.public_key().impl().pkey.get();
    BOOST_TEST(PEM_write_bio_PrivateKey(bio.get(), pkey, nullptr, nullptr, 0, nullptr, nullptr) != 1);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::crypto
