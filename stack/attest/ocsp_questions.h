// Which OCSP responses a verifier has to ask for itself. No I/O: a request is bytes, and the caller, who
// sends it, puts the answer into the context.
#pragma once

#include "stack/attest/evidence.h"
#include "stack/base/random.h"

namespace assay::attest {

struct OcspQuestion {
    std::string about;  // the certificate's subject, for a person
    Bytes request;      // OCSPRequest, DER (RFC 6960, 4.1.1)
    Bytes nonce;        // that is in it
};

// No evidence makes a verifier ask more than this; real machines of eight GPUs need about thirty.
inline constexpr size_t kMaxOcspQuestions = 128;
// In bytes, as RFC 8954, section 2.1, wants it.
inline constexpr size_t kOcspNonceSize = 32;

// One for each certificate that needs a response (ocsp_present) and about which there is none, good or bad,
// in the evidence or the context. Each certificate is asked about once, whatever chains it is in; of a chain
// that cannot be read none is. Errors: as crypto::make_ocsp_request.
Result<std::vector<OcspQuestion>> ocsp_questions(const Evidence& evidence, const Context& context,
                                                 Random& random);

}  // namespace assay::attest
