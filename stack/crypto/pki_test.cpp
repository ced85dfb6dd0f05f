#include "stack/crypto/pki.h"

#include <boost/test/unit_test.hpp>

#include "stack/crypto/test_support.h"

namespace assay::crypto {

BOOST_AUTO_TEST_SUITE(pki)

BOOST_AUTO_TEST_CASE(every_algorithm_gets_a_good_chain_and_a_key_that_signs) {
    for (SignAlgo algo : kSignAlgos) {
        for (SignAlgo issuer : {SignAlgo::ed25519, SignAlgo::ecdsa_p384, algo}) {
            BOOST_TEST_CONTEXT(name(algo) << " under " << name(issuer)) {
                // RSA issuers of the large sizes would make two more slow keys each and show nothing new.
                if (signature_size(issuer) > 256) continue;
                auto made = make_test_pki(algo, issuer, HashAlgo::sha384, "every");
                BOOST_REQUIRE(made);
                ChainPolicy policy;
                policy.roots = {made->root};
                policy.time = UnixTime{std::chrono::seconds{1'700'000'000}};
                policy.leaf_algo = algo;
                policy.basic_constraints_required = true;
                auto chain = parse_certificates(made->chain_der());
                BOOST_REQUIRE((chain && chain->size() == 3U));
                BOOST_TEST(chain_violations(*chain, policy).empty());
                const SignInput input{SignInput::Kind::message, as_bytes("message")};
                auto signature = openssl_provider().sign(algo, HashAlgo::sha384, made->leaf_key, input);
                BOOST_REQUIRE(signature);
                BOOST_TEST(openssl_provider()
                               .verify(algo, HashAlgo::sha384, chain->back().public_key(), input, *signature)
                               .has_value());
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(under_eddsa_issuers_a_label_gives_the_same_bytes_each_time) {
    for (SignAlgo issuer : {SignAlgo::ed25519, SignAlgo::ed448}) {
        auto chain = [&](std::string_view label) {
            return make_test_pki(SignAlgo::ecdsa_p384, issuer, HashAlgo::sha256, label)->chain_der();
        };
        BOOST_TEST(equal(chain("label"), chain("label")));
        BOOST_TEST(!equal(chain("label"), chain("another")));
    }
}

// Seeds and transcripts that are kept in files depend on these bytes.
BOOST_AUTO_TEST_CASE(the_bytes_do_not_change_from_one_build_to_the_next) {
    const Bytes chain =
        make_test_pki(SignAlgo::ecdsa_p256, SignAlgo::ed25519, HashAlgo::sha256, "stable")->chain_der();
    BOOST_TEST(to_hex(openssl_provider().digest(HashAlgo::sha256, chain).view()) ==
               "b91a0176d4dd6ea80933b5de8338921a2a6615111bd8b2a025e9fa5820885918");
}

BOOST_AUTO_TEST_CASE(the_three_keys_differ_even_when_all_are_rsa) {
    const TestPki made =
        make_test_pki(SignAlgo::rsapss_2048, SignAlgo::rsassa_2048, HashAlgo::sha256, "rsa").value();
    BOOST_TEST(!equal(made.root_key.public_key().spki(), made.intermediate_key.public_key().spki()));
    BOOST_TEST(!equal(made.intermediate_key.public_key().spki(), made.leaf_key.public_key().spki()));
    BOOST_TEST(!equal(made.root_key.public_key().spki(), made.leaf_key.public_key().spki()));
}

BOOST_AUTO_TEST_CASE(a_described_leaf_keeps_what_it_says_and_gets_what_it_leaves_out) {
    CertificateSpec leaf;
    auto plain = make_test_pki(SignAlgo::ecdsa_p256, SignAlgo::ed25519, HashAlgo::sha256, "leaf", &leaf);
    BOOST_REQUIRE(plain);
    BOOST_TEST(plain->leaf.subject() == "CN=leaf leaf");
    BOOST_TEST(plain->leaf.issuer() == plain->intermediate.subject());
    BOOST_TEST(
        equal(plain->leaf.der(),
              make_test_pki(SignAlgo::ecdsa_p256, SignAlgo::ed25519, HashAlgo::sha256, "leaf")->leaf.der()));
    leaf.subject = "somebody";
    leaf.not_after = UnixTime{std::chrono::seconds{1'600'000'000}};
    auto changed = make_test_pki(SignAlgo::ecdsa_p256, SignAlgo::ed25519, HashAlgo::sha256, "leaf", &leaf);
    BOOST_REQUIRE(changed);
    BOOST_TEST(changed->leaf.subject() == "CN=somebody");
    BOOST_TEST((changed->leaf.not_after() == leaf.not_after));
    BOOST_TEST((changed->leaf.not_before() == plain->leaf.not_before()));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::crypto
