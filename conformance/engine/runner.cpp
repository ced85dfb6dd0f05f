#include "conformance/engine/runner.h"

#include <fmt/format.h>

#include <algorithm>

#include "conformance/engine/decide.h"
#include "conformance/engine/judge.h"
#include "stack/base/ranges.h"

namespace assay::engine {

namespace {

// What the device lacks of `flags`; empty when it lacks nothing. MEAS_CAP has two bits: both together ask for
// any measurements, the upper one for signed ones.
std::string missing_claim(const Claims& claims, uint32_t flags) {
    uint32_t meas = flags & wire::cap::meas;
    if (meas != 0 && !claims.has(wire::cap::meas)) return "the device does not claim MEAS_CAP";
    if (meas == wire::cap::meas_sig && !claims.has(wire::cap::meas_sig)) {
        return "the device does not claim signed measurements (MEAS_CAP 10b)";
    }
    namespace cap = wire::cap;
    if ((flags & cap::psk) == cap::psk_with_context && !claims.has(cap::psk_with_context))
        return "the device does not claim PSK_CAP with a responder context (10b)";
    if ((flags & cap::psk) != 0 && !claims.has(cap::psk)) return "the device does not claim PSK_CAP";
    static constexpr std::pair<uint32_t, std::string_view> kNames[] = {
        {cap::cert, "CERT_CAP"},
        {cap::chal, "CHAL_CAP"},
        {cap::chunk, "CHUNK_CAP"},
        {cap::encrypt, "ENCRYPT_CAP"},
        {cap::mac, "MAC_CAP"},
        {cap::mut_auth, "MUT_AUTH_CAP"},
        {cap::key_ex, "KEY_EX_CAP"},
        {cap::encap, "ENCAP_CAP"},
        {cap::hbeat, "HBEAT_CAP"},
        {cap::key_upd, "KEY_UPD_CAP"},
        {cap::handshake_in_the_clear, "HANDSHAKE_IN_THE_CLEAR_CAP"}};
    for (const auto& [mask, name] : kNames) {
        if ((flags & mask) != 0 && !claims.has(mask))
            return fmt::format("the device does not claim {}", name);
    }
    return {};
}

// Whether a verdict weighs more than another in a result that has both.
bool graver(Verdict one, Verdict other) {
    auto weight = [](Verdict verdict) {
        if (verdict == Verdict::harness_error) return 4;
        if (is_failure(verdict)) return 3;
        return verdict == Verdict::warning ? 2 : 1;
    };
    return weight(one) > weight(other);
}

class Run {
   public:
    Run(lab::Lab& lab, std::span<const Case> cases, const Requirements& requirements,
        const RunOptions& options, const Progress& progress)
        : lab_(lab), all_(cases), requirements_(requirements), options_(options), progress_(progress) {
        report_.target = lab.dut().target();
        report_.transport = &lab.dut().transport();
        report_.options = options;
    }

    RunReport all() {
        std::vector<const Case*> wanted;
        for (const Case& one : all_) {
            if (matches(options_.filter, one.id)) wanted.push_back(&one);
        }
        std::vector<wire::Version> versions = offered();
        for (wire::Version version : versions) {
            for (const Case* one : wanted) total_ += is_due(*one, version, versions.back());
            total_ += 2;
        }
        for (wire::Version version : versions) {
            if (gone_) break;
            report_.versions.push_back(version);
            at(version, versions.back(), wanted);
        }
        report_.exchanges = lab_.count();
        return std::move(report_);
    }

   private:
    // The wanted versions that VERSION lists.
    std::vector<wire::Version> offered() {
        std::vector<wire::Version> list;
        Result<> reached = lab_.after_version();
        if (!reached) {
            CaseResult result{.id = std::string(kSaneFirst), .title = "The target answers GET_VERSION"};
            result.findings.emplace_back(reached.error());
            result.verdict = Verdict::dead;
            result.exchanges = lab_.exchanges();
            report_.unreachable = gone_ = true;
            total_ = 1;
            finish(std::move(result));
            return list;
        }
        for (wire::Version version : options_.versions) {
            if (!options_.profile.versions.empty() && !contains(options_.profile.versions, version)) continue;
            bool there = std::ranges::any_of(
                lab_.seen().versions(), [&](uint16_t entry) { return entry >> 8 == wire::byte(version); });
            if (there) list.push_back(version);
        }
        return list;
    }

    static bool is_due(const Case& one, wire::Version version, wire::Version last) {
        bool holds = version >= one.since && version <= one.until;
        return holds && (!one.once || version == last);
    }

    void at(wire::Version version, wire::Version last, std::span<const Case* const> cases) {
        claims_ = {};
        claims_.version = version;
        hopeless_.clear();
        SaneOutcome first = sane(kSaneFirst, {});
        claims_ = first.claims;
        for (const Case* one : cases) {
            if (!is_due(*one, version, last)) continue;
            if (gone_) {
                blocked(*one, "the target is gone since " + report_.killed_by);
            } else if (const StageFailure* failure = first.hides(one->needs)) {
                blocked(*one, fmt::format("{} failed at this version: {}", kSaneFirst, failure->finding.got));
            } else {
                run_case(*one);
            }
        }
        if (!gone_) sane(kSaneLast, first.failures);
    }

