#include "stack/attest/ocsp_questions.h"

#include <algorithm>

#include "stack/attest/ocsp_test_support.h"
#include "stack/attest/platform_test_support.h"

namespace assay::attest {

namespace {

using RequestPtr = std::unique_ptr<OCSP_REQUEST, decltype(&OCSP_REQUEST_free)>;

// A device with a leaf and an intermediate certificate, under a policy that needs OCSP responses about
// devices.
struct Case {
    Evidence evidence;
    Context context;

    Case() {
        GpuEvidence gpu;
        gpu.certificates = {
            "gpu-0/certificates.der",
            concat({ocsp_pki().leaf.der(), ocsp_pki().intermediate.der(), ocsp_pki().root.der()})};
        evidence.gpus = {gpu};
        context.time = kOcspNow;
        context.roots.device = {ocsp_pki().root};
        context.policy.ocsp.require = {Revocable::device};
    }
    std::vector<OcspQuestion> questions() const {
        SeededRandom random(7);
        return ocsp_questions(evidence, context, random).value();
    }
};

// The response that is asked for in a case.
WordForm intermediate_word() {
    WordForm form;
    form.subject = ocsp_pki().intermediate;
    form.issuer = form.signer = ocsp_pki().root;
    form.key = ocsp_pki().root_key;
    return form;
}

std::vector<std::string> refused(const std::vector<File>& files, const std::vector<OcspAnswer>& answers,
                                 OcspPolicy::Nonce wanted = OcspPolicy::Nonce::matched) {
    const Case one;
    Context context = one.context;
    context.nonce = test_nonce();
    context.policy.ocsp.nonce = wanted;
    Appraisal appraisal;
    appraise_revocation(appraisal, "gpu-0", ocsp_chain(), Revocable::device,
                        read_ocsp(appraisal, files, answers), context);
    return refused_by(appraisal);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(ocsp_questions_suite)

BOOST_AUTO_TEST_CASE(a_word_is_asked_for_on_what_needs_one_and_with_a_nonce) {
    const auto questions = Case().questions();
    BOOST_REQUIRE(questions.size() == 1U);
    BOOST_TEST(questions[0].about == ocsp_pki().intermediate.subject());
    BOOST_TEST(questions[0].nonce.size() == kOcspNonceSize);
    const uint8_t* at = questions[0].request.data();
    const RequestPtr request(d2i_OCSP_REQUEST(nullptr, &at, static_cast<long>(questions[0].request.size())),
                             OCSP_REQUEST_free);
    BOOST_REQUIRE(request != nullptr);
    BOOST_REQUIRE(OCSP_request_onereq_count(request.get()) == 1);
    const Bytes id = openssl_der([&](uint8_t** out) {
        return i2d_OCSP_CERTID(OCSP_onereq_get0_id(OCSP_request_onereq_get0(request.get(), 0)), out);
    });
    BOOST_TEST((id == certificate_id(intermediate_word())));
    BOOST_TEST(OCSP_REQUEST_get_ext_by_NID(request.get(), NID_id_pkix_OCSP_Nonce, -1) >= 0);
    BOOST_TEST(!std::ranges::search(questions[0].request, questions[0].nonce).empty());
}

BOOST_AUTO_TEST_CASE(nothing_is_asked_that_a_file_or_an_answer_has_said_whatever_it_says) {
    Case by_file;
    WordForm form = intermediate_word();
    form.revoke(1);
    by_file.evidence.ocsp = {form.file()};
    BOOST_TEST(by_file.questions().empty());
    Case by_answer;
    by_answer.context.ocsp.push_back({form.file(), {}});
    BOOST_TEST(by_answer.questions().empty());
    Case about_another;
    about_another.evidence.ocsp = {WordForm().file()};
    BOOST_TEST(about_another.questions().size() == 1U);
    Case unreadable;
    unreadable.evidence.ocsp = {{"word.der", Bytes(5)}};
    BOOST_TEST(unreadable.questions().size() == 1U);
}

BOOST_AUTO_TEST_CASE(nothing_is_asked_that_the_policy_does_not_need) {
    Case one;
    one.context.policy.ocsp.require = {Revocable::rim};
    BOOST_TEST(one.questions().empty());
}

BOOST_AUTO_TEST_CASE(each_certificate_is_asked_about_once_and_each_kind_of_evidence_has_its_rule) {
    Case one;
    one.evidence.gpus.push_back(one.evidence.gpus.front());
    BOOST_TEST(one.questions().size() == 1U);
    one.context.policy.ocsp.require = {Revocable::device, Revocable::tpm};
    one.context.roots.tpm = one.context.roots.device;
    one.evidence.tpm.emplace().certificates = one.evidence.gpus.front().certificates;
    const auto questions = one.questions();
    BOOST_REQUIRE(questions.size() == 2U);
    BOOST_TEST(questions[1].about == ocsp_pki().leaf.subject());
    BOOST_TEST((questions[0].nonce != questions[1].nonce));
}

BOOST_AUTO_TEST_CASE(evidence_that_cannot_be_read_leads_to_no_question) {
    Case one;
    one.evidence.gpus.front().certificates.bytes.resize(100);
    one.evidence.rims = {{"a.xml", to_bytes(as_bytes("<a"))}};
    one.context.policy.ocsp.require = {Revocable::device, Revocable::rim};
    BOOST_TEST(one.questions().empty());
}

BOOST_AUTO_TEST_CASE(an_answer_has_the_nonce_of_its_request_or_none) {
    using Nonce = OcspPolicy::Nonce;
    const Bytes asked(kOcspNonceSize, 3);
    WordForm form = intermediate_word();
    const std::vector<std::string> good, other = {"ocsp_nonce"};
    BOOST_TEST(refused({}, {{form.file(), asked}}) == good, boost::test_tools::per_element());
    BOOST_TEST(refused({}, {{form.file(), asked}}, Nonce::required) == other,
               boost::test_tools::per_element());
    form.nonce = asked;
    BOOST_TEST(refused({}, {{form.file(), asked}}, Nonce::required) == good,
               boost::test_tools::per_element());
    // The verifier's nonce is that of the evidence, which its own request did not have.
    const wire::Nonce evidence = test_nonce();
    form.nonce = Bytes(evidence.begin(), evidence.end());
    BOOST_TEST(refused({form.file()}, {}) == good, boost::test_tools::per_element());
    for (const Nonce wanted : {Nonce::ignored, Nonce::matched, Nonce::required})
        BOOST_TEST(refused({}, {{form.file(), asked}}, wanted) == other, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::attest
