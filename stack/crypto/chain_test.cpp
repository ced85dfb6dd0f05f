// Each rule violated by a chain that violates nothing else.
#include "stack/crypto/chain_test_support.h"

namespace assay::crypto {

namespace {

struct Row {
    std::string what;
    ChainRule rule;
    Chain chain;
    ChainPolicy policy;
    bool path_validation;  // whether the fault is one that RFC 5280 path validation looks for
};

std::vector<Row> rows() {
    std::vector<Row> rows;
    auto row = [&](
                   std::string what, ChainRule rule, Chain chain, bool path_validation,
                   const std::function<void(ChainPolicy&)>& change = [](ChainPolicy&) {}) {
        ChainPolicy changed = policy();
        change(changed);
        rows.push_back({std::move(what), rule, std::move(chain), std::move(changed), path_validation});
    };
    const TestPki other =
        make_test_pki(SignAlgo::ecdsa_p256, SignAlgo::ed25519, HashAlgo::sha256, "stranger").value();

    row("a gap", ChainRule::order, {good().root, good().leaf}, true);
    row("another's leaf", ChainRule::order, {good().root, good().intermediate, other.leaf}, true);
    row("a leaf with the issuer's name but another's signature", ChainRule::order,
        {good().root, good().intermediate, resigned(good().leaf, other.intermediate_key, [](X509*) {})},
        true);
    row("a leaf with the issuer's signature but another's name", ChainRule::order,
        with_leaf([](CertificateSpec& spec) { spec.issuer = "somebody"; }), true);

    row("another's chain", ChainRule::root, {other.root, other.intermediate, other.leaf}, true);
    row("no pinned root", ChainRule::root, good_chain(), true, [](ChainPolicy& p) { p.roots.clear(); });
    row("a root with the pinned name and another key", ChainRule::root, good_chain(), true,
        [&](ChainPolicy& p) {
            p.roots = {certificate(ca_spec("chain root", "chain root"), other.root_key.public_key(),
                                   other.root_key)};
        });

    row("an expired leaf", ChainRule::validity,
        with_leaf([](CertificateSpec& spec) { spec.not_after = kPast; }), true);
    row("a leaf from the future", ChainRule::validity,
        with_leaf([](CertificateSpec& spec) { spec.not_before = kFuture; }), true);
    row("an expired intermediate", ChainRule::validity,
        with_intermediate([](CertificateSpec& spec) { spec.not_after = kPast; }), true);
    row("a time before everything", ChainRule::validity, good_chain(), true,
        [](ChainPolicy& p) { p.time = UnixTime{}; });

    row("an intermediate that is no CA", ChainRule::ca,
        with_intermediate([](CertificateSpec& spec) { spec.ca = false; }), true);
    row("an intermediate without basicConstraints", ChainRule::ca,
        with_intermediate([](CertificateSpec& spec) { spec.ca.reset(); }), true);
    row("an intermediate whose key may not sign certificates", ChainRule::ca,
        with_intermediate([](CertificateSpec& spec) {
            spec.key_cert_sign = false;
            spec.digital_signature = true;
        }),
        true);
    row("an intermediate with an unknown critical extension", ChainRule::ca,
        with_extension(1, "1.2.3.4.5", true, hex("0500")), true);
    row("an intermediate with constraints on policies, which nobody here evaluates", ChainRule::ca,
        with_extension(1, "2.5.29.36", true, hex("3003800100")), false);
    row("an intermediate that may name only CN=other", ChainRule::ca,
        with_extension(1, "2.5.29.30", true, hex("3018a0163014a4123010310e300c06035504030c056f74686572")),
        true);
    row("an intermediate with an extension that cannot be read", ChainRule::ca,
        with_extension(1, "2.5.29.17", false, hex("0500")), true);
    row("a leaf that issues", ChainRule::ca,
        {good().root, good().intermediate, good().leaf,
         certificate(
             [] {
                 CertificateSpec spec;
                 spec.issuer = "chain leaf";
                 spec.not_before = kPast;
                 spec.not_after = kFuture;
                 return spec;
             }(),
             good().leaf_key.public_key(), good().leaf_key)},
        true);

    row("a key of another curve", ChainRule::leaf_key, good_chain(), false,
        [](ChainPolicy& p) { p.leaf_algo = SignAlgo::ecdsa_p384; });
    row("a CA as leaf", ChainRule::leaf_not_ca, with_leaf([](CertificateSpec& spec) { spec.ca = true; }),
        false);
    row("a leaf without basicConstraints", ChainRule::leaf_constraints,
        with_leaf([](CertificateSpec& spec) { spec.ca.reset(); }), false);
    row("a leaf without keyUsage", ChainRule::leaf_key_usage,
        with_leaf([](CertificateSpec& spec) { spec.digital_signature = false; }), false);
    row("a leaf whose keyUsage lacks digitalSignature", ChainRule::leaf_key_usage,
        with_leaf([](CertificateSpec& spec) {
            spec.digital_signature = false;
            spec.key_cert_sign = true;
        }),
        false);
    row("a requester's certificate for a responder", ChainRule::leaf_role,
        with_leaf([](CertificateSpec& spec) { spec.eku = {std::string(kOidRequesterAuth)}; }), false);
    row("a responder's certificate for a requester", ChainRule::leaf_role,
        with_leaf(
            [](CertificateSpec& spec) { spec.eku = {"1.3.6.1.5.5.7.3.1", std::string(kOidResponderAuth)}; }),
        false, [](ChainPolicy& p) { p.role = ChainPolicy::Role::requester; });
    row("the hardware identity in an alias leaf", ChainRule::leaf_hardware_id,
        with_leaf([](CertificateSpec& spec) { spec.hardware_identity = true; }), false);
    row("the hardware identity behind another identifier", ChainRule::leaf_hardware_id,
        with_extension(2, "1.3.6.1.4.1.412.274.6", true,
                       hex("3020300e060a2b06010401831c821205 0500 300e060a2b06010401831c8212020500")),
        false);
    row("an SPDM extension that cannot be read", ChainRule::leaf_hardware_id,
        with_extension(2, "1.3.6.1.4.1.412.274.6", false, hex("300530030401")), false);
    row("a leaf of version 1", ChainRule::leaf_version,
        with_leaf([](CertificateSpec& spec) { spec.version = 1; }), false);
    row("a leaf of version 2", ChainRule::leaf_version,
        with_leaf([](CertificateSpec& spec) { spec.version = 2; }), false);
    row("a leaf with an extension that cannot be read", ChainRule::leaf_version,
        with_extension(2, "2.5.29.17", false, hex("0500")), true);
    row("a leaf with an unknown critical extension", ChainRule::leaf_version,
        with_extension(2, "1.2.3.4.5", true, hex("0500")), true);
    return rows;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(chain)

BOOST_AUTO_TEST_CASE(a_good_chain_violates_nothing_with_and_without_its_root) {
    BOOST_TEST(chain_violations(good_chain(), policy()).empty());
    BOOST_TEST(chain_violations({good().intermediate, good().leaf}, policy()).empty());
    BOOST_TEST(openssl_accepts(good_chain(), policy()));
}

BOOST_AUTO_TEST_CASE(each_fault_violates_its_own_rule_and_no_other) {
    std::vector<bool> seen(kChainRuleCount);
    for (const Row& row : rows()) {
        BOOST_TEST(names(chain_violations(row.chain, row.policy)) == names({row.rule}), row.what);
        seen[static_cast<size_t>(row.rule)] = true;
    }
    for (size_t i = 0; i < seen.size(); ++i)
        BOOST_TEST(seen[i], name(static_cast<ChainRule>(i)) << " has no row");
}

BOOST_AUTO_TEST_CASE(openssl_agrees_about_every_fault_of_the_path) {
    for (const Row& row : rows()) {
        if (row.path_validation) BOOST_TEST(!openssl_accepts(row.chain, row.policy), row.what);
    }
}

BOOST_AUTO_TEST_CASE(an_empty_chain_has_neither_order_nor_root) {
    BOOST_TEST(names(chain_violations({}, policy())) == names({ChainRule::order, ChainRule::root}));
}

BOOST_AUTO_TEST_CASE(several_faults_are_all_named_in_order) {
    const Chain chain = with_leaf([](CertificateSpec& spec) {
        spec.not_after = kPast;
        spec.ca = true;
        spec.digital_signature = false;
    });
    ChainPolicy strict = policy();
    strict.roots.clear();
    BOOST_TEST(
        names(chain_violations(chain, strict)) ==
        names({ChainRule::root, ChainRule::validity, ChainRule::leaf_not_ca, ChainRule::leaf_key_usage}));
}

BOOST_AUTO_TEST_CASE(a_chain_from_leaf_to_root_is_out_of_order) {
    const Rules violated = chain_violations({good().leaf, good().intermediate, good().root}, policy());
    BOOST_TEST(std::ranges::count(violated, ChainRule::order) == 1);
}

BOOST_AUTO_TEST_CASE(no_certificate_of_a_chain_can_be_changed_unseen) {
    const Chain chain = good_chain();
    for (size_t place = 0; place < chain.size(); ++place) {
        const ByteView der = chain[place].der();
        for (size_t byte = 0; byte < der.size(); ++byte) {
            auto parsed = Certificate::parse(flipped(der, 8 * byte + (byte * 5) % 8));
            if (!parsed) continue;
            Chain changed = chain;
            changed[place] = *parsed;
            BOOST_REQUIRE_MESSAGE(!chain_violations(changed, policy()).empty(),
                                  "certificate " << place << " byte " << byte);
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::crypto
