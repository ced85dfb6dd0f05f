#include "conformance/cases/verifier/kill_matrix.h"

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

// One that is accepted is the better proof; else any other verdict will do.
std::string noticed(std::string_view check, Made& made, const attest::Waivers& waivers) {
    OwnVerifier verifier(waivers);
    std::string other;
    for (const Bundle& bundle : bundles()) {
        if (bundle.check != check) continue;
        const std::string by = difference(bundle, made, verifier);
        if (by.contains("is accepted")) return by;
        if (other.empty()) other = by;
    }
    return other;
}

}  // namespace

std::vector<Kill> verifier_kill_matrix(const std::function<void(const Kill&)>& progress) {
    std::vector<Kill> kills;
    Made made;
    for (size_t i = 0; i < attest::kCheckCount; ++i) {
        const auto check = static_cast<attest::Check>(i);
        attest::Waivers waivers;
        waivers.waive(check);
        Kill row{
            .name = attest::info(check).name, .defect = false, .requirement = {}, .by = {}, .excuse = {}};
        row.by = noticed(row.name, made, waivers);
        const auto* excuse = std::ranges::find(kExcuses, row.name, &Excuse::name);
        if (row.by.empty() && excuse != std::end(kExcuses)) row.excuse = excuse->why;
        kills.push_back(std::move(row));
        if (progress) progress(kills.back());
    }
    return kills;
}

Result<attest::Waivers> waive(const std::vector<std::string>& checks) {
    attest::Waivers waivers;
    for (const std::string& name : checks) {
        const auto check = attest::check_from_name(name);
        if (!check) {
            return fail(Errc::bad_text, "--waive", Error::npos,
                        fmt::format("there is no check '{}' in the verifier", name));
        }
        waivers.waive(*check);
    }
    return waivers;
}

#else

std::vector<Kill> verifier_kill_matrix(const std::function<void(const Kill&)>& /*progress*/) { return {}; }

Result<attest::Waivers> waive(const std::vector<std::string>& checks) {
    if (checks.empty()) return attest::Waivers{};
    return fail(Errc::bad_text, "--waive", Error::npos,
                "this build cannot be spoiled: it was made without ASSAY_HARNESS");
}

#endif

}  // namespace assay::cases::verifier
