// The interface of what verifies a GPU's evidence.
#pragma once

#include <string>

#include "stack/base/bytes.h"
#include "stack/wire/codes.h"
#include "stack/wire/messages/challenge.h"

namespace assay::guest {

// Signed measurements as they were exchanged, with what is needed to check the signature.
struct Evidence {
    Bytes certificates;  // concatenated DER, root side first
    wire::Version version = wire::Version::v1_2;
    Bytes vca;       // the six messages that opened the connection
    Bytes request;   // GET_MEASUREMENTS
    Bytes response;  // MEASUREMENTS, up to the end of its signature
};

struct VerifierResult {
    bool accepted = false;
    wire::Nonce nonce{};  // that the evidence was judged for
    std::string reason{};
};

class Verifier {
   public:
    virtual ~Verifier() = default;
    // Whether the evidence is of a GPU that is to be trusted, and was made for this nonce.
    virtual VerifierResult judge(const Evidence& evidence, const wire::Nonce& nonce) = 0;
};

}  // namespace assay::guest
