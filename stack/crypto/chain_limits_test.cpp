// Where the rules of chains begin and end: what each still allows.
#include "stack/crypto/chain_test_support.h"

namespace assay::crypto {

BOOST_AUTO_TEST_SUITE(chain_limits)

BOOST_AUTO_TEST_CASE(the_ends_of_the_validity_belong_to_it) {
    ChainPolicy at = policy();
    for (UnixTime time : {good().leaf.not_before(), good().leaf.not_after()}) {
        at.time = time;
        BOOST_TEST(chain_violations(good_chain(), at).empty());
    }
    for (UnixTime time : {good().leaf.not_before() - std::chrono::seconds(1),
                          good().leaf.not_after() + std::chrono::seconds(1)}) {
        at.time = time;
        BOOST_TEST(names(chain_violations(good_chain(), at)) == names({ChainRule::validity}));
    }
}

BOOST_AUTO_TEST_CASE(any_one_of_several_pinned_roots_will_do) {
    const TestPki other =
        make_test_pki(SignAlgo::ecdsa_p256, SignAlgo::ed25519, HashAlgo::sha256, "stranger").value();
    ChainPolicy two = policy();
    two.roots = {other.root, good().root};
    BOOST_TEST(chain_violations(good_chain(), two).empty());
    BOOST_TEST(chain_violations({other.root, other.intermediate, other.leaf}, two).empty());
}

BOOST_AUTO_TEST_CASE(a_path_length_counts_the_certificates_between_it_and_the_leaf) {
    const PrivateKey middle_key = PrivateKey::derive(SignAlgo::ed25519, as_bytes("middle")).value();
    const PrivateKey leaf_key = PrivateKey::derive(SignAlgo::ecdsa_p256, as_bytes("leaf")).value();
    CertificateSpec leaf;
    leaf.issuer = "middle";
    leaf.not_before = kPast;
    leaf.not_after = kFuture;
    for (int limit : {0, 1, 2}) {
        CertificateSpec root = ca_spec("top", "top");
        root.path_length = limit;
        CertificateSpec upper = ca_spec("upper", "top");
        const Certificate first = certificate(root, good().root_key.public_key(), good().root_key);
        const Certificate second = certificate(upper, good().intermediate_key.public_key(), good().root_key);
        const Certificate third =
            certificate(ca_spec("middle", "upper"), middle_key.public_key(), good().intermediate_key);
        const Chain chain = {first, second, third, certificate(leaf, leaf_key.public_key(), middle_key)};
        ChainPolicy pinned = policy();
        pinned.roots = {first};
        BOOST_TEST(names(chain_violations(chain, pinned)) == (limit < 2 ? names({ChainRule::ca}) : ""),
                   limit);
        BOOST_TEST(openssl_accepts(chain, pinned) == (limit >= 2), limit);
    }
}

BOOST_AUTO_TEST_CASE(a_self_issued_certificate_does_not_count_against_a_path_length) {
    const PrivateKey new_key = PrivateKey::derive(SignAlgo::ed25519, as_bytes("new")).value();
    CertificateSpec root = ca_spec("top", "top");
    root.path_length = 1;
    CertificateSpec leaf;
    leaf.issuer = "upper";
    leaf.not_before = kPast;
    leaf.not_after = kFuture;
    const Certificate first = certificate(root, good().root_key.public_key(), good().root_key);
    const Chain chain = {
        first, certificate(ca_spec("upper", "top"), good().intermediate_key.public_key(), good().root_key),
        certificate(ca_spec("upper", "upper"), new_key.public_key(), good().intermediate_key),
        certificate(leaf, good().leaf_key.public_key(), new_key)};
    ChainPolicy pinned = policy();
    pinned.roots = {first};
    BOOST_TEST(chain_violations(chain, pinned).empty());
    BOOST_TEST(openssl_accepts(chain, pinned));
}

BOOST_AUTO_TEST_CASE(an_extended_key_usage_that_cannot_be_read_says_nothing_good) {
    BOOST_TEST(names(chain_violations(with_extension(2, "2.5.29.37", false, hex("0500")), policy())) ==
               names({ChainRule::leaf_role, ChainRule::leaf_version}));
}

BOOST_AUTO_TEST_CASE(a_ca_without_key_usage_may_sign) {
    const Chain chain = with_intermediate([](CertificateSpec& spec) { spec.key_cert_sign = false; });
    BOOST_TEST(chain_violations(chain, policy()).empty());
}

BOOST_AUTO_TEST_CASE(a_signature_over_sha1_proves_no_order) {
    const TestPki pki =
        make_test_pki(SignAlgo::ecdsa_p256, SignAlgo::ecdsa_p256, HashAlgo::sha256, "sha1").value();
    const Certificate weak = resigned(pki.leaf, pki.intermediate_key, [](X509*) {}, EVP_sha1());
    const Certificate strong = resigned(pki.leaf, pki.intermediate_key, [](X509*) {}, EVP_sha256());
    ChainPolicy pinned = policy();
    pinned.roots = {pki.root};
    BOOST_TEST(chain_violations({pki.root, pki.intermediate, strong}, pinned).empty());
    BOOST_TEST(names(chain_violations({pki.root, pki.intermediate, weak}, pinned)) ==
               names({ChainRule::order}));
}

BOOST_AUTO_TEST_CASE(what_a_rule_does_not_forbid_is_allowed) {
    ChainPolicy older = policy();
    older.basic_constraints_required = false;
    BOOST_TEST(chain_violations(with_leaf([](CertificateSpec& spec) { spec.ca.reset(); }), older).empty());
    ChainPolicy device = policy();
    device.alias_cert = false;
    BOOST_TEST(
        chain_violations(with_leaf([](CertificateSpec& spec) { spec.hardware_identity = true; }), device)
            .empty());
    const Chain both = with_leaf([](CertificateSpec& spec) {
        spec.eku = {std::string(kOidRequesterAuth), std::string(kOidResponderAuth)};
    });
    const Chain neither = with_leaf([](CertificateSpec& spec) { spec.eku = {"1.3.6.1.5.5.7.3.1"}; });
    for (ChainPolicy::Role role : {ChainPolicy::Role::responder, ChainPolicy::Role::requester}) {
        ChainPolicy as = policy();
        as.role = role;
        BOOST_TEST(chain_violations(both, as).empty());
        BOOST_TEST(chain_violations(neither, as).empty());
    }
}

BOOST_AUTO_TEST_CASE(extensions_of_spdm_and_dice_may_be_critical) {
    const Bytes mutable_certificate = hex("300e300c060a2b06010401831c821205");
    for (size_t place : {1U, 2U}) {
        BOOST_TEST(chain_violations(with_extension(place, "1.3.6.1.4.1.412.274.6", true, mutable_certificate),
                                    policy())
                       .empty());
        BOOST_TEST(
            chain_violations(with_extension(place, "2.23.133.5.4.1", true, hex("3000")), policy()).empty());
        // An arc whose text only begins alike.
        BOOST_TEST(
            !chain_violations(with_extension(place, "2.23.133.5.40.1", true, hex("3000")), policy()).empty());
        BOOST_TEST(
            chain_violations(with_extension(place, "1.2.3.4.5", false, hex("0500")), policy()).empty());
    }
}

BOOST_AUTO_TEST_CASE(an_extension_given_twice_is_refused) {
    const Chain chain = with_extension(2, "2.5.29.37", false, hex("300c060a2b06010401831c821203"));
    BOOST_TEST(chain_violations(chain, policy()).empty());
    Chain twice = chain;
    twice[2] = resigned(chain[2], good().intermediate_key, [](X509* x509) {
        add_extension(x509, "2.5.29.37", false, hex("300c060a2b06010401831c821204"));
    });
    BOOST_TEST(!chain_violations(twice, policy()).empty());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::crypto
