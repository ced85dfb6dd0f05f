#include "conformance/suites/verifier/kill_matrix.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace assay::cases::verifier {

#ifdef ASSAY_HARNESS

namespace {

struct Excuse {
    std::string_view name;
    std::string_view why;
};
constexpr Excuse kExcuses[] = {
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

std::string difference(const Bundle& bundle, Made& made, OwnVerifier& verifier) {
    const attest::Files* files = made.files(bundle);
    if (files == nullptr) return {};
    const Answer answer = verifier.appraise(*files).answer;
    if (answer == expected(bundle)) return {};
    return fmt::format("{} is {} instead of {}", bundle.id, name(answer), name(expected(bundle)));
}

// Whose check it is; of a defect all, for it may show anywhere.
std::string noticed(std::string_view check, Made& made, const attest::FaultConfig& faults) {
    OwnVerifier verifier(faults);
    std::string other;
    for (const Bundle& bundle : bundles()) {
        if (!check.empty() && bundle.check != check) continue;
        const std::string by = difference(bundle, made, verifier);
        // What is accepted is the better proof that a check is needed; of a defect any verdict will do.
        if (by.contains("is accepted") || (check.empty() && !by.empty())) return by;
        if (other.empty()) other = by;
    }
    return other;
}

std::string_view excuse(std::string_view name) {
    const auto* known = std::ranges::find(kExcuses, name, &Excuse::name);
    return known == std::end(kExcuses) ? std::string_view() : known->why;
}

}  // namespace

std::vector<Kill> verifier_kill_matrix(const std::function<void(const Kill&)>& progress) {
    std::vector<Kill> kills;
    Made made;
    const auto add = [&](Kill row, std::string_view check, const attest::FaultConfig& faults) {
        row.by = noticed(check, made, faults);
        if (row.by.empty()) row.excuse = excuse(row.name);
        kills.push_back(std::move(row));
        if (progress) progress(kills.back());
    };
    for (size_t i = 0; i < attest::kCheckCount; ++i) {
        const auto check = static_cast<attest::Check>(i);
        const std::string_view name = attest::info(check).name;
        attest::FaultConfig faults;
        faults.waive(check);
        add({.name = name, .requirement = {}, .by = {}, .excuse = {}}, name, faults);
    }
    for (size_t i = 0; i < attest::kDefectCount; ++i) {
        const auto defect = static_cast<attest::Defect>(i);
        attest::FaultConfig faults;
        faults.plant(defect);
        add({.name = attest::info(defect).name, .defect = true, .requirement = {}, .by = {}, .excuse = {}},
            {}, faults);
    }
    return kills;
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

std::vector<Kill> verifier_kill_matrix(const std::function<void(const Kill&)>& /*progress*/) { return {}; }

Result<attest::FaultConfig> sabotaged(const std::vector<std::string>& waive,
                                      const std::vector<std::string>& defects) {
    if (waive.empty() && defects.empty()) return attest::FaultConfig{};
    return fail(Errc::bad_text, "--waive", Error::npos,
                "this build cannot be spoiled: it was made without ASSAY_HARNESS");
}

#endif

}  // namespace assay::cases::verifier
