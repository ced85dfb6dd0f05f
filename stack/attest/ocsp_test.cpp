#include "stack/attest/ocsp.h"

#include "stack/attest/ocsp_test_support.h"
#include "stack/attest/platform_test_support.h"

namespace assay::attest {

namespace {

using crypto::CertificateSpec;
using crypto::PrivateKey;
using Nonce = OcspPolicy::Nonce;

// A TPM's chain, each certificate of which needs an OCSP response, with responses about its leaf and its
// intermediate.
struct Made {
    WordForm leaf, intermediate;
    std::vector<File> more;  // files besides
    bool leaf_there = true;
    Context context;

    Made() {
        intermediate.subject = ocsp_pki().intermediate;
        intermediate.issuer = intermediate.signer = ocsp_pki().root;
        intermediate.key = ocsp_pki().root_key;
        context.nonce = test_nonce();
        context.time = kOcspNow;
        context.roots.tpm = {ocsp_pki().root};
        context.policy.ocsp.require = {Revocable::tpm};
    }
};

Appraisal appraised(const Made& made, FaultConfig faults = {}) {
    Appraisal appraisal(faults);
    std::vector<File> files = made.more;
    if (made.leaf_there) files.push_back(made.leaf.file());
    files.push_back(made.intermediate.file());
    appraise_revocation(appraisal, "tpm", ocsp_chain(), Revocable::tpm, read_ocsp(appraisal, files, {}),
                        made.context);
    return appraisal;
}

std::vector<std::string> names(std::initializer_list<Check> checks) {
    std::vector<std::string> all;
    for (const Check check : checks) all.emplace_back(info(check).name);
    return all;
}

PrivateKey key(std::string_view label) { return PrivateKey::derive(kOcspIssuers, as_bytes(label)).value(); }

CertificateSpec delegate_spec() {
    CertificateSpec spec;
    spec.subject = "responder";
    spec.issuer = "ocsp intermediate";
    spec.not_before = kOcspNow - std::chrono::days(1);
    spec.not_after = kOcspNow + std::chrono::days(1);
    spec.eku = {"1.3.6.1.5.5.7.3.9"};
    return spec;
}

// Another than the issuer signs, whose certificate is inside.
void delegate(WordForm& form, const CertificateSpec& spec,
              const PrivateKey& issuer = ocsp_pki().intermediate_key) {
    form.key = key("responder");
    form.signer =
        crypto::make_certificate(spec, form.key.public_key(), issuer, crypto::HashAlgo::sha384).value();
    form.inside = {form.signer};
}

// A delegate with one thing about its certificate changed.
template <class Edit>
void delegate_with(WordForm& form, Edit edit) {
    CertificateSpec spec = delegate_spec();
    edit(spec);
    delegate(form, spec);
}

std::vector<Wrong<Made>> wrongs() {
    return {
        {Check::ocsp_present, "there is none on the leaf", [](Made& m) { m.leaf_there = false; }},
        {Check::ocsp_present, "it is on another certificate of the same issuer",
         [](Made& m) { m.leaf.subject = ocsp_pki().root; }},
        {Check::ocsp_present, "it is on one of that number of another issuer",
         [](Made& m) { m.leaf.issuer = ocsp_pki().root; }},
        {Check::ocsp_form, "a file of garbage beside",
         [](Made& m) { m.more = {{"word.der", Bytes(64, 0x30)}}; }},
        {Check::ocsp_form, "an empty file beside", [](Made& m) { m.more = {{"word.der", {}}}; }},
        {Check::ocsp_form, "a byte behind a word beside",
         [](Made& m) {
             WordForm form;
             form.edit_after = [](Bytes& der) { der.push_back(0); };
             m.more = {form.file()};
         }},
        {Check::ocsp_response_status, "a responder that says to try later beside",
         [](Made& m) {
             WordForm form;
             form.response_status = 3;
             m.more = {form.file()};
         }},
        {Check::ocsp_signer, "the signer is not there",
         [](Made& m) {
             delegate(m.leaf, delegate_spec());
             m.leaf.inside.clear();
         }},
        {Check::ocsp_signer, "the issuer's issuer speaks",
         [](Made& m) {
             m.leaf.signer = ocsp_pki().root;
             m.leaf.key = ocsp_pki().root_key;
             m.leaf.inside = {m.leaf.signer};
         }},
        {Check::ocsp_signer, "another issued the responder's certificate",
         [](Made& m) { delegate(m.leaf, delegate_spec(), key("stranger")); }},
        {Check::ocsp_signer, "the responder's key is for nothing in particular",
         [](Made& m) { delegate_with(m.leaf, [](CertificateSpec& spec) { spec.eku.clear(); }); }},
        {Check::ocsp_signer, "the responder's key is for another purpose",
         [](Made& m) { delegate_with(m.leaf, [](CertificateSpec& spec) { spec.eku = {"2.5.29.37.0"}; }); }},
        {Check::ocsp_signer, "the responder's key is not for signatures",
         [](Made& m) {
             delegate_with(m.leaf, [](CertificateSpec& spec) {
                 spec.digital_signature = false;
                 spec.key_cert_sign = true;
             });
         }},
        {Check::ocsp_signer, "the responder's time is over",
         [](Made& m) {
             delegate_with(m.leaf, [](CertificateSpec& spec) { spec.not_after = spec.not_before; });
         }},
        {Check::ocsp_signer, "the responder's time has not come",
         [](Made& m) {
             delegate_with(m.leaf, [](CertificateSpec& spec) { spec.not_before = spec.not_after; });
         }},
        {Check::ocsp_signer, "the responder's certificate has a critical extension that nobody knows",
         [](Made& m) {
             delegate_with(m.leaf,
                           [](CertificateSpec& spec) { spec.extensions = {{"1.2.3.4.5", {5, 0}, true}}; });
         }},
        {Check::ocsp_signer, "the responder's certificate has an extension that cannot be read",
         [](Made& m) {
             delegate_with(m.leaf, [](CertificateSpec& spec) {
                 spec.ca.reset();
                 spec.extensions = {{"2.5.29.19", {5, 0}, false}};
             });
         }},
        {Check::ocsp_signer, "the responder's certificate is of version 2",
         [](Made& m) { delegate_with(m.leaf, [](CertificateSpec& spec) { spec.version = 2; }); }},
        {Check::ocsp_signer,
         "the responder's certificate may bind those below it, as if it were an authority",
         [](Made& m) {
             delegate_with(m.leaf, [](CertificateSpec& spec) {
                 spec.extensions = {{"2.5.29.36", {0x30, 3, 0x80, 1, 0}, false}};
             });
         }},
        {Check::ocsp_age, "it holds for ever, is a day old and a second, and the policy takes a day",
         [](Made& m) {
             m.context.policy.ocsp.next_update_required = false;
             m.leaf.next_update.reset();
             m.leaf.this_update = kOcspNow - std::chrono::hours(24) - std::chrono::seconds(1);
         }},
        {Check::ocsp_signature, "one bit of the signature",
         [](Made& m) { m.leaf.edit_after = [](Bytes& der) { der.back() ^= 1; }; }},
        {Check::ocsp_signature, "another key under the issuer's name",
         [](Made& m) { m.leaf.key = key("stranger"); }},
        {Check::ocsp_nonce, "another nonce", [](Made& m) { m.leaf.nonce = Bytes(32, 9); }},
        {Check::ocsp_nonce, "the nonce cut short", [](Made& m) { m.leaf.nonce = Bytes(31, 0x5a); }},
        {Check::ocsp_nonce, "a nonce, and the verifier has none",
         [](Made& m) {
             m.leaf.nonce = Bytes(32, 0x5a);
             m.context.nonce.reset();
         }},
        {Check::ocsp_nonce, "none, and one is required",
         [](Made& m) {
             m.context.policy.ocsp.nonce = Nonce::required;
             m.intermediate.nonce = Bytes(32, 0x5a);
         }},
        {Check::ocsp_time, "it holds no longer",
         [](Made& m) { m.leaf.next_update = kOcspNow - std::chrono::seconds(1); }},
        {Check::ocsp_time, "it does not hold yet",
         [](Made& m) { m.leaf.this_update = kOcspNow + kOcspSkew + std::chrono::seconds(1); }},
        {Check::ocsp_time, "it was made in the future",
         [](Made& m) { m.leaf.produced = kOcspNow + kOcspSkew + std::chrono::seconds(1); }},
        {Check::ocsp_next_update, "it holds for ever", [](Made& m) { m.leaf.next_update.reset(); }},
        {Check::ocsp_revoked, "the leaf is revoked", [](Made& m) { m.leaf.revoke(1); }},
        {Check::ocsp_revoked, "the intermediate is revoked", [](Made& m) { m.intermediate.revoke(0); }},
        {Check::ocsp_revoked, "a further word says so, the other one being good",
         [](Made& m) {
             WordForm form;
             form.revoke(4);
             m.more = {form.file()};
         }},
        {Check::ocsp_hold, "the leaf is on hold",
         [](Made& m) { m.leaf.revoke(crypto::OcspSingleResponse::kCertificateHold); }},
        {Check::ocsp_unknown, "the leaf is not known", [](Made& m) { m.leaf.standing = {0x82, 0}; }},
    };
}

}  // namespace

BOOST_AUTO_TEST_SUITE(ocsp_suite)

BOOST_AUTO_TEST_CASE(good_words_hold_every_check_and_are_a_claim) {
    const Appraisal appraisal = appraised(Made());
    BOOST_TEST(refused_by(appraisal).empty(), appraisal.text());
    BOOST_TEST(appraisal.claims().at("tpm").at("x-nvidia-cert-ocsp-status") == "good");
    for (const Check check :
         {Check::ocsp_present, Check::ocsp_form, Check::ocsp_response_status, Check::ocsp_signer,
          Check::ocsp_signature, Check::ocsp_time, Check::ocsp_next_update, Check::ocsp_revoked,
          Check::ocsp_hold, Check::ocsp_unknown}) {
        BOOST_TEST(std::ranges::count(appraisal.records(), check, &CheckRecord::check) == 2,
                   info(check).name);
    }
}

BOOST_AUTO_TEST_CASE(each_way_of_being_wrong_violates_its_check_and_no_other) {
    each_violates_its_own_check(wrongs(), appraised);
}

BOOST_AUTO_TEST_CASE(a_responder_that_the_issuer_lets_speak_is_believed) {
    Made made;
    delegate(made.leaf, delegate_spec());
    BOOST_TEST(refused_by(appraised(made)).empty(), appraised(made).text());
    for (const bool is_critical : {false, true}) {
        delegate_with(made.leaf, [=](CertificateSpec& spec) {
            spec.extensions = {{"1.3.6.1.5.5.7.48.1.5", {5, 0}, is_critical}};
        });
        BOOST_TEST(refused_by(appraised(made)).empty(), appraised(made).text());
    }
}

BOOST_AUTO_TEST_CASE(a_clock_that_is_a_little_ahead_is_forgiven) {
    Made made;
    made.leaf.produced = made.leaf.this_update = kOcspNow + kOcspSkew;
    BOOST_TEST(refused_by(appraised(made)).empty());
    made.leaf.next_update = kOcspNow;
    BOOST_TEST(refused_by(appraised(made)).empty());
}

BOOST_AUTO_TEST_CASE(a_policy_may_ask_for_less) {
    Made made;
    made.leaf.next_update.reset();
    made.leaf.nonce = Bytes(32, 9);
    made.leaf.revoke(crypto::OcspSingleResponse::kCertificateHold);
    BOOST_TEST(
        refused_by(appraised(made)) == names({Check::ocsp_nonce, Check::ocsp_next_update, Check::ocsp_hold}),
        boost::test_tools::per_element());
    made.context.policy.ocsp.next_update_required = false;
    made.context.policy.ocsp.nonce = Nonce::ignored;
    made.context.policy.ocsp.allow_hold = true;
    const Appraisal appraisal = appraised(made);
    BOOST_TEST(refused_by(appraisal).empty(), appraisal.text());
    BOOST_TEST(appraisal.claims().at("tpm").at("x-nvidia-cert-ocsp-status") == "hold");
}

BOOST_AUTO_TEST_CASE(a_word_counts_whether_one_is_needed_or_not) {
    Made made;
    made.context.policy.ocsp.require.clear();
    made.leaf.revoke(1);
    BOOST_TEST(refused_by(appraised(made)) == names({Check::ocsp_revoked}), boost::test_tools::per_element());
    made.leaf_there = false;
    BOOST_TEST(refused_by(appraised(made)).empty());
}

BOOST_AUTO_TEST_CASE(nobody_has_a_word_on_a_devices_leaf) {
    Made made;
    made.leaf_there = false;
    made.context.roots.device = made.context.roots.tpm;
    made.context.policy.ocsp.require = {Revocable::device};
    Appraisal appraisal;
    appraise_revocation(appraisal, "gpu-0", ocsp_chain(), Revocable::device,
                        read_ocsp(appraisal, {made.intermediate.file()}, {}), made.context);
    BOOST_TEST(refused_by(appraisal).empty(), appraisal.text());
}

BOOST_AUTO_TEST_CASE(a_signature_that_several_certificates_stand_on_is_verified_once) {
    Made made;
    Appraisal appraisal;
    const auto responses = read_ocsp(appraisal, {made.leaf.file(), made.intermediate.file()}, {});
    for (int chain = 0; chain < 3; ++chain)
        appraise_revocation(appraisal, "tpm", ocsp_chain(), Revocable::tpm, responses, made.context);
    BOOST_TEST(appraisal.signatures().responses() == 2U);
    BOOST_TEST(refused_by(appraisal).empty(), appraisal.text());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::attest
