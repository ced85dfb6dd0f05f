#include "conformance/engine/runner.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <mutex>
#include <thread>

#include "conformance/engine/case_run.h"
#include "stack/base/ranges.h"

namespace assay::engine {

namespace {

class Run {
   public:
    Run(std::span<lab::Lab* const> labs, std::span<const Case> cases, const Requirements& requirements,
        const RunOptions& options, const RunControl& control)
        : all_(cases), requirements_(requirements), options_(options), control_(control) {
        for (lab::Lab* lab : labs)
            runs_.push_back(std::make_unique<CaseRun>(*lab, cases, requirements, options, control));
        report_.target = first().dut().target();
        report_.transport = &first().dut().transport();
        report_.options = options;
    }

    RunReport all() {
        std::vector<const Case*> wanted;
        for (const Case& one : all_) {
            if (options_.selection.selects(selectable(one), requirements_)) wanted.push_back(&one);
        }
        std::vector<wire::Version> versions = offered();
        for (wire::Version version : versions) {
            for (const Case* one : wanted) total_ += is_due(*one, version, versions.back());
            total_ += 2;
        }
        for (wire::Version version : versions) {
            if (gone_ || stopped()) break;
            report_.versions.push_back(version);
            at(version, versions.back(), wanted);
        }
        for (const auto& run : runs_) report_.exchanges += run->lab().count();
        report_.interrupted = interrupted_;
        return std::move(report_);
    }

   private:
    lab::Lab& first() { return runs_.front()->lab(); }

    // The wanted versions that VERSION lists.
    std::vector<wire::Version> offered() {
        std::vector<wire::Version> list;
        Result<> reached = first().after_version();
        if (!reached) {
            CaseResult result{.id = std::string(kSaneFirst), .title = "The target answers GET_VERSION"};
            result.findings.emplace_back(reached.error());
            result.verdict = Verdict::dead;
            result.exchanges = first().exchanges();
            report_.unreachable = gone_ = true;
            total_ = 1;
            progress(result);
            report_.results.push_back(std::move(result));
            return list;
        }
        for (wire::Version version : options_.versions) {
            if (!options_.profile.versions.empty() && !contains(options_.profile.versions, version)) continue;
            bool there = std::ranges::any_of(
                first().seen().versions(), [&](uint16_t entry) { return entry >> 8 == wire::byte(version); });
            if (there) list.push_back(version);
        }
        if (options_.selection.fast && !list.empty()) list = {list.back()};
        return list;
    }

    bool is_due(const Case& one, wire::Version version, wire::Version last) const {
        bool holds = version >= one.since && version <= one.until;
        return holds && (!one.once || version == last) && options_.selection.selects_at(one.id, version);
    }

    bool stopped() {
        if (!interrupted_ && control_.stop && control_.stop()) interrupted_ = true;
        return interrupted_;
    }

    void at(wire::Version version, wire::Version last, std::span<const Case* const> wanted) {
        VersionState state;
        state.claims.version = version;
        auto [result, outcome] = runs_.front()->sane(kSaneFirst, state, {});
        state.claims = outcome.claims;
        state.learned = first().learned();
        settle(*runs_.front(), result);
        progress(result);
        report_.results.push_back(std::move(result));

        std::vector<const Case*> due;
        for (const Case* one : wanted) {
            if (is_due(*one, version, last)) due.push_back(one);
        }
        std::vector<std::optional<CaseResult>> results(due.size());
        std::atomic<size_t> next = 0;
        auto work = [&](CaseRun& run) {
            for (size_t i = next++; i < due.size() && !stopped(); i = next++) {
                results[i] = result_of(run, *due[i], state, outcome);
                progress(*results[i]);
            }
        };
        std::vector<std::thread> threads;
        for (size_t i = 1; i < runs_.size(); ++i) threads.emplace_back(work, std::ref(*runs_[i]));
        work(*runs_.front());
        for (std::thread& thread : threads) thread.join();
        for (std::optional<CaseResult>& one : results) {
            if (one) report_.results.push_back(std::move(*one));
        }

        if (gone_ || stopped()) return;
        CaseResult again = runs_.front()->sane(kSaneLast, state, outcome.failures).first;
        settle(*runs_.front(), again);
        progress(again);
        report_.results.push_back(std::move(again));
    }

