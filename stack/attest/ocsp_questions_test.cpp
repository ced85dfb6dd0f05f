#include "stack/attest/ocsp_questions.h"

#include <openssl/ocsp.h>

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
        gpu.certificates = {"gpu-0/certificates.der", to_der(ocsp_forms())};
        evidence.gpus = {gpu};
        context.time = kOcspNow;
        context.roots.device = {ocsp_chain().back()};
        context.policy.ocsp.require = {Revocable::device};
    }
    std::vector<OcspQuestion> questions() const {
        SeededRandom random(7);
        return ocsp_questions(evidence, context, random).value();
    }
};

// The certificate of the chain with that index, as OpenSSL has it.
std::unique_ptr<X509, decltype(&X509_free)> openssl_x509(size_t index) {
    const ByteView der = ocsp_chain().at(index).der();
    const uint8_t* at = der.data();
    return {d2i_X509(nullptr, &at, static_cast<long>(der.size())), X509_free};
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
    BOOST_TEST(questions[0].about == ocsp_chain()[1].subject());
    BOOST_TEST(questions[0].nonce.size() == kOcspNonceSize);
    const uint8_t* at = questions[0].request.data();
    const RequestPtr request(d2i_OCSP_REQUEST(nullptr, &at, static_cast<long>(questions[0].request.size())),
                             OCSP_REQUEST_free);
    BOOST_REQUIRE(request != nullptr);
    BOOST_REQUIRE(OCSP_request_onereq_count(request.get()) == 1);
    const auto subject = openssl_x509(1), issuer = openssl_x509(2);
    const std::unique_ptr<OCSP_CERTID, decltype(&OCSP_CERTID_free)> id(
        OCSP_cert_to_id(EVP_sha1(), subject.get(), issuer.get()), OCSP_CERTID_free);
    OCSP_CERTID* asked = OCSP_onereq_get0_id(OCSP_request_onereq_get0(request.get(), 0));
    BOOST_TEST(OCSP_id_cmp(id.get(), asked) == 0);
    BOOST_TEST(OCSP_REQUEST_get_ext_by_NID(request.get(), NID_id_pkix_OCSP_Nonce, -1) >= 0);
    BOOST_TEST(!std::ranges::search(questions[0].request, questions[0].nonce).empty());
}

BOOST_AUTO_TEST_CASE(nothing_is_asked_that_a_file_or_an_answer_has_said_whatever_it_says) {
    Case by_file;
    const File file = ocsp_file(revoked(1, 1));
    by_file.evidence.ocsp = {file};
    BOOST_TEST(by_file.questions().empty());
    Case by_answer;
    by_answer.context.ocsp.push_back({file, {}});
    BOOST_TEST(by_answer.questions().empty());
    Case about_another;
    about_another.evidence.ocsp = {ocsp_file(ocsp_about(0))};
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
    BOOST_TEST(questions[1].about == ocsp_chain()[0].subject());
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
    evidence::OcspForm form = ocsp_about(1);
    const std::vector<std::string> good, other = {"ocsp_nonce"};
    BOOST_TEST(refused({}, {{ocsp_file(form), asked}}) == good, boost::test_tools::per_element());
    BOOST_TEST(refused({}, {{ocsp_file(form), asked}}, Nonce::required) == other,
               boost::test_tools::per_element());
    form.nonce = asked;
    BOOST_TEST(refused({}, {{ocsp_file(form), asked}}, Nonce::required) == good,
               boost::test_tools::per_element());
    // The verifier's nonce is that of the evidence, which its own request did not have.
    const wire::Nonce evidence = test_nonce();
    form.nonce = Bytes(evidence.begin(), evidence.end());
    BOOST_TEST(refused({ocsp_file(form)}, {}) == good, boost::test_tools::per_element());
    for (const Nonce wanted : {Nonce::ignored, Nonce::matched, Nonce::required})
        BOOST_TEST(refused({}, {{ocsp_file(form), asked}}, wanted) == other,
                   boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::attest
