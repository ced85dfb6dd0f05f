#include <boost/test/unit_test.hpp>

#include "stack/crypto/pki.h"

namespace assay::crypto {

namespace {

ChainPolicy policy_for(const TestPki& pki) {
    ChainPolicy policy;
    policy.roots = {pki.root};
    policy.time = UnixTime{std::chrono::seconds{1700000000}};
    policy.leaf_algo = SignAlgo::ecdsa_p256;
    policy.basic_constraints_required = true;
    policy.alias_cert = true;
    return policy;
}

Result<TestPki> pki_with(const CertificateSpec& leaf) {
    return make_test_pki(SignAlgo::ecdsa_p256, SignAlgo::ed25519, HashAlgo::sha256, "chain test", &leaf);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(chain)

BOOST_AUTO_TEST_CASE(a_good_chain_violates_nothing_with_and_without_its_root) {
    auto pki = pki_with({});
    BOOST_REQUIRE(pki);
    auto parsed = parse_certificates(pki->chain_der());
    BOOST_REQUIRE(parsed);
    BOOST_TEST(chain_violations(*parsed, policy_for(*pki)).empty());
    BOOST_TEST(chain_violations({pki->intermediate, pki->leaf}, policy_for(*pki)).empty());
}

BOOST_AUTO_TEST_CASE(each_fault_of_a_leaf_violates_its_own_rule) {
    struct Row {
        ChainRule rule;
        CertificateSpec leaf;
    };
    UnixTime past{std::chrono::seconds{1000000000}};
    UnixTime future{std::chrono::seconds{4000000000}};
    std::vector<Row> rows;
    auto row = [&](ChainRule rule, auto change) {
        CertificateSpec spec;
        change(spec);
        rows.push_back({rule, spec});
    };
    row(ChainRule::validity, [&](CertificateSpec& spec) { spec.not_after = past; });
    row(ChainRule::validity, [&](CertificateSpec& spec) { spec.not_before = future; });
    row(ChainRule::leaf_not_ca, [](CertificateSpec& spec) { spec.ca = true; });
    row(ChainRule::leaf_constraints, [](CertificateSpec& spec) { spec.ca.reset(); });
    row(ChainRule::leaf_key_usage, [](CertificateSpec& spec) { spec.digital_signature = false; });
    row(ChainRule::leaf_role, [](CertificateSpec& spec) { spec.eku = {std::string(kOidRequesterAuth)}; });
    row(ChainRule::leaf_hardware_id, [](CertificateSpec& spec) { spec.hardware_identity = true; });
    for (const Row& each : rows) {
        BOOST_TEST_CONTEXT(name(each.rule)) {
            auto pki = pki_with(each.leaf);
            BOOST_REQUIRE(pki);
            auto violated = chain_violations({pki->root, pki->intermediate, pki->leaf}, policy_for(*pki));
            BOOST_REQUIRE(violated.size() == 1U);
            BOOST_TEST((violated[0] == each.rule));
        }
    }
}

BOOST_AUTO_TEST_CASE(a_leaf_that_names_both_roles_is_good) {
    CertificateSpec spec;
    spec.eku = {std::string(kOidRequesterAuth), std::string(kOidResponderAuth)};
    auto pki = pki_with(spec);
    BOOST_REQUIRE(pki);
    BOOST_TEST(chain_violations({pki->root, pki->intermediate, pki->leaf}, policy_for(*pki)).empty());
}

BOOST_AUTO_TEST_CASE(faults_of_the_chain_are_named) {
    auto pki = pki_with({});
    auto stranger = make_test_pki(SignAlgo::ecdsa_p384, SignAlgo::ed25519, HashAlgo::sha256, "stranger");
    BOOST_REQUIRE((pki && stranger));
    ChainPolicy policy = policy_for(*pki);
    using Rules = std::vector<ChainRule>;
    BOOST_TEST((chain_violations({}, policy) == Rules{ChainRule::order, ChainRule::root}));
    BOOST_TEST((chain_violations({pki->root, pki->leaf}, policy) == Rules{ChainRule::order}));
    policy.leaf_algo = SignAlgo::ecdsa_p384;
    BOOST_TEST((chain_violations({pki->root, pki->intermediate, pki->leaf}, policy) == Rules{ChainRule::leaf_key}));
    BOOST_TEST((chain_violations({stranger->root, stranger->intermediate, stranger->leaf}, policy) ==
                Rules{ChainRule::root}));
    policy.roots.clear();
    BOOST_TEST((chain_violations({stranger->root, stranger->intermediate, stranger->leaf}, policy) ==
                Rules{ChainRule::root}));
}

BOOST_AUTO_TEST_CASE(a_leaf_in_the_place_of_a_ca_is_refused) {
    auto pki = pki_with({});
    BOOST_REQUIRE(pki);
    CertificateSpec below;
    below.subject = "below";
    below.issuer = "chain test leaf";
    below.not_before = UnixTime{std::chrono::seconds{1600000000}};
    below.not_after = UnixTime{std::chrono::seconds{1800000000}};
    auto forged = make_certificate(below, pki->leaf_key.public_key(), pki->leaf_key, HashAlgo::sha256);
    BOOST_REQUIRE(forged);
    auto violated = chain_violations({pki->root, pki->intermediate, pki->leaf, *forged}, policy_for(*pki));
    BOOST_TEST((violated == std::vector<ChainRule>{ChainRule::ca}));
}

BOOST_AUTO_TEST_CASE(certificates_are_cut_at_their_ends_and_refused_when_cut_elsewhere) {
    auto pki = pki_with({});
    Bytes der = pki->chain_der();
    BOOST_TEST(parse_certificates(der)->size() == 3U);
    for (size_t size = 1; size < der.size(); ++size) {
        auto parsed = parse_certificates(ByteView(der).first(size));
        bool at_an_end = size == pki->root.der().size() || size == pki->root.der().size() + pki->intermediate.der().size();
        BOOST_TEST(parsed.has_value() == at_an_end);
    }
    Bytes many;
    for (size_t i = 0; i <= kMaxChain; ++i) append(many, pki->root.der());
    BOOST_TEST(!parse_certificates(many).has_value());
}

BOOST_AUTO_TEST_CASE(a_chain_under_deterministic_issuers_is_the_same_each_time) {
    BOOST_TEST(equal(pki_with({})->chain_der(), pki_with({})->chain_der()));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::crypto
