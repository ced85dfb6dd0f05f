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
    const evidence::Files* files(const Bundle& bundle) {
        const auto known = files_.find(&bundle);
        if (known != files_.end()) return &known->second;
        auto made = make(bundle);
        return made ? &files_.emplace(&bundle, *std::move(made)).first->second : nullptr;
    }

   private:
    std::map<const Bundle*, evidence::Files> files_;
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
    const evidence::Files* files = made.files(bundle);
    if (files == nullptr) return {};
    const Answer answer = verifier.appraise(*files).answer;
    if (answer == expected(bundle)) return {};
    return {answer == Answer::accepted,
            fmt::format("{} is {} instead of {}", bundle.id, name(answer), name(expected(bundle)))};
}

// `earlier` is the text of a difference, which begins with the bundle.
bool notices(std::string_view earlier, Made& made, const attest::FaultConfig& faults) {
    const Bundle* bundle = find_bundle(earlier.substr(0, earlier.find(' ')));
    OwnVerifier verifier(faults);
    return bundle != nullptr && difference(*bundle, made, verifier).text == earlier;
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

engine::Faults<attest::FaultConfig> verifier_faults() {
    engine::Faults<attest::FaultConfig> all;
    engine::add_faults<attest::Check>(all, false, attest::kCheckCount,
                                      [](auto& faults, attest::Check check) { faults.waive(check); });
    engine::add_faults<attest::Defect>(all, true, attest::kDefectCount,
                                       [](auto& faults, attest::Defect defect) { faults.plant(defect); });
    return all;
}

engine::KillMatrix verifier_kill_matrix() {
    engine::KillMatrix matrix{
        .rows = {}, .excuses = kExcuses, .earlier = engine::noticed_earlier("verifier")};
    const auto made = std::make_shared<Made>();
    for (const auto& fault : verifier_faults()) {
        attest::FaultConfig faults;
        fault.plant(faults);
        const std::string_view check = fault.defect ? "" : fault.name;
        matrix.rows.push_back({fault.name,
                               fault.defect,
                               {},
                               [=] { return noticed(check, *made, faults); },
                               [=](std::string_view earlier) { return notices(earlier, *made, faults); }});
    }
    return matrix;
}

#else

engine::KillMatrix verifier_kill_matrix() { return {}; }
engine::Faults<attest::FaultConfig> verifier_faults() { return {}; }

#endif

}  // namespace assay::cases::verifier
