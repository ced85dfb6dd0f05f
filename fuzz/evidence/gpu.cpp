// The GPU's evidence, its manifests, and what a policy is read from: read whole or refused, and never trusted
// without a pinned certificate.
#include <fmt/format.h>

#include <algorithm>

#include "fuzz/common/coverage.h"
#include "fuzz/common/exact.h"
#include "fuzz/evidence/targets.h"
#include "stack/attest/bundle.h"
#include "stack/attest/gpu.h"
#include "stack/attest/rim.h"

namespace assay::fuzz {

namespace {

using namespace attest;

enum Kind : uint32_t { gpu_checked = 0x50, parsed };

// What is longer only repeats what shorter inputs show.
constexpr size_t kMaxInput = 65536;

Bytes kept(ByteView input) { return to_bytes(input.first(std::min(input.size(), kMaxInput))); }

// Which checks held and which did not.
void note(const Appraisal& appraisal) {
    for (const CheckRecord& step : appraisal.records()) {
        feature(gpu_checked, static_cast<uint32_t>(step.check), step.held ? 1 : 0);
        reached(fmt::format("{} {}", step.held ? "held" : "refused by", info(step.check).name));
    }
    if (appraisal.verdict() == Verdict::trusted)
        violated("nothing is trusted without a pinned certificate", "");
    if (appraisal.text().empty()) violated("there is always something to say", "");
}

Context context() {
    Context made;
    made.nonce = wire::Nonce{};
    made.time = std::chrono::sys_days(std::chrono::year(2026) / 1 / 1);
    return made;
}

}  // namespace

// One byte chooses the device and the version, the rest is a report.
void gpu_report(ByteView input) {
    if (input.empty()) return;
    constexpr std::string_view kModels[] = {"GH100", "LS10"};
    GpuEvidence evidence;
    evidence.model = kModels[input[0] & 1];
    evidence.version = wire::kVersions[(input[0] >> 1) % wire::kVersions.size()];
    evidence.report.bytes = kept(input.subspan(1));
    Appraisal appraisal;
    const GpuFacts facts = appraise_gpu(appraisal, "gpu-0", evidence, context());
    note(appraisal);
    if (facts.report && facts.report->signature_offset > evidence.report.bytes.size())
        violated("what was read lies in the report", to_hex(evidence.report.bytes));
}

void rim_xml(ByteView input) {
    Appraisal appraisal;
    const auto rim = appraise_rim(appraisal, "rim-0", {"rim.xml", kept(input)}, context());
    note(appraisal);
    if (rim && rim->verified) violated("no manifest is verified without a pinned root", "");
}

// Certificates of a device, DER; and the content of the extension that names its firmware, in either shape.
void certificate_extensions(ByteView input) {
    const Exact exact(input.first(std::min(input.size(), kMaxInput)));
    const auto composite = parse_composite_device_id(exact);
    const auto tcb = parse_tcb_info(exact);
    feature(parsed, composite.has_value(), tcb.has_value());
    if (composite) reached("composite device id");
    if (tcb) reached("tcb info");
    Appraisal appraisal;
    const auto chain = read_chain(appraisal, "gpu-0", {"chain", kept(input)});
    if (!chain) return;
    appraise_chain(appraisal, "gpu-0", *chain,
                   {.purpose = Purpose::device, .roots = {}, .time = context().time, .allow_expired = false});
    appraise_fwid(appraisal, "gpu-0", chain->front(), true);
    note(appraisal);
}

// A policy, a verifier's context, or a list of evidence: whichever it is.
void attest_policy(ByteView input) {
    const Bytes bytes = kept(input);
    const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    const auto policy = Policy::parse(text);
    if (policy) reached(policy->empty() ? "an empty policy" : "a policy");
    if (!policy && policy.error().detail.empty())
        violated("a policy that is refused is refused for a reason", "");
    if (read_context(text, {})) reached("a context");
    Appraisal appraisal;
    read_evidence(appraisal, {{std::string(kEvidenceFile), bytes}});
    for (const CheckRecord& step : appraisal.records()) {
        feature(gpu_checked, static_cast<uint32_t>(step.check), step.held ? 1 : 0);
        reached(fmt::format("{} {}", step.held ? "held" : "refused by", info(step.check).name));
    }
}

}  // namespace assay::fuzz
