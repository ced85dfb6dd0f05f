// Each rule violated by a chain that violates nothing else.
#include <openssl/x509_vfy.h>

#include <boost/test/unit_test.hpp>

#include <functional>

#include "stack/crypto/certificate_impl.h"
#include "stack/crypto/test_support.h"

namespace assay::crypto {

namespace {

using Chain = std::vector<Certificate>;
using Rules = std::vector<ChainRule>;

constexpr UnixTime kNow = std::chrono::sys_days(std::chrono::year(2025) / 6 / 1);
constexpr UnixTime kPast = std::chrono::sys_days(std::chrono::year(2021) / 1 / 1);
constexpr UnixTime kFuture = std::chrono::sys_days(std::chrono::year(2100) / 1 / 1);

const TestPki& good() {
    static const TestPki kMade =
        make_test_pki(SignAlgo::ecdsa_p256, SignAlgo::ed25519, HashAlgo::sha256, "chain").value();
    return kMade;
}

Chain good_chain() { return {good().root, good().intermediate, good().leaf}; }

ChainPolicy policy() {
    ChainPolicy policy;
    policy.roots = {good().root};
    policy.time = kNow;
    policy.leaf_algo = SignAlgo::ecdsa_p256;
    policy.basic_constraints_required = true;
    policy.alias_cert = true;
    return policy;
}

CertificateSpec ca_spec(std::string subject, std::string issuer) {
    CertificateSpec spec;
    spec.subject = std::move(subject);
    spec.issuer = std::move(issuer);
    spec.not_before = kPast;
    spec.not_after = kFuture;
    spec.ca = true;
    spec.digital_signature = false;
    spec.key_cert_sign = true;
    return spec;
}

Certificate certificate(const CertificateSpec& spec, const PublicKey& subject, const PrivateKey& issuer) {
    return make_certificate(spec, subject, issuer, HashAlgo::sha256).value();
}

// The good root and intermediate over another leaf.
Chain with_leaf(const std::function<void(CertificateSpec&)>& change) {
    CertificateSpec spec;
    change(spec);
    const TestPki pki =
        make_test_pki(SignAlgo::ecdsa_p256, SignAlgo::ed25519, HashAlgo::sha256, "chain", &spec).value();
    return {good().root, good().intermediate, pki.leaf};
}

// The good root and leaf around another intermediate with the same key and name.
Chain with_intermediate(const std::function<void(CertificateSpec&)>& change) {
    CertificateSpec spec = ca_spec("chain intermediate", "chain root");
    change(spec);
    return {good().root, certificate(spec, good().intermediate_key.public_key(), good().root_key),
            good().leaf};
}

// `from` with its X.509 changed by hand and signed anew.
Certificate resigned(const Certificate& from, const PrivateKey& issuer,
                     const std::function<void(X509*)>& change, const EVP_MD* digest = nullptr) {
    const ossl::X509Ptr x509(X509_dup(from.impl().x509.get()));
    change(x509.get());
    BOOST_REQUIRE(X509_sign(x509.get(), issuer.impl().pkey.get(), digest) > 0);
    uint8_t* der = nullptr;
    const int size = i2d_X509(x509.get(), &der);
    const ossl::MemoryPtr owner(der);
    return Certificate::parse({der, static_cast<size_t>(size)}).value();
}

void add_extension(X509* x509, const char* dotted, bool critical, ByteView content) {
    ASN1_OBJECT* object = OBJ_txt2obj(dotted, 1);
    ASN1_OCTET_STRING* octets = ASN1_OCTET_STRING_new();
    ASN1_OCTET_STRING_set(octets, content.data(), static_cast<int>(content.size()));
    X509_EXTENSION* extension = X509_EXTENSION_create_by_OBJ(nullptr, object, critical ? 1 : 0, octets);
    X509_add_ext(x509, extension, -1);
    X509_EXTENSION_free(extension);
    ASN1_OCTET_STRING_free(octets);
    ASN1_OBJECT_free(object);
}

// The good chain with an extension added to the certificate at `place`.
Chain with_extension(size_t place, const char* dotted, bool critical, ByteView content) {
    Chain chain = good_chain();
    const PrivateKey& issuer = place == 2 ? good().intermediate_key : good().root_key;
    chain[place] =
        resigned(chain[place], issuer, [&](X509* x509) { add_extension(x509, dotted, critical, content); });
    return chain;
}

// What OpenSSL's own path validation says of the same chain and roots.
bool openssl_accepts(const Chain& chain, const ChainPolicy& policy) {
    using StorePtr = ossl::Owner<X509_STORE, X509_STORE_free>;
    using StoreCtxPtr = ossl::Owner<X509_STORE_CTX, X509_STORE_CTX_free>;
    const StorePtr store(X509_STORE_new());
    for (const Certificate& root : policy.roots) X509_STORE_add_cert(store.get(), root.impl().x509.get());
    STACK_OF(X509)* others = sk_X509_new_null();
    for (const Certificate& each : chain) sk_X509_push(others, each.impl().x509.get());
    const StoreCtxPtr ctx(X509_STORE_CTX_new());
    X509_STORE_CTX_init(ctx.get(), store.get(), chain.back().impl().x509.get(), others);
    X509_STORE_CTX_set_time(ctx.get(), 0, policy.time.time_since_epoch().count());
    const bool accepted = X509_verify_cert(ctx.get()) == 1;
    sk_X509_free(others);
    return accepted;
}

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
    const TestPki stranger =
        make_test_pki(SignAlgo::ecdsa_p256, SignAlgo::ed25519, HashAlgo::sha256, "stranger").value();

    row("a gap", ChainRule::order, {good().root, good().leaf}, true);
    row("another's leaf", ChainRule::order, {good().root, good().intermediate, stranger.leaf}, true);
    row("a leaf with the issuer's name but another's signature", ChainRule::order,
        {good().root, good().intermediate, resigned(good().leaf, stranger.intermediate_key, [](X509*) {})},
        true);
    row("a leaf with the issuer's signature but another's name", ChainRule::order,
        with_leaf([](CertificateSpec& spec) { spec.issuer = "somebody"; }), true);

    row("another's chain", ChainRule::root, {stranger.root, stranger.intermediate, stranger.leaf}, true);
    row("no pinned root", ChainRule::root, good_chain(), true, [](ChainPolicy& p) { p.roots.clear(); });
    row("a root with the pinned name and another key", ChainRule::root, good_chain(), true,
        [&](ChainPolicy& p) {
            p.roots = {certificate(ca_spec("chain root", "chain root"), stranger.root_key.public_key(),
                                   stranger.root_key)};
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

std::string names(const Rules& rules) {
    std::string text;
    for (ChainRule rule : rules) text += std::string(name(rule)) + " ";
    return text;
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
    const TestPki stranger =
        make_test_pki(SignAlgo::ecdsa_p256, SignAlgo::ed25519, HashAlgo::sha256, "stranger").value();
    ChainPolicy two = policy();
    two.roots = {stranger.root, good().root};
    BOOST_TEST(chain_violations(good_chain(), two).empty());
    BOOST_TEST(chain_violations({stranger.root, stranger.intermediate, stranger.leaf}, two).empty());
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
