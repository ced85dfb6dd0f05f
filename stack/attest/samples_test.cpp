// Real evidence, as it was published: skipped where it is not at hand.
#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <fstream>

#include "stack/attest/bundle.h"
#include "stack/attest/gpu.h"

namespace assay::attest {

namespace {

namespace fs = std::filesystem;

const fs::path kSamples = fs::path(ASSAY_SOURCE_DIR) / "../shared/samples";

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
    for (const Step* step : appraisal.refusals()) checks.push_back(step->check);
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

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::attest
