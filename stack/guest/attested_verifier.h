// The driver's verifier: the evidence of one GPU, judged by stack/attest.
#pragma once

#include "stack/attest/verify.h"
#include "stack/guest/verifier.h"

namespace assay::guest {

class AttestedVerifier final : public Verifier {
   public:
    // What the verifier brings: time, roots and policy (its nonce is the one that is asked for), and the
    // reference manifests it knows.
    AttestedVerifier(std::string model, attest::Context context, std::vector<attest::File> manifests)
        : model_(std::move(model)), context_(std::move(context)), manifests_(std::move(manifests)) {}

    // The reason is each check that refused with its own reason, "; " between them.
    VerifierResult judge(const Evidence& evidence, const wire::Nonce& nonce) override;
    // Everything that was looked at the last time.
    const attest::Appraisal& appraisal() const { return appraisal_; }

   private:
    std::string model_;
    attest::Context context_;
    std::vector<attest::File> manifests_;
    attest::Appraisal appraisal_;
};

}  // namespace assay::guest
