// Evidence that real verifiers were seen to judge wrongly; each must get the verdict that its description
// gives.
#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>

#include "stack/attest/bundle.h"
#include "stack/attest/platform_test_support.h"
#include "stack/attest/verify.h"

namespace assay::attest {

namespace {

namespace fs = std::filesystem;

const fs::path kTrials = kSamples / "trials";

// What register 10 held, from the file that the evidence was taken out of.
constexpr const char* kImaRegister = R"({"tpm": {"registers": {"sha256": {"10":
    "63b093fd26fd34dc09ec621ff349f1053145d559422f11dbce734b3b00b5d673"}}}})";

// What a folder of evidence must come to.
struct Trial {
    std::string folder;
    Verdict verdict;
    std::string only = {};  // the one check that may refuse it; empty of what is refused: any
    // What its lists did not say, as JSON Merge Patch (RFC 7386): of evidence.json and of context.json.
    std::string evidence_says = "{}";
    std::string context_says = "{}";
};

const std::vector<Trial>& trials() {
    using enum Verdict;
    static const std::vector<Trial> all = {
        {"01-snp-turin-platform-info-bit6", trusted},
        {"02-log-bootorder/gold-CGKE251000-sha256", trusted},
        {"03-log-pcr1-events/gold-ArchLinuxWorkstation-sha256", trusted},
        {"03-log-pcr1-events/log-crypto_agile_eventlog", trusted},
        {"05-log-crtm-version-digest", trusted},
        {"06-tpm-gce-ak-eku", refused, "quote_nonce", kImaRegister},
        {"07-tpm-quote-with-ima-register", refused, "quote_nonce", kImaRegister},
        // The attestation key is a bare key, which the runtime data names.
        {"08-azure-hcl-binding/azfull",
         trusted,
         {},
         R"({"snp": {"runtime_data": "runtime_data.json"}, "tpm": {"certificates": null}})"},
        {"08-azure-hcl-binding/azsnp", trusted},
        {"09-ocsp-delegate-critical-extension", refused, "ocsp_signer"},
        {"12-ocsp-pss-sha1", refused, "ocsp_signature"},
        {"14-ppcie-without-switch", refused, "ppcie_devices"},
        {"15-snp-report-data-64",
         trusted,
         {},
         "{}",
         R"({"expected": {"snp": "819770b7e6ea6df8dd8fd4dd146b073c0bf4f3ce5b0977ecac486e3a05ed1bd5)"
         R"(4e2a7ac1f5d1ca02e7d7d5ef9f73b8574fd9359e3a480d741a4478e8a7bc27ca"}})"},
        {"16-snp-masked-chip-id", trusted},
    };
    return all;
}

// Of other things than a folder of evidence, each with the test that holds it.
const std::map<std::string, std::string> kElsewhere = {
    {"08-mutauth-uninvited", "conformance/suites/responder/uninvited.cpp: kex/mutual-uninvited"},
    {"13-decode", "conformance/cli/cli_test.cpp"},
    {"17-request-too-large", "conformance/suites/responder/limits.cpp: cap/request-too-large"},
    {"18-small-dts", "stack/spdm/attestation_test.cpp: nothing_larger_than_the_responder_takes_is_sent"},
    {"24-nvidia-evidence-json", "stack/attest/nvidia_evidence_test.cpp"},
};

evidence::Files files_in(const fs::path& folder) {
    evidence::Files files;
    for (const fs::directory_entry& entry : fs::recursive_directory_iterator(folder))
        if (entry.is_regular_file())
            files[fs::relative(entry.path(), folder).generic_string()] = file_bytes(entry.path());
    return files;
}

Context context_in(const evidence::Files& files) {
    const Bytes& text = files.at(std::string(kContextFile));
    auto context = read_context({reinterpret_cast<const char*>(text.data()), text.size()}, files);
    BOOST_REQUIRE_MESSAGE(context, "a context cannot be read");
    return *std::move(context);
}

void patch(evidence::Files& files, std::string_view path, const std::string& says) {
    Bytes& file = files.at(std::string(path));
    auto list = nlohmann::json::parse(file);
    list.merge_patch(nlohmann::json::parse(says));
    file = to_bytes(as_bytes(list.dump()));
}

Appraisal appraised(const Trial& trial) {
    evidence::Files files = files_in(kTrials / trial.folder);
    patch(files, kEvidenceFile, trial.evidence_says);
    patch(files, kContextFile, trial.context_says);
    Appraisal appraisal;
    verify(appraisal, read_evidence(appraisal, files), context_in(files));
    return appraisal;
}

bool as_expected(const Trial& trial, const Appraisal& appraisal) {
    if (appraisal.verdict() != trial.verdict) return false;
    return trial.only.empty() || refused_by(appraisal) == std::vector{trial.only};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(trials_of_real_evidence)

BOOST_AUTO_TEST_CASE(every_folder_is_known) {
    if (samples_absent()) return;
    std::set<std::string> known;
    for (const auto& [folder, test] : kElsewhere) known.insert(folder);
    for (const Trial& trial : trials()) known.insert(trial.folder.substr(0, trial.folder.find('/')));
    for (const fs::directory_entry& entry : fs::directory_iterator(kTrials)) {
        if (!entry.is_directory()) continue;
        const std::string name = entry.path().filename().string();
        BOOST_TEST(known.contains(name), name << " is held by no test");
    }
    for (const fs::directory_entry& entry : fs::recursive_directory_iterator(kTrials)) {
        if (entry.path().filename() != kEvidenceFile) continue;
        const std::string folder = fs::relative(entry.path().parent_path(), kTrials).generic_string();
        BOOST_TEST((std::ranges::find(trials(), folder, &Trial::folder) != trials().end()),
                   folder << " has evidence that no test judges");
    }
}

BOOST_AUTO_TEST_CASE(each_comes_to_the_verdict_that_it_should) {
    if (samples_absent()) return;
    for (const Trial& trial : trials()) {
        const Appraisal appraisal = appraised(trial);
        BOOST_TEST(as_expected(trial, appraisal), trial.folder << ": " << appraisal.text());
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::attest
