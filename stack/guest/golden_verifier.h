// The simplest verifier there is: a pinned root, and the one right value of each measurement.
#pragma once

#include <map>

#include "stack/crypto/x509.h"
#include "stack/device/gpu.h"
#include "stack/guest/verifier.h"

namespace assay::guest {

// Values by their measurement's index.
using Golden = std::map<uint8_t, Bytes>;
// Those of a GPU with these components in that mode.
Golden golden_of(const std::vector<device::Component>& firmware, device::Mode mode);

class GoldenVerifier final : public Verifier {
   public:
    GoldenVerifier(std::vector<crypto::Certificate> roots, crypto::UnixTime time, Golden golden)
        : roots_(std::move(roots)), time_(time), golden_(std::move(golden)) {}

    // Refuses for the reason "form", "chain", "signature", "nonce" or "measurement N".
    Judgement judge(const Evidence& evidence, const wire::Nonce& nonce) override;

   private:
    std::string fault(const Evidence& evidence, const wire::Nonce& nonce) const;

    std::vector<crypto::Certificate> roots_;
    crypto::UnixTime time_;
    Golden golden_;
};

}  // namespace assay::guest