    // `known`: what failed at the beginning already, and says nothing new at the end.
    SaneOutcome sane(std::string_view id, std::span<const StageFailure> known) {
        CaseResult result{.id = std::string(id),
                          .title = "From GET_VERSION to signed measurements, as far as the device claims",
                          .version = claims_.version};
        CaseContext test(lab_, claims_, &options_.profile);
        SaneOutcome outcome = sane_exchange(test);
        result.judged = in_force(test.judged());
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
            decide(alone, std::unexpected(finding), {}, requirements_, options_);
            result.findings.push_back(std::move(finding));
            if (result.findings.size() == 1 || graver(alone.verdict, result.verdict)) {
                result.verdict = alone.verdict;
                result.reason = std::move(alone.reason);
                std::swap(result.findings.front(), result.findings.back());
            }
        }
        if (result.verdict == Verdict::blocked) result.reason = result.findings.front().got;
        result.exchanges = std::move(outcome.exchanges);
        check_alive(result);
        finish(std::move(result));
        return outcome;
    }

    void run_case(const Case& one) {
        std::string missing = missing_claim(claims_, one.needs);
        bool sessions = (one.needs & (wire::cap::key_ex | wire::cap::psk)) != 0;
        if (missing.empty() && sessions && !lab_.dut().carries_secured())
            missing = "secured messages cannot be carried to this target";
        if (one.writes && !options_.allow_writes) missing = "it writes to the device: needs --allow-writes";
        CaseResult result = result_of(one);
        if (!missing.empty()) {
            result.verdict = Verdict::not_applicable;
            result.reason = std::move(missing);
            return finish(std::move(result));
        }
        attempt(one, result);
        if (deserves_another(result)) try_again(one, result);
        check_alive(result);
        if (result.refused_step) hopeless_.insert(*result.refused_step);
        finish(std::move(result));
    }

    CaseResult result_of(const Case& one) const {
        return {
            .id = one.id, .title = one.title, .requirements = one.requirements, .version = claims_.version};
    }

    void attempt(const Case& one, CaseResult& result) {
        CaseContext test(lab_, claims_, &options_.profile);
        Judged judged = judge(one, test);
        result.judged = in_force(test.judged());
        decide(result, judged.judgement, test.notes(), requirements_, options_);
        if (!judged.judgement || !test.notes().empty()) result.exchanges = std::move(judged.exchanges);
        if (result.verdict != Verdict::blocked) return;
        result.reason = judged.judgement.error().got;
        result.refused_step = lab_.refused_step();
        if (auto step = result.refused_step)
            result.reason += fmt::format("; {} judges that", judging_case(*step));
    }

    // What the requirements of other versions say is not judged at this one.
    std::vector<std::string> in_force(std::vector<std::string> ids) const {
        std::erase_if(ids, [&](const std::string& id) {
            const Requirement* rule = requirements_.find(id);
            return rule != nullptr && (claims_.version < rule->since || claims_.version > rule->until);
        });
        return ids;
    }

    // A refused preparation may be what an earlier case left behind, and silence an answer that came late.
    bool deserves_another(const CaseResult& result) const {
        if (result.refused_step) return !hopeless_.contains(*result.refused_step);
        bool silent = !result.exchanges.empty() && result.exchanges.back().silent();
        return result.verdict == Verdict::dead && silent;
    }

    // On a connection of its own, where there is such a thing. What then goes well was no failure of the
    // device for certain.
    void try_again(const Case& one, CaseResult& result) {
        auto anew = lab_.dut().reconnect();
        if (!anew || !*anew) return;
        CaseResult again = result_of(one);
        attempt(one, again);
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
    std::string_view judging_case(uint8_t step) const {
        if (is_sane_step(step)) return kSaneFirst;
        auto judging =
            std::ranges::find_if(all_, [&](const Case& one) { return contains(one.judges, step); });
        return judging == all_.end() ? kSaneFirst : std::string_view(judging->id);
    }

    // After silence, whatever the profile says of it: does the target still answer?
    void check_alive(const CaseResult& result) {
        bool dead = std::ranges::any_of(
            result.findings, [](const Finding& finding) { return finding.verdict == Verdict::dead; });
        if (!dead || lab_.after_version()) return;
        gone_ = report_.unreachable = true;
        report_.killed_by = result.id;
    }

    void blocked(const Case& one, std::string why) {
        CaseResult result = result_of(one);
        result.verdict = Verdict::blocked;
        result.reason = std::move(why);
        finish(std::move(result));
    }

    void finish(CaseResult result) {
        report_.results.push_back(std::move(result));
        if (progress_) progress_(report_.results.size(), total_, report_.results.back());
    }

    lab::Lab& lab_;
    std::span<const Case> all_;
    const Requirements& requirements_;
    const RunOptions& options_;
    const Progress& progress_;
    RunReport report_;
    Claims claims_;
    size_t total_ = 0;
    bool gone_ = false;
    std::set<uint8_t> hopeless_;  // steps that are refused on new connections too, at this version
};

}  // namespace

size_t RunReport::count(Verdict verdict) const {
    return static_cast<size_t>(std::ranges::count(results, verdict, &CaseResult::verdict));
}

int RunReport::exit_code() const {
    if (count(Verdict::harness_error) > 0) return 4;
    if (unreachable || (started_anew && count(Verdict::dead) > 0)) return 3;
    bool failed =
        std::ranges::any_of(results, [](const CaseResult& result) { return is_failure(result.verdict); });
    bool refused = std::ranges::any_of(
        results, [](const CaseResult& result) { return result.refused_step.has_value(); });
    return failed || refused ? 1 : 0;
}

RunReport run(lab::Lab& lab, std::span<const Case> cases, const Requirements& requirements,
              const RunOptions& options, const Progress& progress) {
    return Run(lab, cases, requirements, options, progress).all();
}

}  // namespace assay::engine
