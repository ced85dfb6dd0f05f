#include "stack/attest/ocsp.h"

#include "stack/attest/ocsp_test_support.h"
#include "stack/attest/platform_test_support.h"

namespace assay::attest {

namespace {

using evidence::CertificateForm;
using evidence::OcspForm;
using evidence::Standing;
using Nonce = OcspPolicy::Nonce;

// A TPM's chain, each certificate of which needs an OCSP response, with responses about its leaf and its
// intermediate.
struct Made {
    OcspForm leaf = ocsp_about(0), intermediate = ocsp_about(1);
    std::vector<File> more;  // files besides
    bool leaf_there = true;
    Context context;

    Made() {
        context.nonce = test_nonce();
        context.time = kOcspNow;
        context.roots.tpm = {ocsp_chain().back()};
        context.policy.ocsp.require = {Revocable::tpm};
    }
};

Appraisal appraised(const Made& made, FaultConfig faults = {}) {
    Appraisal appraisal(faults);
    std::vector<File> files = made.more;
    if (made.leaf_there) files.push_back(ocsp_file(made.leaf));
    files.push_back(ocsp_file(made.intermediate));
    appraise_revocation(appraisal, "tpm", ocsp_chain(), Revocable::tpm, read_ocsp(appraisal, files, {}),
                        made.context);
    return appraisal;
}

std::vector<std::string> names(std::initializer_list<Check> checks) {
    std::vector<std::string> all;
    for (const Check check : checks) all.emplace_back(info(check).name);
    return all;
}

CertificateForm responder() { return delegate_of(ocsp_forms()[1]); }

// Another than the issuer signs, whose certificate is inside.
void delegate(OcspForm& form, const CertificateForm& certificate) {
    form.signer = certificate.key;
    form.delegate = certificate;
}

// A delegate with one thing about its certificate changed.
template <class Edit>
void delegate_with(OcspForm& form, Edit edit) {
    CertificateForm certificate = responder();
    edit(certificate);
    delegate(form, certificate);
}

std::vector<Wrong<Made>> wrongs() {
    return {
        {Check::ocsp_present, "there is none on the leaf", [](Made& m) { m.leaf_there = false; }},
        {Check::ocsp_present, "it is on another certificate of the same issuer",
         [](Made& m) { m.leaf.subject = ocsp_forms()[2]; }},
        {Check::ocsp_present, "it is on one of that number of another issuer",
         [](Made& m) { m.leaf.issuer = ocsp_forms()[2]; }},
        {Check::ocsp_form, "a file of garbage beside",
         [](Made& m) { m.more = {{"word.der", Bytes(64, 0x30)}}; }},
        {Check::ocsp_form, "an empty file beside", [](Made& m) { m.more = {{"word.der", {}}}; }},
        {Check::ocsp_form, "a byte behind a word beside",
         [](Made& m) {
             OcspForm form = ocsp_about(0);
             form.edit_after = [](Bytes& der) { der.push_back(0); };
             m.more = {ocsp_file(form)};
         }},
        {Check::ocsp_response_status, "a responder that says to try later beside",
         [](Made& m) {
             OcspForm form = ocsp_about(0);
             form.response_status = 3;
             m.more = {ocsp_file(form)};
         }},
        {Check::ocsp_signer, "the signer is not there",
         [](Made& m) {
             delegate(m.leaf, responder());
             m.leaf.delegate.reset();
         }},
        {Check::ocsp_signer, "the issuer's issuer speaks",
         [](Made& m) { delegate(m.leaf, ocsp_forms()[2]); }},
        {Check::ocsp_signer, "another issued the responder's certificate",
         [](Made& m) { delegate_with(m.leaf, [](CertificateForm& form) { form.signer = {"stranger"}; }); }},
        {Check::ocsp_signer, "the responder's key is for nothing in particular",
         [](Made& m) { delegate_with(m.leaf, [](CertificateForm& form) { form.purposes.clear(); }); }},
        {Check::ocsp_signer, "the responder's key is for another purpose",
         [](Made& m) {
             delegate_with(m.leaf, [](CertificateForm& form) { form.purposes = {"2.5.29.37.0"}; });
         }},
        {Check::ocsp_signer, "the responder's key is not for signatures",
         [](Made& m) {
             delegate_with(m.leaf,
                           [](CertificateForm& form) { form.key_usage = evidence::usage::cert_sign; });
         }},
        {Check::ocsp_signer, "the responder's time is over",
         [](Made& m) {
             delegate_with(m.leaf, [](CertificateForm& form) { form.not_after = form.not_before; });
         }},
        {Check::ocsp_signer, "the responder's time has not come",
         [](Made& m) {
             delegate_with(m.leaf, [](CertificateForm& form) { form.not_before = form.not_after; });
         }},
        {Check::ocsp_signer, "the responder's certificate has a critical extension that nobody knows",
         [](Made& m) {
             delegate_with(m.leaf, [](CertificateForm& form) { form.more = {{"1.2.3.4.5", true, {5, 0}}}; });
         }},
        {Check::ocsp_signer, "the responder's certificate has an extension that cannot be read",
         [](Made& m) {
             delegate_with(m.leaf, [](CertificateForm& form) {
                 form.ca.reset();
                 form.more = {{"2.5.29.19", false, {5, 0}}};
             });
         }},
        {Check::ocsp_signer, "the responder's certificate is of version 2",
         [](Made& m) { delegate_with(m.leaf, [](CertificateForm& form) { form.version = 2; }); }},
        {Check::ocsp_signer,
         "the responder's certificate may bind those below it, as if it were an authority",
         [](Made& m) {
             delegate_with(m.leaf, [](CertificateForm& form) {
                 form.more = {{"2.5.29.36", false, {0x30, 3, 0x80, 1, 0}}};
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
         [](Made& m) {
             m.leaf.responder_name = m.leaf.issuer.subject;
             m.leaf.signer = {"stranger"};
         }},
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
        {Check::ocsp_revoked, "the leaf is revoked", [](Made& m) { m.leaf = revoked(0, 1); }},
        {Check::ocsp_revoked, "the intermediate is revoked", [](Made& m) { m.intermediate = revoked(1, 0); }},
        {Check::ocsp_revoked, "a further word says so, the other one being good",
         [](Made& m) { m.more = {ocsp_file(revoked(0, 4))}; }},
        {Check::ocsp_hold, "the leaf is on hold", [](Made& m) { m.leaf.standing = Standing::hold; }},
        {Check::ocsp_unknown, "the leaf is not known", [](Made& m) { m.leaf.standing = Standing::unknown; }},
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
    delegate(made.leaf, responder());
    BOOST_TEST(refused_by(appraised(made)).empty(), appraised(made).text());
    for (const bool is_critical : {false, true}) {
        delegate_with(made.leaf, [=](CertificateForm& form) {
            form.more = {{"1.3.6.1.5.5.7.48.1.5", is_critical, {5, 0}}};
        });
        BOOST_TEST(refused_by(appraised(made)).empty(), appraised(made).text());
    }
}

BOOST_AUTO_TEST_CASE(a_responder_may_be_named_instead_of_its_key) {
    Made made;
    made.leaf.responder_name = made.leaf.issuer.subject;
    BOOST_TEST(refused_by(appraised(made)).empty(), appraised(made).text());
    delegate(made.leaf, responder());
    made.leaf.responder_name = responder().subject;
    BOOST_TEST(refused_by(appraised(made)).empty(), appraised(made).text());
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
    made.leaf.standing = Standing::hold;
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
    made.leaf = revoked(0, 1);
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
                        read_ocsp(appraisal, {ocsp_file(made.intermediate)}, {}), made.context);
    BOOST_TEST(refused_by(appraisal).empty(), appraisal.text());
}

BOOST_AUTO_TEST_CASE(a_signature_that_several_certificates_stand_on_is_verified_once) {
    Made made;
    Appraisal appraisal;
    const auto responses = read_ocsp(appraisal, {ocsp_file(made.leaf), ocsp_file(made.intermediate)}, {});
    for (int chain = 0; chain < 3; ++chain)
        appraise_revocation(appraisal, "tpm", ocsp_chain(), Revocable::tpm, responses, made.context);
    BOOST_TEST(appraisal.signatures().responses() == 2U);
    BOOST_TEST(refused_by(appraisal).empty(), appraisal.text());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::attest
