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
    const Files files = {{std::string(kEvidenceFile), to_bytes(as_bytes(list.dump()))}, {"file", Bytes{1}}};
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

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::attest
