// The built-in reference: a device with several keys, slots and measurements, in this process.
#pragma once

#include "conformance/lab/dut.h"
#include "stack/base/random.h"
#include "stack/spdm/responder.h"

namespace assay::lab {

struct ReferenceOptions {
    uint64_t seed = 1;  // of the nonces
    spdm::Waivers waivers;
    std::vector<wire::Version> versions{wire::kVersions.begin(), wire::kVersions.end()};
    bool rsa = false;  // RSA keys too: they take time to make, and differ in every process
    std::map<uint8_t, spdm::Deferral> deferrals;
    std::optional<uint32_t> flags;  // instead of CERT, CHAL, MEAS with signatures, MEAS_FRESH
};

// A device with slots 0 and 1 for each of ECDSA P-256, P-384, P-521 and Ed25519 (and RSA on request), a
// chain whose root is in it, and six measurements, one of them a device mode. The same options give the same
// device, byte for byte.
std::shared_ptr<const spdm::Device> make_reference_device(const ReferenceOptions& options);
// The roots of its slots, for those who verify.
std::vector<crypto::Certificate> reference_roots();

class ReferenceDut final : public Dut {
   public:
    ReferenceDut(std::shared_ptr<const spdm::Device> device, const crypto::Provider& provider,
                 ReferenceOptions options);

    std::string target() const override { return "reference"; }
    Result<> reset() override;
    Result<std::optional<Bytes>> exchange(ByteView request) override;
    bool lose_state() override;
    std::optional<spdm::Waivers> requester() const override { return options_.waivers; }
    spdm::Responder& responder() { return *responder_; }

   private:
    std::shared_ptr<const spdm::Device> device_;
    const crypto::Provider* provider_;
    ReferenceOptions options_;
    SeededRandom random_;
    std::unique_ptr<spdm::Responder> responder_;
};

}  // namespace assay::lab
