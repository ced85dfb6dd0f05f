#include "conformance/suites/responder/between.h"

namespace assay::cases {

Result<std::optional<Bytes>> Between::exchange(ByteView request, lab::Wait wait) {
    const Bytes said = to_bytes(request);
    Bytes sent = said;
    if (tampering_.request) tampering_.request(sent);
    std::optional<Bytes> response = TRY(real_->exchange(sent, wait));
    changed_ = changed_ || sent != said;
    if (!response || !tampering_.response) return response;
    const Bytes honest = *response;
    tampering_.response(said, *response);
    changed_ = changed_ || *response != honest;
    return response;
}

Deceived::Deceived(CaseContext& test, Tampering tampering)
    : test_(&test),
      between_(test.lab().dut(), std::move(tampering)),
      lab_(between_, test.lab().random(), test.lab().provider()) {
    lab_.set_identity(test.lab().identity());
}

void Deceived::report() {
    for (const Exchange& exchange : lab_.exchanges()) test_->lab().record(exchange);
}

}  // namespace assay::cases
