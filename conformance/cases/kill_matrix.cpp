#include "conformance/cases/kill_matrix.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "conformance/cases/cases.h"
#include "conformance/lab/reference.h"
#include "stack/base/ranges.h"

namespace assay::cases {

namespace {

using engine::Case;
using engine::CaseResult;
using engine::RunReport;
using engine::Verdict;
using spdm::Check;

// Checks that no case can notice, and why.
constexpr std::pair<Check, std::string_view> kExcuses[] = {
    {Check::response_short,
     "what is shorter than a header is malformed too: response_malformed refuses it at once"},
};

std::string excuse(Check check) {
    for (const auto& [known, why] : kExcuses) {
        if (known == check) return std::string(why);
    }
    return {};
}

// The reference as it is, and one whose measurements are not signed.
constexpr uint32_t kUnsigned = wire::cap::cert | wire::cap::chal | wire::cap::meas_no_sig;

RunReport run_reference(bool unsigned_measurements, const spdm::Waivers& waivers,
                        std::span<const Case> cases) {
    lab::ReferenceOptions options;
    options.waivers = waivers;
    if (unsigned_measurements) options.flags = kUnsigned;
    static std::map<bool, std::shared_ptr<const spdm::Device>> devices;
    std::shared_ptr<const spdm::Device>& device = devices[unsigned_measurements];
    if (!device) device = lab::make_reference_device(options);
    const crypto::Provider& provider = crypto::openssl_provider();
    lab::ReferenceDut dut(device, provider, options);
    SeededRandom random(1);
    lab::Lab lab(dut, random, provider);
    return engine::run(lab, cases, engine::Requirements::embedded(), {});
}

bool noticed(const CaseResult& result) {
    return engine::is_failure(result.verdict) || result.verdict == Verdict::warning ||
           result.verdict == Verdict::loose_pass;
}

#ifdef ASSAY_HARNESS

std::vector<std::string> killers(Check check, std::span<const Case> cases) {
    spdm::Waivers waivers;
    waivers.waive(check);
    std::vector<std::string> by;
    for (bool unsigned_measurements : {false, true}) {
        for (const CaseResult& result : run_reference(unsigned_measurements, waivers, cases).results) {
            if (noticed(result)) by.push_back(fmt::format("{} at {}", result.id, wire::name(result.version)));
        }
        if (!by.empty()) break;
    }
    return by;
}

// The cases that name the check's requirement; usually one of them is enough.
std::vector<Case> close_to(Check check) {
    std::vector<Case> close;
    std::string wanted(spdm::info(check).requirement);
    for (const Case& one : all_cases()) {
        if (contains(one.requirements, wanted)) close.push_back(one);
    }
    return close;
}

#endif

}  // namespace

std::vector<Kill> kill_matrix(const std::function<void(const Kill&)>& progress) {
    std::vector<Kill> kills;
#ifdef ASSAY_HARNESS
    for (size_t i = 0; i < spdm::kCheckCount; ++i) {
        Kill kill{.check = static_cast<Check>(i), .by = {}, .excuse = {}};
        kill.by = killers(kill.check, close_to(kill.check));
        if (kill.by.empty()) kill.by = killers(kill.check, all_cases());
        if (kill.by.empty()) kill.excuse = excuse(kill.check);
        if (progress) progress(kill);
        kills.push_back(std::move(kill));
    }
#endif
    return kills;
}

std::string to_text(const std::vector<Kill>& kills) {
    std::string text;
    size_t survived = 0;
    size_t excused = 0;
    for (const Kill& kill : kills) {
        std::string what = kill.excuse.empty() ? "SURVIVED" : "excused: " + kill.excuse;
        if (!kill.by.empty()) what = fmt::format("{} ({} in all)", kill.by.front(), kill.by.size());
        survived += kill.survived();
        excused += !kill.excuse.empty();
        const spdm::CheckInfo& info = spdm::info(kill.check);
        text += fmt::format("{:28} {:13} {}\n", info.name, info.requirement, what);
    }
    text += fmt::format("{} checks waived in turn: {} noticed, {} excused, {} survived\n", kills.size(),
                        kills.size() - survived - excused, excused, survived);
    return text;
}

}  // namespace assay::cases
