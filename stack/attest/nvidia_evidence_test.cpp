#include "stack/attest/nvidia_evidence.h"

#include "stack/attest/gpu.h"
#include "stack/attest/platform_test_support.h"
#include "stack/attest/verify.h"

namespace assay::attest {

namespace {

const std::filesystem::path kTrial = kSamples / "trials/24-nvidia-evidence-json";

std::string refusal(std::string_view text) {
    const auto read = parse_nvidia_evidence(text, "file");
    return read ? std::string("it was read") : read.error().detail;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(nvidia_evidence)

BOOST_AUTO_TEST_CASE(what_is_read_is_what_was_encoded) {
    const auto gpus = parse_nvidia_evidence(
        R"([{"arch": "HOPPER", "certificate": "AQI=", "evidence": "EeAB/w==", "nonce": "00", "extra": 1},
            {"arch": "LS10", "certificate": "AQID", "evidence": "AA==", "nonce": "00"}])",
        "file");
    BOOST_REQUIRE(gpus);
    BOOST_REQUIRE(gpus->size() == 2U);
    BOOST_TEST(gpus->front().model == "GH100");
    BOOST_TEST((gpus->front().report.bytes == Bytes{0x11, 0xe0, 0x01, 0xff}));
    BOOST_TEST((gpus->front().certificates.bytes == Bytes{1, 2}));
    BOOST_TEST(gpus->back().model == "LS10");
    BOOST_TEST((gpus->back().certificates.bytes == Bytes{1, 2, 3}));
}

BOOST_AUTO_TEST_CASE(what_cannot_be_read_says_where) {
    BOOST_TEST(refusal("[") == "file: this is no JSON");
    BOOST_TEST(refusal("[]") == "file is no list of devices");
    BOOST_TEST(refusal("[1]") == "file[0] is no object");
    BOOST_TEST(refusal(R"([{"arch": "HOPPER"}])") == "file[0].certificate is missing, or no text");
    BOOST_TEST(refusal(R"([{"arch": "X", "certificate": "", "evidence": "", "nonce": ""}])") ==
               "file[0].arch is none of HOPPER, BLACKWELL and LS10");
    for (const char* bad : {"", "A", "AA=", "A=AA", "====", "AAA*", "AA==AAAA"}) {
        const std::string text =
            std::string(R"([{"arch": "HOPPER", "certificate": "AA==", "nonce": "", "evidence": ")") + bad +
            "\"}]";
        BOOST_TEST(refusal(text) == "file[0].evidence is no base64", bad);
    }
}

BOOST_AUTO_TEST_CASE(a_report_is_hexadecimal_text_or_bytes) {
    const Bytes raw = {0x11, 0xe0, 0x01};
    BOOST_TEST((report_bytes(to_bytes(as_bytes(" 11e001\n"))) == raw));
    BOOST_TEST((report_bytes(raw) == raw));
    BOOST_TEST((report_bytes({}) == Bytes{}));
}

// What real devices said, as NVIDIA's SDK keeps it. The form is read and each signature verifies; behind the
// report in hexadecimal stands one zero byte more, which is warned of.
BOOST_AUTO_TEST_CASE(real_files_are_read_and_their_signatures_verify) {
    if (samples_absent()) return;
    const Bytes json = file_bytes(kTrial / "hopper_evidence.json");
    BOOST_TEST(is_nvidia_evidence(json));
    const auto gpus =
        parse_nvidia_evidence({reinterpret_cast<const char*>(json.data()), json.size()}, "file");
    BOOST_REQUIRE(gpus);
    Evidence evidence;
    evidence.gpus = *gpus;
    GpuEvidence loose;
    loose.model = "GH100";
    loose.report = {"report", report_bytes(file_bytes(kTrial / "hopper_coco_report1.txt"))};
    loose.certificates = {"certificates", file_bytes(kTrial / "hopper_coco_certs1.txt")};
    evidence.gpus.push_back(loose);
    size_t signatures = 0;
    for (const CheckRecord& step : verify(evidence, {}).records()) {
        BOOST_TEST((step.held || info(step.check).effect != Effect::malformed), info(step.check).name);
        BOOST_TEST(step.warned == (step.check == Check::report_trailing && step.subject == "gpu-1"));
        if (step.check == Check::report_signature && step.held) ++signatures;
    }
    BOOST_TEST(signatures == evidence.gpus.size());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::attest
