#include "stack/attest/ocsp_questions.h"

#include <algorithm>
#include <set>

#include "stack/attest/ocsp.h"
#include "stack/attest/rim.h"

namespace assay::attest {

namespace {

class Asking {
   public:
    Asking(const Evidence& evidence, const Context& context, Random& random)
        : context_(context), random_(random), known_(read_ocsp(aside_, evidence.ocsp, context.ocsp)) {}

    Result<> chain(const Chain& leaf_first, Revocable kind) {
        for (const IssuedCertificate& one : issued_certificates(aside_, leaf_first, kind, context_)) {
            if (!one.needed || answered(one) || questions_.size() == kMaxOcspQuestions) continue;
            if (!asked_.insert(to_bytes(one.certificate.der())).second) continue;
            Bytes nonce = random_.bytes(kOcspNonceSize);
            Bytes request = TRY(crypto::make_ocsp_request(one.certificate, one.issuer, nonce));
            questions_.push_back({one.certificate.subject(), std::move(request), std::move(nonce)});
        }
        return {};
    }
    Result<> file(const File& certificates, Revocable kind) {
        return chain(read_chain(aside_, {}, certificates).value_or(Chain()), kind);
    }
    Result<> manifest(const File& rim) {
        const auto read = appraise_rim(aside_, {}, rim, context_);
        return chain(read ? read->chain : Chain(), Revocable::rim);
    }

    std::vector<OcspQuestion> take() { return std::move(questions_); }

   private:
    bool answered(const IssuedCertificate& one) const {
        return std::ranges::any_of(known_, [&](const OcspFile& file) {
            return !file.response.about(one.certificate, one.issuer).empty();
        });
    }

    // What is wrong with the evidence is reported when it is appraised.
    Appraisal aside_;
    const Context& context_;
    Random& random_;
    std::vector<OcspFile> known_;
    std::set<Bytes> asked_;
    std::vector<OcspQuestion> questions_;
};

}  // namespace

Result<std::vector<OcspQuestion>> ocsp_questions(const Evidence& evidence, const Context& context,
                                                 Random& random) {
    Asking asking(evidence, context, random);
    for (const File& rim : evidence.rims) TRY(asking.manifest(rim));
    for (const GpuEvidence& gpu : evidence.gpus) TRY(asking.file(gpu.certificates, Revocable::device));
    if (evidence.tpm) TRY(asking.file(evidence.tpm->certificates, Revocable::tpm));
    if (evidence.snp) TRY(asking.file(evidence.snp->certificates, Revocable::amd));
    return asking.take();
}

}  // namespace assay::attest
