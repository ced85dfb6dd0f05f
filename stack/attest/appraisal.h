// A verifier's result: each check that was made, what it looked at, and the verdict that follows.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "stack/attest/check.h"
#include "stack/attest/signatures.h"
#include "stack/base/bytes.h"
#include "stack/crypto/certificate_pool.h"

namespace assay::attest {

enum class Verdict : uint8_t { trusted, refused, malformed };
std::string_view name(Verdict verdict);

// What a check looked at.
struct CheckSite {
    static constexpr size_t npos = static_cast<size_t>(-1);

    std::string subject{};  // of which evidence: "gpu-0", "gpu-0/driver-rim", "tpm", "snp"; empty: of all
    std::string field{};    // which field of it, by the name that its specification gives
    size_t offset = npos;   // its offset in the file
    ByteView bytes{};       // what stood there; kept up to kCheckSiteLimit
    std::string reason{};   // what was found and what was expected, for a person
};
inline constexpr size_t kCheckSiteLimit = 64;

// One check that was made. A violated check that is waived, or no more than warned of, counts as held.
struct CheckRecord {
    Check check;
    bool held = false;
    bool waived = false;
    bool warned = false;
    std::string subject;
    std::string field;
    size_t offset = CheckSite::npos;
    Bytes bytes;
    std::string reason;
};

// Collects steps and claims. All checks that can be made are made; any that does not hold decides.
class Appraisal {
   public:
    explicit Appraisal(FaultConfig faults = {}) : faults_(faults) {}

    // Makes a step. Whether what follows may go on as if the check held.
    bool demand(Check check, bool holds, CheckSite site);
    // Makes a step of a check that does not hold where the policy lets that pass: it is named and decides
    // nothing.
    void warn(Check check, CheckSite site);
    // What is waived and planted in this verifier.
    const FaultConfig& switches() const { return faults_; }
    bool has(Defect defect) const { return faults_.has(defect); }

    const std::vector<CheckRecord>& records() const { return records_; }
    // The steps that did not hold.
    std::vector<const CheckRecord*> refusals() const;
    // trusted only when at least one check was made and every check held; malformed when one that did not
    // hold has that effect; else refused.
    Verdict verdict() const;

    // Verify and read for every part of this appraisal.
    Signatures& signatures() { return signatures_; }
    crypto::CertificatePool& certificates() { return certificates_; }

    // Claims, by the names of RFC 9711 (EAT) where there are such; under the subject's name those of one
    // evidence.
    nlohmann::ordered_json& claims() { return claims_; }
    const nlohmann::ordered_json& claims() const { return claims_; }

    // {"verdict", "steps": [{"check", "verdict" (held, warning, waived or refused), "subject", "field",
    // "offset", "bytes", "reason"}], "claims"}.
    nlohmann::ordered_json to_json() const;
    // For people: the refusals first, then the warnings, then how many checks held, by subject.
    std::string text() const;

   private:
    void add(Check check, bool holds, bool waived, bool warned, CheckSite site);

    FaultConfig faults_;
    std::vector<CheckRecord> records_;
    Signatures signatures_;
    crypto::CertificatePool certificates_;
    nlohmann::ordered_json claims_ = nlohmann::ordered_json::object();
};

}  // namespace assay::attest
