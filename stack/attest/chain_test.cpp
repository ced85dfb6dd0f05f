#include "stack/attest/chain.h"

#include <boost/test/unit_test.hpp>

#include "stack/crypto/pki.h"

namespace assay::attest {

namespace {

using crypto::CertificateSpec;
using crypto::HashAlgo;
using crypto::SignAlgo;

constexpr auto kAlgo = SignAlgo::ecdsa_p384;
constexpr crypto::UnixTime kFrom = std::chrono::sys_days(std::chrono::year(2020) / 1 / 1);
constexpr crypto::UnixTime kUntil = std::chrono::sys_days(std::chrono::year(2030) / 1 / 1);
constexpr crypto::UnixTime kNow = std::chrono::sys_days(std::chrono::year(2026) / 1 / 1);

crypto::PrivateKey key(std::string_view name, SignAlgo algo = kAlgo) {
    return crypto::PrivateKey::derive(algo, as_bytes(name)).value();
}

// Content of nameConstraints: what may be named is below CN=`name` (permitted), or is not (excluded).
enum class Subtrees : uint8_t { permitted = 0xa0, excluded = 0xa1 };
crypto::ExtensionSpec name_constraints(Subtrees kind, std::string_view name, bool is_critical = true) {
    const auto within = [](uint8_t tag, const Bytes& content) {
        return concat({Bytes{tag, static_cast<uint8_t>(content.size())}, content});
    };
    const Bytes value = within(0x0c, to_bytes(as_bytes(name)));
    const Bytes attribute = within(0x30, concat({Bytes{6, 3, 0x55, 4, 3}, value}));
    const Bytes base = within(0xa4, within(0x30, within(0x31, attribute)));
    const Bytes subtrees = within(static_cast<uint8_t>(kind), within(0x30, base));
    return {"2.5.29.30", within(0x30, subtrees), is_critical};
}

// Content of policyConstraints: from here on some policy has to be valid.
const Bytes kExplicitPolicy = {0x30, 3, 0x80, 1, 0};

crypto::ExtensionSpec critical(std::string_view oid) { return {std::string(oid), {5, 0}, true}; }

// Leaf, intermediate, root, each of which a test can change.
struct Form {
    CertificateSpec leaf, middle, root;
    std::string middle_signer = "middle";
    HashAlgo hash = HashAlgo::sha384, root_hash = hash;
    SignAlgo leaf_algo = kAlgo;
    ChainDemands demands{.purpose = Purpose::device, .roots = {}, .time = kNow, .allow_expired = false};
    bool pinned = true;

    Form() {
        for (CertificateSpec* spec : {&leaf, &middle, &root}) {
            spec->not_before = kFrom;
            spec->not_after = kUntil;
        }
        leaf.subject = "leaf";
        leaf.issuer = middle.subject = "middle";
        middle.issuer = root.subject = root.issuer = "root";
        for (CertificateSpec* spec : {&middle, &root}) {
            spec->ca = true;
            spec->digital_signature = false;
            spec->key_cert_sign = true;
        }
    }

