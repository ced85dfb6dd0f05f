#include "stack/attest/bundle.h"

#include "stack/attest/platform_test_support.h"

namespace assay::attest {

namespace {

// A list of so many of one kind, whose files are all there.
Appraisal listing(const std::string& key, size_t count) {
    nlohmann::json list = {{"format", kEvidenceFormat}, {key, nlohmann::json::array()}};
    const nlohmann::json gpu = {
        {"model", "GH100"}, {"spdm_version", "1.1"}, {"report", "file"}, {"certificates", "file"}};
    for (size_t i = 0; i < count; ++i) list[key].push_back(key == "gpus" ? gpu : nlohmann::json("file"));
    const evidence::Files files = {{std::string(kEvidenceFile), to_bytes(as_bytes(list.dump()))},
                                   {"file", Bytes{1}}};
    Appraisal appraisal;
    read_evidence(appraisal, files);
    return appraisal;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(bundle)

BOOST_AUTO_TEST_CASE(a_list_is_as_long_as_it_may_be_and_no_longer) {
    for (const std::string key : {"gpus", "rims", "ocsp"}) {
        BOOST_TEST(refused_by(listing(key, kMaxListed)).empty(), key);
        BOOST_TEST((refused_by(listing(key, kMaxListed + 1)) == std::vector<std::string>{"evidence_form"}),
                   key);
    }
}

BOOST_AUTO_TEST_CASE(what_is_expected_of_parts_is_read_by_subject) {
    const std::string nonce(64, 'a');
    const auto with = [](const std::string& expected) {
        return read_context(R"({"time": "2026-06-01T00:00:00Z", "expected": )" + expected + "}", {});
    };
    const auto context = with(R"({"gpu": ")" + nonce + R"(", "gpu-63": ")" + nonce +
                              R"(", "tpm": "01", "snp": ")" + nonce + nonce + "\"}");
    BOOST_REQUIRE_MESSAGE(context.has_value(), (context ? "" : context.error().detail));
    BOOST_TEST(context->expected.size() == 4U);
    BOOST_TEST((context->expected.at("tpm") == Bytes{1}));
    const std::pair<std::string, std::string> wrong[] = {
        {"{\"gpu\": \"aa\"}", "expected.gpu is not 32 bytes"},
        {"{\"snp\": \"" + nonce + "\"}", "expected.snp is not 64 bytes"},
        {"{\"tpm\": \"\"}", "expected.tpm is not 1 to 64 bytes"},
        {"{\"tpm\": \"0g\"}", "expected.tpm is not hexadecimal"},
        {"{\"tpm\": 1}", "expected.tpm is no text"},
        {"{\"gpu-01\": \"" + nonce + "\"}", "expected.gpu-01 is no part of evidence"},
        {"{\"cpu\": \"" + nonce + "\"}", "expected.cpu is no part of evidence"},
        {"[]", "expected is no object"},
    };
    for (const auto& [text, why] : wrong) {
        const auto read = with(text);
        BOOST_TEST(!read.has_value(), text);
        if (!read) BOOST_TEST(read.error().detail == why);
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::attest
