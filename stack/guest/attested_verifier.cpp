#include "stack/guest/attested_verifier.h"

#include <algorithm>

namespace assay::guest {

namespace {

// A session's certificates stand with the root first, those of evidence with the leaf first.
Bytes leaf_first(ByteView certificates) {
    auto chain = crypto::parse_certificates(certificates);
    if (!chain) return to_bytes(certificates);
    Bytes turned;
    for (auto one = chain->rbegin(); one != chain->rend(); ++one) append(turned, one->der());
    return turned;
}

std::string reasons(const attest::Appraisal& appraisal) {
    std::string text;
    for (const attest::CheckRecord* step : appraisal.refusals()) {
        if (!text.empty()) text += "; ";
        text += info(step->check).name;
        if (!step->reason.empty()) text += ": " + step->reason;
    }
    return text;
}

}  // namespace

VerifierResult AttestedVerifier::judge(const Evidence& evidence, const wire::Nonce& nonce) {
    attest::Context context = context_;
    context.nonce = nonce;
    attest::Evidence shown;
    shown.rims = manifests_;
    shown.gpus.push_back({.model = model_,
                          .version = evidence.version,
                          .vca = {"vca", evidence.vca},
                          .report = {"report", concat({evidence.request, evidence.response})},
                          .certificates = {"certificates", leaf_first(evidence.certificates)}});
    appraisal_ = attest::verify(shown, context);
    return {.accepted = appraisal_.verdict() == attest::Verdict::trusted,
            .nonce = nonce,
            .reason = reasons(appraisal_)};
}

}  // namespace assay::guest
