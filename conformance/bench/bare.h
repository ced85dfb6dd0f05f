// The cryptography in judging one GPU, and nothing around it.
#pragma once

#include <memory>

#include "conformance/bench/verifier.h"
#include "stack/evidence/machine.h"

namespace assay::bench {

// Every signature of the evidence of a machine with one GPU at SPDM 1.1, and the digests of its manifests;
// keys, messages and signatures are read before.
class BareVerifier {
   public:
    // Errors: Errc::internal when evidence cannot be made or read.
    static Result<BareVerifier> make(const evidence::Machine& machine);
    BareVerifier(BareVerifier&&) noexcept;
    BareVerifier& operator=(BareVerifier&&) noexcept;
    ~BareVerifier();

    // Whether all hold.
    bool run() const;
    const SignatureCounts& counts() const;

   private:
    struct Impl;
    explicit BareVerifier(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

}  // namespace assay::bench
