// A device whose programs are run, and what a sane exchange told of it.
#pragma once

#include <map>
#include <memory>

#include "conformance/engine/judge.h"
#include "conformance/lab/reference.h"

namespace assay::fuzz {

class DeviceUnderTest {
   public:
    // Goes through the sane exchange at each version. `dut` must outlive it. Errors: what kept the device
    // from being negotiated with at any version.
    static Result<DeviceUnderTest> learn(lab::Dut& dut, const crypto::Provider& provider);

    lab::Dut& dut() const { return *dut_; }
    const crypto::Provider& provider() const { return *provider_; }
    // A requester that knows what the sane exchange told; `random` and this must outlive it.
    lab::Lab lab(lab::Dut& dut, Random& random);
    // Of the versions that it has.
    const std::map<wire::Version, engine::Claims>& claims() const { return claims_; }
    bool has_sessions() const;
    // Where a sane exchange already failed, one line each; what is found there is no news.
    const std::vector<std::string>& sane_failures() const { return sane_failures_; }
    // The reference with the same versions and, as far as it has them, capabilities.
    std::unique_ptr<lab::ReferenceDut> twin() const;

   private:
    DeviceUnderTest(lab::Dut& dut, const crypto::Provider& provider) : dut_(&dut), provider_(&provider) {}

    lab::Dut* dut_;
    const crypto::Provider* provider_;
    lab::Learned learned_;
    lab::LeafKeys leaf_keys_;
    std::map<wire::Version, engine::Claims> claims_;
    std::vector<std::string> sane_failures_;
};

}  // namespace assay::fuzz