    std::vector<Check> refused() const {
        const auto make = [this](const CertificateSpec& spec, const crypto::PrivateKey& subject,
                                 std::string_view signer) {
            const HashAlgo over = &spec == &root ? root_hash : hash;
            return crypto::make_certificate(spec, subject.public_key(), key(signer), over).value();
        };
        const Chain chain = {make(leaf, key("leaf", leaf_algo), middle_signer),
                             make(middle, key("middle"), "root"), make(root, key("root"), "root")};
        const std::vector<crypto::Certificate> roots = {chain.back()};
        ChainDemands held_against = demands;
        if (pinned) held_against.roots = roots;
        Appraisal appraisal;
        const bool held = appraise_chain(appraisal, "gpu-0", chain, held_against);
        std::vector<Check> checks;
        for (const CheckRecord* step : appraisal.refusals()) checks.push_back(step->check);
        BOOST_TEST(held == checks.empty());
        return checks;
    }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(chain_suite)

BOOST_AUTO_TEST_CASE(a_good_chain_holds_every_rule) { BOOST_TEST(Form().refused().empty()); }

BOOST_AUTO_TEST_CASE(each_rule_is_broken_alone) {
    struct Row {
        Check check;
        void (*edit)(Form&);
    };
    const Row rows[] = {
        {Check::cert_order, [](Form& form) { form.middle_signer = "stranger"; }},
        {Check::cert_order, [](Form& form) { form.leaf.issuer = "other"; }},
        {Check::cert_root_pinned, [](Form& form) { form.pinned = false; }},
        {Check::cert_validity, [](Form& form) { form.leaf.not_after = kFrom; }},
        {Check::cert_validity, [](Form& form) { form.middle.not_before = kUntil; }},
        {Check::cert_ca, [](Form& form) { form.middle.ca = false; }},
        {Check::cert_ca,
         [](Form& form) { form.middle.key_cert_sign = false, form.middle.digital_signature = true; }},
        {Check::cert_ca, [](Form& form) { form.root.path_length = 0; }},
        {Check::cert_critical, [](Form& form) { form.leaf.extensions = {critical("1.2.3.4.5")}; }},
        {Check::cert_critical, [](Form& form) { form.middle.extensions = {critical("1.2.3.4.5")}; }},
        {Check::cert_critical, [](Form& form) { form.root.extensions = {critical("1.2.3.4.5")}; }},
        // An arc whose text begins like that of DICE.
        {Check::cert_critical, [](Form& form) { form.leaf.extensions = {critical("2.23.133.5.40.1")}; }},
        {Check::cert_name_constraints,
         [](Form& form) { form.middle.extensions = {name_constraints(Subtrees::permitted, "other")}; }},
        {Check::cert_name_constraints,
         [](Form& form) { form.middle.extensions = {name_constraints(Subtrees::excluded, "leaf")}; }},
        // Of two that the root may name, one.
        {Check::cert_name_constraints,
         [](Form& form) { form.root.extensions = {name_constraints(Subtrees::excluded, "middle")}; }},
        {Check::cert_name_constraints,
         [](Form& form) { form.root.extensions = {name_constraints(Subtrees::excluded, "leaf")}; }},
        {Check::cert_algorithm, [](Form& form) { form.hash = HashAlgo::sha256; }},
        {Check::cert_algorithm, [](Form& form) { form.leaf_algo = SignAlgo::ed25519; }},
        {Check::cert_constraints_form,
         [](Form& form) { form.leaf.extensions = {name_constraints(Subtrees::excluded, "other")}; }},
        {Check::cert_constraints_form,
         [](Form& form) { form.middle.extensions = {name_constraints(Subtrees::excluded, "other", false)}; }},
        {Check::cert_constraints_form,
         [](Form& form) { form.middle.extensions = {{"2.5.29.30", {0x30, 0}, true}}; }},
        {Check::cert_constraints_form,
         [](Form& form) { form.middle.extensions = {{"2.5.29.30", {0x30, 4, 0xa0, 0, 0xa1, 0}, true}}; }},
        {Check::cert_constraints_form,
         [](Form& form) { form.middle.extensions = {{"2.5.29.36", kExplicitPolicy, false}}; }},
        {Check::cert_constraints_form,
         [](Form& form) { form.leaf.extensions = {{"2.5.29.36", kExplicitPolicy, false}}; }},
        {Check::cert_critical,
         [](Form& form) { form.middle.extensions = {{"2.5.29.36", kExplicitPolicy, true}}; }},
        {Check::cert_version, [](Form& form) { form.leaf.version = 2; }},
        {Check::cert_leaf, [](Form& form) { form.leaf.ca = true; }},
        {Check::cert_leaf, [](Form& form) { form.leaf.key_cert_sign = true; }},
        {Check::cert_purpose, [](Form& form) { form.leaf.digital_signature = false; }},
        {Check::cert_purpose, [](Form& form) { form.leaf.eku = {std::string(crypto::kOidRequesterAuth)}; }},
        {Check::cert_purpose, [](Form& form) { form.demands.purpose = Purpose::ocsp; }},
        // An arc that ends as SPDM's responder authentication does.
        {Check::cert_purpose, [](Form& form) { form.leaf.eku = {"1.3.6.1.4.1.55555.3"}; }},
    };
    for (const Row& row : rows) {
        Form form;
        row.edit(form);
        BOOST_TEST((form.refused() == std::vector{row.check}),
                   info(row.check).name << " of row " << (&row - rows));
    }
}

BOOST_AUTO_TEST_CASE(what_a_pinned_root_is_signed_with_is_not_asked_but_what_it_issued_is) {
    Form form;
    form.root_hash = HashAlgo::sha256;
    BOOST_TEST(form.refused().empty());
    form.root_hash = HashAlgo::sha384;
    form.hash = HashAlgo::sha256;
    BOOST_TEST((form.refused() == std::vector{Check::cert_algorithm}));
}

BOOST_AUTO_TEST_CASE(behind_a_self_issued_certificate_the_rest_is_still_held_to_the_names) {
    const auto refused = [](std::string_view excluded) {
        Form form;
        form.root.extensions = {name_constraints(Subtrees::excluded, excluded)};
        CertificateSpec self = form.middle;
        self.issuer = "middle";
        const auto make = [&](const CertificateSpec& spec, std::string_view subject,
                              std::string_view signer) {
            return crypto::make_certificate(spec, key(subject).public_key(), key(signer), form.hash).value();
        };
        const Chain chain = {make(form.leaf, "leaf", "next"), make(self, "next", "middle"),
                             make(form.middle, "middle", "root"), make(form.root, "root", "root")};
        const std::vector<crypto::Certificate> roots = {chain.back()};
        form.demands.roots = roots;
        Appraisal appraisal;
        appraise_chain(appraisal, "gpu-0", chain, form.demands);
        std::vector<Check> checks;
        for (const CheckRecord* step : appraisal.refusals()) checks.push_back(step->check);
        return checks;
    };
    BOOST_TEST(refused("other").empty());
    BOOST_TEST((refused("middle") == std::vector{Check::cert_name_constraints}));
}

BOOST_AUTO_TEST_CASE(an_attestation_key_may_be_certified_as_either_of_two_kinds) {
    for (const std::string_view usage : {"2.23.133.8.3", "2.23.133.8.1", "2.5.29.37.0"}) {
        Form form;
        form.demands.purpose = Purpose::tpm;
        form.leaf.eku = {std::string(usage)};
        BOOST_TEST(form.refused().empty(), usage);
    }
    Form form;
    form.demands.purpose = Purpose::tpm;
    form.leaf.eku = {"2.23.133.8.2"};
    BOOST_TEST((form.refused() == std::vector{Check::cert_purpose}));
    // Under the name of the other kind a key has to say that it is for signatures.
    form.leaf.digital_signature = false;
    form.leaf.eku = {"2.23.133.8.3"};
    BOOST_TEST(form.refused().empty());
    form.leaf.eku = {"2.23.133.8.1"};
    BOOST_TEST((form.refused() == std::vector{Check::cert_purpose}));
}

BOOST_AUTO_TEST_CASE(what_is_known_may_be_critical_and_what_is_not_may_stand_there) {
    for (const std::string_view oid : {crypto::kOidSpdmExtension, std::string_view("2.23.133.5.4.1")}) {
        Form form;
        form.leaf.extensions = {critical(oid)};
        BOOST_TEST(form.refused().empty(), oid);
    }
    Form form;
    form.leaf.extensions = {{"1.2.3.4.5", {5, 0}, false}};
    BOOST_TEST(form.refused().empty());
}

BOOST_AUTO_TEST_CASE(names_within_the_constraints_of_every_issuer_are_good) {
    Form form;
    form.middle.extensions = {name_constraints(Subtrees::permitted, "leaf")};
    form.root.extensions = {name_constraints(Subtrees::excluded, "other")};
    BOOST_TEST(form.refused().empty());
}

BOOST_AUTO_TEST_CASE(a_policy_may_take_signers_whose_time_has_passed_but_none_whose_time_has_not_come) {
    Form form;
    form.demands.allow_expired = true;
    form.demands.time = kUntil + std::chrono::hours(1);
    BOOST_TEST(form.refused().empty());
    form.demands.time = kFrom - std::chrono::hours(1);
    BOOST_TEST((form.refused() == std::vector{Check::cert_validity}));
}

BOOST_AUTO_TEST_CASE(a_file_is_read_as_pem_or_der_and_refused_by_name) {
    const auto pki = crypto::make_test_pki(kAlgo, kAlgo, HashAlgo::sha384, "files").value();
    Appraisal good;
    const auto chain = read_chain(good, "tpm", {"ak.der", concat({pki.leaf.der(), pki.root.der()})});
    BOOST_TEST((chain && chain->size() == 2));
    for (const Bytes& bytes : {Bytes{}, Bytes{0x30}, to_bytes(as_bytes("-----BEGIN CERTIFICATE-----")),
                               concat({pki.leaf.der(), Bytes{1}})}) {
        Appraisal bad;
        BOOST_TEST(!read_chain(bad, "tpm", {"ak.der", bytes}));
        BOOST_TEST((bad.verdict() == Verdict::malformed));
    }
}

BOOST_AUTO_TEST_CASE(an_empty_chain_holds_nothing) {
    Appraisal appraisal;
    BOOST_TEST(!appraise_chain(appraisal, "gpu-0", {}, {}));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::attest
