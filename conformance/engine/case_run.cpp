#include "conformance/engine/case_run.h"

#include <fmt/format.h>

#include <algorithm>

#include "conformance/engine/applicability.h"
#include "conformance/engine/decide.h"
#include "stack/base/ranges.h"

namespace assay::engine {

namespace {

// Whether a verdict weighs more than another in a result that has both.
bool graver(Verdict one, Verdict other) {
    auto weight = [](Verdict verdict) {
        if (verdict == Verdict::harness_error) return 4;
        if (is_failure(verdict)) return 3;
        return verdict == Verdict::warning ? 2 : 1;
    };
    return weight(one) > weight(other);
}

// What the target draws must not be what the lab draws.
constexpr uint64_t kOfTarget = 0x6465766963650000;

}  // namespace

uint64_t case_seed(uint64_t seed, std::string_view id, wire::Version version, unsigned attempt) {
    // FNV-1a over the numbers and the id.
    uint64_t hash = 0xcbf29ce484222325;
    auto mix = [&hash](uint8_t byte) { hash = (hash ^ byte) * 0x100000001b3; };
    for (int shift = 0; shift < 64; shift += 8) mix(static_cast<uint8_t>(seed >> shift));
    for (char c : id) mix(static_cast<uint8_t>(c));
    mix(wire::byte(version));
    mix(static_cast<uint8_t>(attempt));
    return hash;
}

bool VersionState::hopeless(wire::Code step) const {
    const std::lock_guard lock(mutex_);
    return hopeless_.contains(step);
}

void VersionState::set_hopeless(wire::Code step) {
    const std::lock_guard lock(mutex_);
    hopeless_.insert(step);
}

CaseRun::CaseRun(lab::Lab& lab, std::span<const Case> all, const Requirements& requirements,
                 const RunOptions& options, const RunControl& control)
    : lab_(&lab),
      own_random_(&lab.random()),
      all_(all),
      requirements_(&requirements),
      options_(&options),
      control_(&control) {}

CaseRun::~CaseRun() { lab_->set_random(*own_random_); }

std::chrono::microseconds CaseRun::now() const {
    return control_->clock != nullptr ? control_->clock->now() : std::chrono::microseconds{0};
}

void CaseRun::begin(std::string_view id, const VersionState& version, unsigned attempt) {
    const uint64_t seed = case_seed(options_->seed, id, version.claims.version, attempt);
    random_ = SeededRandom(seed);
    lab_->set_random(random_);
    lab_->dut().reseed(seed ^ kOfTarget);
    lab_->set_learned(version.learned);
}

CaseResult CaseRun::run(const Case& one, VersionState& version) {
    CaseResult result = result_of(one, version.claims);
    if (std::string why = missing(one, version.claims); !why.empty()) {
        result.verdict = Verdict::not_applicable;
        result.reason = std::move(why);
        return result;
    }
    const auto begun = now();
    attempt(one, version, 0, result);
    if (deserves_another(result, version)) try_again(one, version, result);
    if (result.refused_step) version.set_hopeless(*result.refused_step);
    result.time = now() - begun;
    return result;
}

std::pair<CaseResult, SaneOutcome> CaseRun::sane(std::string_view id, VersionState& version,
                                                 std::span<const StageFailure> known) {
    CaseResult result{.id = std::string(id),
                      .title = "From GET_VERSION to signed measurements, as far as the device claims",
                      .version = version.claims.version};
    const auto begun = now();
    begin(id, version, 0);
    CaseContext test(*lab_, version.claims, &options_->profile);
    SaneOutcome outcome = sane_exchange(test);
    result.judged = in_force(test.judged(), result.version);
    for (const StageFailure& failure : outcome.failures) {
        auto same = [&](const StageFailure& one) {
            return one.stage == failure.stage && one.finding.got == failure.finding.got;
        };
        Finding finding = failure.finding;
        const bool again = std::ranges::any_of(known, same);
        if (again && finding.verdict == Verdict::warning) continue;
        if (again) {
            finding.verdict = Verdict::blocked;
            finding.got += fmt::format(", as in {}", kSaneFirst);
        }
        CaseResult alone{.id = result.id, .version = result.version};
        decide(alone, std::unexpected(finding), {}, *requirements_, *options_);
        result.findings.push_back(std::move(finding));
        if (result.findings.size() == 1 || graver(alone.verdict, result.verdict)) {
            result.verdict = alone.verdict;
            result.reason = std::move(alone.reason);
            std::swap(result.findings.front(), result.findings.back());
        }
    }
    if (result.verdict == Verdict::blocked) result.reason = result.findings.front().got;
    result.exchanges = outcome.exchanges;
    result.time = now() - begun;
    return {std::move(result), std::move(outcome)};
}

std::string CaseRun::missing(const Case& one, const Claims& claims) const {
    std::string missing = missing_claim(claims, one.needs);
    const bool sessions = (one.needs & (wire::cap::key_ex | wire::cap::psk)) != 0;
    if (missing.empty() && sessions && !lab_->dut().carries_secured())
        missing = "secured messages cannot be carried to this target";
    if (one.writes && !options_->allow_writes) missing = "it writes to the device: needs --allow-writes";
    return missing;
}

CaseResult CaseRun::result_of(const Case& one, const Claims& claims) const {
    return {.id = one.id, .title = one.title, .requirements = one.requirements, .version = claims.version};
}

void CaseRun::attempt(const Case& one, const VersionState& version, unsigned number, CaseResult& result) {
    begin(one.id, version, number);
    CaseContext test(*lab_, version.claims, &options_->profile);
    Judged judged = judge(one, test);
    result.judged = in_force(test.judged(), result.version);
    decide(result, judged.judgement, test.notes(), *requirements_, *options_);
    if (!judged.judgement || !test.notes().empty()) result.exchanges = std::move(judged.exchanges);
    if (result.verdict != Verdict::blocked) return;
    result.reason = judged.judgement.error().got;
    result.refused_step = lab_->refused_step();
    if (auto step = result.refused_step)
        result.reason += fmt::format("; {} judges that", judging_case(*step));
}

// What the requirements of other versions say is not judged at this one.
std::vector<std::string> CaseRun::in_force(std::vector<std::string> ids, wire::Version version) const {
    std::erase_if(ids, [&](const std::string& id) {
        const Requirement* rule = requirements_->find(id);
        return rule != nullptr && (version < rule->since || version > rule->until);
    });
    return ids;
}

// A refused preparation may be what an earlier case left behind, and silence an answer that came late.
bool CaseRun::deserves_another(const CaseResult& result, const VersionState& version) const {
    if (result.refused_step) return !version.hopeless(*result.refused_step);
    bool silent = !result.exchanges.empty() && result.exchanges.back().silent();
    return result.verdict == Verdict::dead && silent;
}

// On a connection of its own, where there is such a thing. What then goes well was no failure of the
// device for certain.
void CaseRun::try_again(const Case& one, const VersionState& version, CaseResult& result) {
    auto anew = lab_->dut().reconnect();
    if (!anew || !*anew) return;
    CaseResult again = result_of(one, version.claims);
    attempt(one, version, 1, again);
    bool recovered = result.verdict == Verdict::dead && !is_failure(again.verdict);
    if (recovered) {
        again.verdict = Verdict::warning;
        Finding first = result.findings.front();
        first.verdict = Verdict::warning;
        first.got += "; a second run of the case was answered";
        again.findings.insert(again.findings.begin(), std::move(first));
        again.exchanges = std::move(result.exchanges);
    }
    result = std::move(again);
}

// Which case says that the device refuses such a request.
std::string_view CaseRun::judging_case(wire::Code step) const {
    if (is_sane_step(step)) return kSaneFirst;
    auto judging = std::ranges::find_if(all_, [&](const Case& one) { return contains(one.judges, step); });
    return judging == all_.end() ? kSaneFirst : std::string_view(judging->id);
}

bool CaseRun::is_gone_after(const CaseResult& result) {
    bool dead = std::ranges::any_of(result.findings,
                                    [](const Finding& finding) { return finding.verdict == Verdict::dead; });
    return dead && !lab_->after_version();
}

}  // namespace assay::engine
