#include "stack/attest/gpu.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "stack/attest/binding.h"
#include "stack/attest/vca.h"

namespace assay::attest {

namespace {

// Measurements that are only zeros are not made: MSRSCNT counts how often one was extended.
bool is_zero(const Bytes& value) {
    return std::ranges::all_of(value, [](uint8_t byte) { return byte == 0; });
}

// Makes opaque_counts: count i is zero exactly when measurement i + 1 is.
void appraise_counts(Appraisal& appraisal, const GpuFacts& gpu) {
    const OpaqueField* counts = gpu.opaque.find(opaque::counts);
    if (counts == nullptr) return;
    CheckSite site{
        .subject = gpu.subject, .field = "MSRSCNT", .offset = counts->offset, .bytes = counts->value};
    const size_t entries = std::min<size_t>(counts->value.size() / 4, 255);
    for (size_t i = 0; i < entries; ++i) {
        const ByteView count = ByteView(counts->value).subspan(4 * i, 4);
        const bool never = std::ranges::all_of(count, [](uint8_t byte) { return byte == 0; });
        const auto measured = gpu.report->measurements.find(static_cast<uint8_t>(i + 1));
        const bool absent = measured == gpu.report->measurements.end() || is_zero(measured->second.value);
        if (never == absent) continue;
        site.offset += 4 * i;
        site.bytes = count;
        site.reason = fmt::format("measurement {} {}", i + 1,
                                  absent ? "is zero and has a count" : "has a value and no count");
        appraisal.demand(Check::opaque_counts, false, std::move(site));
        return;
    }
    appraisal.demand(Check::opaque_counts, true, std::move(site));
}

void appraise_model(Appraisal& appraisal, GpuFacts& gpu, const GpuEvidence& evidence) {
    // The second certificate is that of the device's boot ROM, the leaf that of its firmware.
    const crypto::Certificate& certificate = gpu.chain[std::min<size_t>(1, gpu.chain.size() - 1)];
    const std::string title = crypto::common_name(certificate);
    gpu.model = model_of(title);
    const bool known = kind_of(evidence.model).has_value();
    appraisal.demand(Check::device_model, known && gpu.model == evidence.model,
                     {.subject = gpu.subject,
                      .field = "certificates[1] CN",
                      .bytes = as_bytes(title),
                      .reason = known ? fmt::format("the evidence says {}", evidence.model)
                                      : fmt::format("there is no model {}", evidence.model)});
}

void appraise_fwid_match(Appraisal& appraisal, const GpuFacts& gpu, bool required) {
    const OpaqueField* reported = gpu.opaque.find(opaque::fwid);
    CheckSite site{.subject = gpu.subject, .field = "FWID"};
    if (reported != nullptr) {
        site.offset = reported->offset;
        site.bytes = reported->value;
    }
    if (required) appraisal.demand(Check::fwid_reported, reported != nullptr, site);
    if (reported == nullptr || !gpu.fwid) return;
    const bool same = equal(reported->value, gpu.fwid->digest);
    if (!same) site.reason = fmt::format("the certificate says {}", to_hex(gpu.fwid->digest));
    appraisal.demand(Check::fwid_match, same, std::move(site));
}

// FEATURE_FLAG has it from version 1 of the opaque data on; before there is only the status of protected
// PCIe. NVIDIA's two verifiers disagree on the flag's 0 and 1. A single GPU was seen to say 0, which is taken
// here.
std::optional<GpuMode> mode_of(const GpuFacts& gpu) {
    if (gpu.report->debugged) return GpuMode::devtools;
    if (gpu.kind == DeviceKind::nvswitch) return {};
    if (gpu.opaque.number(opaque::feature_flag) == 1) return GpuMode::mpt;
    return gpu.protected_pcie ? GpuMode::ppcie : GpuMode::spt;
}

bool has_protected_pcie(const GpuFacts& gpu) {
    return gpu.kind == DeviceKind::gpu && (gpu.opaque.number(opaque::protected_pcie) == opaque::kOn ||
                                           gpu.opaque.number(opaque::feature_flag) == 2);
}

void write_claims(Appraisal& appraisal, const GpuFacts& gpu, const GpuEvidence& evidence) {
    nlohmann::ordered_json& claims = appraisal.claims()[gpu.subject];
    const bool is_switch = gpu.kind == DeviceKind::nvswitch;
    claims["x-nvidia-device-type"] = is_switch ? "nvswitch" : "gpu";
    if (!gpu.chain.empty()) {
        const size_t boot = std::min<size_t>(1, gpu.chain.size() - 1);
        claims["hwmodel"] = crypto::common_name(gpu.chain[boot]);
        claims["ueid"] = crypto::serial_number(gpu.chain.front());
    }
    claims["x-assay-spdm-version"] = wire::name(evidence.version);
    if (!gpu.report) return;
    claims["eat_nonce"] = to_hex(gpu.report->request.nonce);
    if (is_switch) {
        claims["x-nvidia-switch-bios-version"] = gpu.vbios_version();
    } else {
        claims["x-nvidia-gpu-driver-version"] = gpu.driver_version();
        claims["x-nvidia-gpu-vbios-version"] = gpu.vbios_version();
    }
    if (gpu.mode) claims["x-assay-gpu-mode"] = name(*gpu.mode);
    if (gpu.fwid) claims["x-assay-fwid"] = to_hex(gpu.fwid->digest);
    if (gpu.fwid && gpu.fwid->svn) claims["x-assay-svn"] = *gpu.fwid->svn;
}

}  // namespace

std::string GpuFacts::driver_version() const {
    return kind == DeviceKind::gpu ? opaque.text(opaque::driver_version) : std::string();
}

std::string GpuFacts::vbios_version() const { return attest::vbios_version(kind, opaque); }

std::string model_of(std::string_view common_name) {
    std::string model(common_name.substr(0, common_name.find(' ')));
    std::erase(model, '_');
    return model;
}

std::optional<DeviceKind> kind_of(std::string_view model) {
    constexpr std::string_view kGpus[] = {"GH100", "GB100", "GB102", "GB202", "GB203", "GB205"};
    if (std::ranges::find(kGpus, model) != std::end(kGpus)) return DeviceKind::gpu;
    if (model == "LS10") return DeviceKind::nvswitch;
    return {};
}

GpuFacts appraise_gpu(Appraisal& appraisal, const std::string& subject, const GpuEvidence& evidence,
                      const Context& context) {
    GpuFacts gpu;
    gpu.subject = subject;
    gpu.model = evidence.model;
    gpu.kind = kind_of(evidence.model).value_or(DeviceKind::gpu);
    gpu.version = evidence.version;
    if (auto chain = read_chain(appraisal, subject, evidence.certificates)) {
        gpu.chain = *std::move(chain);
        appraise_chain(appraisal, subject, gpu.chain,
                       {.purpose = Purpose::device, .roots = context.roots.device, .time = context.time});
        appraise_model(appraisal, gpu, evidence);
        gpu.fwid = appraise_fwid(appraisal, subject, gpu.chain.front(), context.policy.fwid_required);
    }
    appraise_vca(appraisal, subject, evidence);
    gpu.report =
        appraise_report(appraisal, subject, evidence, expected_nonce(context, subject), context.policy);
    if (gpu.report) {
        const crypto::PublicKey key =
            gpu.chain.empty() ? crypto::PublicKey() : gpu.chain.front().public_key();
        appraise_report_signature(appraisal, subject, evidence, *gpu.report, key);
        // The response's own version says what form it has; that it is the connection's is another check.
        const auto version = wire::version_from_byte(gpu.report->response.spdm_version);
        const auto place = find_opaque_fields(appraisal, subject, version.value_or(evidence.version),
                                              {gpu.report->response.opaque_data, gpu.report->opaque_offset});
        if (place) gpu.opaque = appraise_opaque(appraisal, subject, gpu.kind, *place);
        appraise_counts(appraisal, gpu);
        // Switches report no FWID, although their certificates have one.
        const bool reports_fwid = gpu.kind == DeviceKind::gpu;
        appraise_fwid_match(appraisal, gpu, context.policy.fwid_required && reports_fwid);
        gpu.protected_pcie = has_protected_pcie(gpu);
        gpu.mode = mode_of(gpu);
    }
    write_claims(appraisal, gpu, evidence);
    return gpu;
}

}  // namespace assay::attest