    CaseResult result_of(CaseRun& run, const Case& one, VersionState& state, const SaneOutcome& sane) {
        if (control_.known) {
            if (auto before = control_.known(one.id, state.claims.version)) return std::move(*before);
        }
        if (gone_) return blocked(one, state, "the target is gone since " + killed_by());
        if (const StageFailure* failure = sane.hides(one.needs)) {
            return blocked(one, state,
                           fmt::format("{} failed at this version: {}", kSaneFirst, failure->finding.got));
        }
        CaseResult result = run.run(one, state);
        const bool answered = std::ranges::any_of(
            result.exchanges, [](const lab::Exchange& exchange) { return !exchange.silent(); });
        // Who answers nothing at all may have been gone before: then the case has not been run yet.
        if (settle(run, result) == Target::back && !answered) {
            result = run.run(one, state);
            settle(run, result);
        }
        return result;
    }

    enum class Target : uint8_t { there, back, gone };

    // What became of the target with a result, and, if it went away, whether it came back.
    Target settle(CaseRun& run, const CaseResult& result) {
        if (!run.is_gone_after(result)) return Target::there;
        const bool back = control_.revive && control_.revive(run.lab());
        const std::lock_guard lock(mutex_);
        if (back) {
            report_.remarks.push_back(
                fmt::format("The target went away at SPDM {} in {}, or just before it, and came back.",
                            wire::name(result.version), result.id));
            return Target::back;
        }
        if (!gone_) report_.killed_by = result.id;
        gone_ = report_.unreachable = true;
        return Target::gone;
    }

    std::string killed_by() {
        const std::lock_guard lock(mutex_);
        return report_.killed_by;
    }

    static CaseResult blocked(const Case& one, const VersionState& state, std::string why) {
        return {.id = one.id,
                .title = one.title,
                .requirements = one.requirements,
                .version = state.claims.version,
                .verdict = Verdict::blocked,
                .reason = std::move(why)};
    }

    void progress(const CaseResult& result) {
        const std::lock_guard lock(mutex_);
        ++done_;
        if (control_.progress) control_.progress(done_, total_, result);
    }

    std::vector<std::unique_ptr<CaseRun>> runs_;
    std::span<const Case> all_;
    const Requirements& requirements_;
    const RunOptions& options_;
    const RunControl& control_;
    RunReport report_;
    std::mutex mutex_;  // of what the threads change
    size_t done_ = 0, total_ = 0;
    std::atomic<bool> gone_ = false, interrupted_ = false;
};

}  // namespace

size_t RunReport::count(Verdict verdict) const {
    return static_cast<size_t>(std::ranges::count(results, verdict, &CaseResult::verdict));
}

int RunReport::exit_code() const {
    if (count(Verdict::harness_error) > 0) return 4;
    if (unreachable || (started_anew && count(Verdict::dead) > 0)) return 3;
    if (interrupted) return 5;
    bool failed =
        std::ranges::any_of(results, [](const CaseResult& result) { return is_failure(result.verdict); });
    bool refused = std::ranges::any_of(
        results, [](const CaseResult& result) { return result.refused_step.has_value(); });
    return failed || refused ? 1 : 0;
}

RunReport run(std::span<lab::Lab* const> labs, std::span<const Case> cases, const Requirements& requirements,
              const RunOptions& options, const RunControl& control) {
    return Run(labs, cases, requirements, options, control).all();
}

RunReport run(lab::Lab& lab, std::span<const Case> cases, const Requirements& requirements,
              const RunOptions& options, const RunControl& control) {
    lab::Lab* const labs[] = {&lab};
    return run(labs, cases, requirements, options, control);
}

}  // namespace assay::engine
