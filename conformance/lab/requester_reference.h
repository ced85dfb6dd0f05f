// The built-in requester as a requester under test, in this process.
#pragma once

#include "conformance/lab/requester_dut.h"
#include "stack/spdm/requester.h"

namespace assay::lab {

class ReferenceRequester final : public RequesterDut {
   public:
    explicit ReferenceRequester(spdm::FaultConfig faults = {}) : faults_(faults) {}

    std::string target() const override { return "reference"; }
    bool configurable() const override { return true; }
    bool has_exit_status() const override { return true; }
    Result<RequesterEnd> run(const FlowOptions& flow, const RequesterSettings& settings,
                             ResponderPeer& peer) override;
    // Why it gave up in the last run.
    const std::optional<spdm::Refusal>& refusal() const { return refusal_; }

   private:
    spdm::FaultConfig faults_;
    std::optional<spdm::Refusal> refusal_;
};

}  // namespace assay::lab
