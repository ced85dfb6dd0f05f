// What the tests of the CPU's evidence share. Never included by anything else.
#pragma once

#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>

#include "stack/attest/appraisal.h"
#include "stack/attest/evidence.h"
#include "stack/crypto/pki.h"
#include "stack/evidence/snp.h"
#include "stack/evidence/tpm.h"

namespace assay::attest {

inline const std::filesystem::path kSamples = std::filesystem::path("../shared/samples");

// Whether real evidence is available next to the source tree; prints a message if not.
inline bool samples_absent() {
    if (std::filesystem::exists(kSamples)) return false;
    BOOST_TEST_MESSAGE("SKIPPED: the samples of real platforms are not beside this tree");
    return true;
}

inline Bytes file_bytes(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

inline constexpr crypto::UnixTime kNow = std::chrono::sys_days(std::chrono::year(2026) / 6 / 1);

inline wire::Nonce test_nonce() {
    wire::Nonce nonce;
    nonce.fill(0x5a);
    return nonce;
}

// A GPU's evidence with nothing but its leaf certificate.
inline GpuEvidence gpu_with_leaf(std::string_view label) {
    using crypto::SignAlgo;
    const auto pki =
        crypto::make_test_pki(SignAlgo::ecdsa_p384, SignAlgo::ecdsa_p384, crypto::HashAlgo::sha384, label);
    GpuEvidence gpu;
    gpu.certificates = {"gpu/chain.der", to_bytes(pki.value().leaf.der())};
    return gpu;
}

// The log of a genuine boot, with digests in the SHA-256 bank alone.
inline evidence::EventLogForm genuine_log() {
    evidence::EventLogForm log = evidence::genuine(evidence::BootOptions{}).log;
    log.banks = {evidence::tpm_alg::sha256};
    return log;
}

// A genuine guest on Milan in a report of version 3, whose REPORT_DATA is not set.
inline evidence::SnpForm genuine_guest() { return evidence::genuine(evidence::SnpOptions{.version = 3}); }

// The names of the checks that did not hold, in order, each once.
inline std::vector<std::string> refused_by(const Appraisal& appraisal) {
    std::vector<std::string> names;
    for (const CheckRecord* step : appraisal.refusals()) names.emplace_back(info(step->check).name);
    names.erase(std::ranges::unique(names).begin(), names.end());
    return names;
}

// One way in which evidence may be wrong, and the one check that must say so.
template <class Made>
struct Wrong {
    Check check;
    std::string what;
    std::function<void(Made&)> edit;
};

// Each of them, appraised alone, violates its check and no other.
template <class Made>
void each_violates_its_own_check(const std::vector<Wrong<Made>>& wrongs,
                                 Appraisal (*appraised)(const Made&, FaultConfig)) {
    for (const Wrong<Made>& wrong : wrongs) {
        BOOST_TEST_CONTEXT(info(wrong.check).name << ": " << wrong.what) {
            Made made;
            wrong.edit(made);
            BOOST_TEST(refused_by(appraised(made, {})) ==
                           std::vector<std::string>{std::string(info(wrong.check).name)},
                       boost::test_tools::per_element());
        }
    }
}

// Each of them whose check is waived is trusted; what cannot be read is passed over.
template <class Made>
void each_check_can_be_waived(const std::vector<Wrong<Made>>& wrongs,
                              Appraisal (*appraised)(const Made&, FaultConfig)) {
    for (const Wrong<Made>& wrong : wrongs) {
        if (info(wrong.check).effect == Effect::malformed) continue;
        BOOST_TEST_CONTEXT(info(wrong.check).name << ": " << wrong.what) {
            FaultConfig faults;
            faults.waive(wrong.check);
            Made made;
            wrong.edit(made);
            BOOST_TEST((appraised(made, faults).verdict() == Verdict::trusted));
        }
    }
}

}  // namespace assay::attest
