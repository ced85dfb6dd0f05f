#include "conformance/suites/verifier/kill_matrix.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <memory>

namespace assay::cases::verifier {

#ifdef ASSAY_HARNESS

namespace {

constexpr engine::Excuse kExcuses[] = {
    {"evidence_present",
     "a policy that requires nothing is refused itself, and any other by evidence_required too"},
    {"log_bank", "without digests of the quoted bank nothing leads to its registers: log_replay"},
    {"ocsp_response_status", "what was not answered is missing too: ocsp_present"},
    {"rim_signer", "the leaf's key alone verifies, so that rim_signature refuses too; this check says why"},
};

// Bundles are made once for all rows: a signature costs more than its verification.
class Made {
   public:
    const attest::Files* files(const Bundle& bundle) {
        const auto known = files_.find(&bundle);
        if (known != files_.end()) return &known->second;
        auto made = make(bundle);
        return made ? &files_.emplace(&bundle, *std::move(made)).first->second : nullptr;
    }

   private:
    std::map<const Bundle*, attest::Files> files_;
};

Answer expected(const Bundle& bundle) {
    switch (bundle.verdict) {
        case attest::Verdict::trusted: return Answer::accepted;
        case attest::Verdict::refused: return Answer::rejected;
        case attest::Verdict::malformed: break;
    }
    return Answer::malformed;
}

struct Difference {
    bool accepted = false;  // what must not be
    std::string text;       // empty: the verdict is as it must be
};

Difference difference(const Bundle& bundle, Made& made, OwnVerifier& verifier) {
    const attest::Files* files = made.files(bundle);
    if (files == nullptr) return {};
    const Answer answer = verifier.appraise(*files).answer;
    if (answer == expected(bundle)) return {};
    return {answer == Answer::accepted,
            fmt::format("{} is {} instead of {}", bundle.id, name(answer), name(expected(bundle)))};
}

// Whose check it is; of a defect all, for it may show anywhere.
std::string noticed(std::string_view check, Made& made, const attest::FaultConfig& faults) {
    OwnVerifier verifier(faults);
    std::string other;
    for (const Bundle& bundle : bundles()) {
        if (!check.empty() && bundle.check != check) continue;
        const Difference by = difference(bundle, made, verifier);
        // What is accepted is the better proof that a check is needed; of a defect any verdict will do.
        if (by.accepted || (check.empty() && !by.text.empty())) return by.text;
        if (other.empty()) other = by.text;
    }
    return other;
}

}  // namespace

engine::KillMatrix verifier_kill_matrix() {
    engine::KillMatrix matrix{.rows = {}, .excuses = kExcuses};
    const auto made = std::make_shared<Made>();
    for (size_t i = 0; i < attest::kCheckCount; ++i) {
        const auto check = static_cast<attest::Check>(i);
        const std::string_view name = attest::info(check).name;
        attest::FaultConfig faults;
        faults.waive(check);
        matrix.rows.push_back({name, false, {}, [=] { return noticed(name, *made, faults); }});
    }
    for (size_t i = 0; i < attest::kDefectCount; ++i) {
        const auto defect = static_cast<attest::Defect>(i);
        attest::FaultConfig faults;
        faults.plant(defect);
        matrix.rows.push_back(
            {attest::info(defect).name, true, {}, [=] { return noticed({}, *made, faults); }});
    }
    return matrix;
}

Result<attest::FaultConfig> sabotaged(const std::vector<std::string>& waive,
                                      const std::vector<std::string>& defects) {
    const auto unknown = [](std::string_view option, std::string_view kind, const std::string& name) {
        return fail(Errc::bad_text, option, Error::npos,
                    fmt::format("there is no {} '{}' in the verifier", kind, name));
    };
    attest::FaultConfig faults;
    for (const std::string& name : waive) {
        const auto check = attest::check_from_name(name);
        if (!check) return unknown("--waive", "check", name);
        faults.waive(*check);
    }
    for (const std::string& name : defects) {
        const auto defect = attest::defect_from_name(name);
        if (!defect) return unknown("--defect", "defect", name);
        faults.plant(*defect);
    }
    return faults;
}

#else

engine::KillMatrix verifier_kill_matrix() { return {}; }

Result<attest::FaultConfig> sabotaged(const std::vector<std::string>& waive,
                                      const std::vector<std::string>& defects) {
    if (waive.empty() && defects.empty()) return attest::FaultConfig{};
    return fail(Errc::bad_text, "--waive", Error::npos,
                "this build has no faults to plant: it was made without ASSAY_HARNESS");
}

#endif

}  // namespace assay::cases::verifier
