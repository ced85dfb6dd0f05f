// Real evidence, as it was published: skipped where it is not at hand.
#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <fstream>

#include "stack/attest/bundle.h"
#include "stack/attest/gpu.h"
#include "stack/attest/measurements.h"
#include "stack/attest/verify.h"

namespace assay::attest {

namespace {

namespace fs = std::filesystem;

const fs::path kSamples = fs::path("../shared/samples");

bool samples_are_here() {
    if (fs::exists(kSamples)) return true;
    BOOST_TEST_MESSAGE("skipped: there is no " << kSamples);
    return false;
}

File sample(const std::string& path) {
    std::ifstream file(kSamples / path, std::ios::binary);
    return {path, Bytes(std::istreambuf_iterator<char>(file), {})};
}

GpuEvidence gpu_sample(const std::string& name, const std::string& model) {
    GpuEvidence gpu;
    gpu.model = model;
    gpu.report = sample("gpu/" + name + ".report.bin");
    gpu.certificates = sample("gpu/" + name + ".chain.pem");
    return gpu;
}

wire::Nonce nonce_of(const GpuEvidence& gpu) {
    wire::Nonce nonce{};
    std::copy_n(gpu.report.bytes.begin() + 4, nonce.size(), nonce.begin());
    return nonce;
}

Context context_for(const GpuEvidence& gpu) {
    Context context;
    context.nonce = nonce_of(gpu);
    context.time = std::chrono::sys_days(std::chrono::year(2026) / 11 / 24);
    context.roots.device = read_roots(sample("device_root.pem").bytes).value();
    context.roots.rim = read_roots(sample("rim_root.pem").bytes).value();
    return context;
}

std::vector<Check> refused(const Appraisal& appraisal) {
    std::vector<Check> checks;
    for (const CheckRecord* step : appraisal.refusals()) checks.push_back(step->check);
    return checks;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(samples_suite)

BOOST_AUTO_TEST_CASE(real_reports_come_out_as_they_should) {
    if (!samples_are_here()) return;
    struct Row {
        std::string name, model;
        std::vector<Check> refused;
        std::string nonce;
    };
    const Row rows[] = {
        {"hopper_550", "GH100", {}, "931d8dd0"},
        {"hopper_580", "GH100", {}, "5bb22e37"},
        {"hopper_535_no_fwid", "GH100", {Check::fwid_reported}, "27a32824"},
        // Its chain is another device's.
        {"hopper_invalid_signature", "GH100", {Check::report_signature, Check::fwid_match}, "931d8dd0"},
        {"switch_ls10", "LS10", {}, "931d8dd0"},
        {"switch_invalid_signature", "LS10", {Check::report_signature}, "ea038ed5"},
    };
    for (const Row& row : rows) {
        const GpuEvidence gpu = gpu_sample(row.name, row.model);
        const Context context = context_for(gpu);
        Appraisal appraisal;
        appraise_gpu(appraisal, "gpu-0", gpu, context);
        BOOST_TEST((refused(appraisal) == row.refused), row.name << ": " << appraisal.text());
        BOOST_TEST(to_hex(*context.nonce).starts_with(row.nonce), row.name);
        BOOST_TEST_MESSAGE(appraisal.claims().dump(1));
    }
}

BOOST_AUTO_TEST_CASE(real_manifests_come_out_as_they_should) {
    if (!samples_are_here()) return;
    struct Row {
        std::string name;
        std::vector<Check> refused;
    };
    const Row rows[] = {
        {"1010_0200_882_96005E0001_PROD.swidtag", {Check::cert_validity}},
        {"NV_GPU_DRIVER_GH100_550.144.03.xml", {}},
        {"incorrect_signature_driver_rim.xml", {Check::rim_signature}},
        {"switchVBIOSRim_NV_SWITCH_BIOS_5612_0002_890_9610550001.xml", {}},
    };
    // The L3 of the Hopper manifests, too, ends in November 2026.
    Context context = context_for(gpu_sample("switch_ls10", "LS10"));
    context.time = std::chrono::sys_days(std::chrono::year(2026) / 6 / 1);
    for (const Row& row : rows) {
        Appraisal appraisal;
        const auto rim = appraise_rim(appraisal, "rim-0", sample("rim/" + row.name), context);
        BOOST_TEST((refused(appraisal) == row.refused), row.name << ": " << appraisal.text());
        BOOST_TEST(rim.has_value(), row.name);
    }
    // Its signer's time is over, and its signature was good then.
    context.policy.allow_expired_rims = true;
    Appraisal appraisal;
    appraise_rim(appraisal, "rim-0", sample("rim/" + rows[0].name), context);
    BOOST_TEST(appraisal.refusals().empty(), appraisal.text());
}

BOOST_AUTO_TEST_CASE(a_real_switch_with_its_real_manifest_is_trusted) {
    if (!samples_are_here()) return;
    Evidence evidence;
    evidence.gpus = {gpu_sample("switch_ls10", "LS10")};
    evidence.rims = {sample("rim/switchVBIOSRim_NV_SWITCH_BIOS_5612_0002_890_9610550001.xml")};
    Context context = context_for(evidence.gpus[0]);
    context.policy.require = {EvidenceKind::gpu};
    const Appraisal appraisal = verify(evidence, context);
    BOOST_TEST((appraisal.verdict() == Verdict::trusted), appraisal.text());
    BOOST_TEST(appraisal.claims().at("gpu-0").at("measres") == "success");
}

BOOST_AUTO_TEST_CASE(a_validly_signed_manifest_with_another_value_matches_all_but_that_one) {
    if (!samples_are_here()) return;
    const GpuEvidence gpu = gpu_sample("hopper_535_no_fwid", "GH100");
    Context context = context_for(gpu);
    context.policy.allow_expired_rims = true;
    context.policy.fwid_required = false;
    for (bool altered : {false, true}) {
        Evidence evidence;
        evidence.gpus = {gpu};
        evidence.rims = {sample(altered ? "rim/NV_GPU_VBIOS_1010_0200_882_96005E0001_measurement_mismatch.xml"
                                        : "rim/1010_0200_882_96005E0001_PROD.swidtag")};
        context.policy.require = {EvidenceKind::gpu};
        const Appraisal appraisal = verify(evidence, context);
        // No genuine manifest of that driver was published.
        std::vector<Check> expected = {Check::rim_present};
        if (altered) expected.push_back(Check::measurement_match);
        BOOST_TEST((refused(appraisal) == expected), appraisal.text());
        if (altered) BOOST_TEST(appraisal.refusals().back()->field == "measurement 10");
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::attest
