#include "fuzz/dut/device.h"

#include <fmt/format.h>

#include <algorithm>

#include "stack/base/random.h"

namespace assay::fuzz {

Result<DeviceUnderTest> DeviceUnderTest::learn(lab::Dut& dut, const crypto::Provider& provider) {
    DeviceUnderTest device(dut, provider);
    SeededRandom random(1);
    lab::Lab lab(dut, random, provider, &device.leaf_keys_);
    TRY(lab.after_version());
    const std::vector<uint16_t> listed = lab.seen().versions();
    for (wire::Version version : wire::kVersions) {
        const bool has = std::ranges::any_of(
            listed, [&](uint16_t entry) { return entry >> 8 == static_cast<uint16_t>(version); });
        if (!has) continue;
        engine::Claims nothing;
        nothing.version = version;
        engine::CaseContext context(lab, nothing);
        engine::SaneOutcome sane = engine::sane_exchange(context);
        for (const engine::StageFailure& failure : sane.failures)
            device.sane_failures_.push_back(fmt::format("{}: {}: expected {}, got {}", wire::name(version),
                                                        failure.finding.requirement, failure.finding.expected,
                                                        failure.finding.got));
        if (!sane.claims.supported) continue;
        // What a handshake is signed over holds the chain of its slot, whichever that is.
        for (const auto& [slot, digest] : sane.claims.digests) {
            if (lab.negotiated(version)) (void)lab.ensure_chain(slot);
        }
        device.claims_[version] = std::move(sane.claims);
    }
    if (device.claims_.empty()) {
        return fail(Errc::refused, "target", Error::npos,
                    fmt::format("{} completes no negotiation: {}", dut.target(),
                                device.sane_failures_.empty() ? "VERSION lists no version that is known"
                                                              : device.sane_failures_.front()));
    }
    device.learned_ = lab.learned();
    return device;
}

bool DeviceUnderTest::has_sessions() const {
    return dut_->carries_secured() && std::ranges::any_of(claims_, [](const auto& one) {
               return one.second.has(wire::cap::key_ex | wire::cap::psk);
           });
}

lab::Lab DeviceUnderTest::lab(lab::Dut& dut, Random& random) {
    lab::Lab made(dut, random, *provider_, &leaf_keys_);
    made.set_learned(learned_);
    return made;
}

std::unique_ptr<lab::ReferenceDut> DeviceUnderTest::twin() const {
    lab::ReferenceOptions options;
    options.transport = &dut_->transport();
    options.versions.clear();
    uint32_t flags = 0;
    for (const auto& [version, claims] : claims_) {
        options.versions.push_back(version);
        flags |= claims.parameters.responder_flags;
    }
    options.flags = flags & lab::kReferenceFlags;
    options.target = "reference";
    return std::make_unique<lab::ReferenceDut>(lab::make_reference_device(options), *provider_, options);
}

}  // namespace assay::fuzz
