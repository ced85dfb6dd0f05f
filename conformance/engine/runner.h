// Runs cases against a device and collects what they come to.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "conformance/engine/case.h"
#include "conformance/engine/profile.h"
#include "conformance/engine/requirement.h"
#include "conformance/engine/selection.h"
#include "stack/base/clock.h"

namespace assay::engine {

// The exchange with which every run begins and ends, whatever is selected.
inline constexpr std::string_view kSaneFirst = "sane/first";
inline constexpr std::string_view kSaneLast = "sane/last";

struct RunOptions {
    std::vector<wire::Version> versions{wire::kVersions.begin(), wire::kVersions.end()};
    Selection selection{};  // the sane exchange is run besides
    uint64_t seed = 1;
    bool strict = false;  // a "should", and the policy of one implementation, count as failures
    bool allow_writes = false;
    std::string today;  // "2026-11-23", for waivers
    Profile profile;
};

// What only some roles say, of a result or of a run: a key of report.json, and its value.
struct Column {
    std::string key;
    std::string value;
};

// One case at one version.
struct CaseResult {
    std::string id{};
    std::string title{};
    std::vector<std::string> requirements{};  // that the case is there to judge
    std::vector<std::string> judged{};        // that were judged in this run, held or not
    wire::Version version = wire::Version::v1_0;
    Verdict verdict = Verdict::pass;
    std::string reason{};  // of not applicable, blocked, waived
    // Of blocked: the request code that the target refused before the case could begin.
    std::optional<wire::Code> refused_step{};
    std::vector<Finding> findings{};         // what decided it first, loose passes after it
    std::vector<lab::Exchange> exchanges{};  // of every case that did not plainly pass
    std::string group{};                     // what it is counted under, in a role without versions
    std::vector<Column> columns{};
    std::vector<std::string> remarks{};  // for people, a line each
    std::chrono::microseconds time{0};   // that it took, a second attempt included; 0 without a clock
};

inline constexpr std::string_view kByVersion = "version";

struct RunReport {
    std::string target;
    const record::Transport* transport = &record::mctp();  // how its records were carried
    RunOptions options;
    std::vector<wire::Version> versions;  // that were run
    std::vector<CaseResult> results;
    size_t exchanges = 0;
    std::string_view role = "responder";       // Suite::name
    std::string_view counted_by = kByVersion;  // or what CaseResult::group is: "category"
    bool started_anew = false;                 // for each case: one that it does not survive harms no other
    std::vector<Column> columns{};
    std::vector<std::string> remarks{};  // for people, a paragraph each

    bool has_versions() const { return counted_by == kByVersion; }

    size_t count(Verdict verdict) const;
    // 0 no failure, 1 failures, or cases that could not be judged because the target refused what comes
    // before them, 3 the target could not be reached or died (where it is started anew, in any case), 4 a
    // defect of this program, 5 interrupted.
    int exit_code() const;
    bool unreachable = false;
    std::string killed_by;     // the case after which the target could not be reached any more
    bool interrupted = false;  // it was stopped before its end: what is missing was not run
};

// What the command line shows of a run on its way: cases done, cases in all, the last result.
using Progress = std::function<void(size_t done, size_t total, const CaseResult& last)>;

// What a run is given besides what it is to do: all of it may be left out.
struct RunControl {
    Progress progress{};  // called by one thread at a time
    // Asked before each case: whether the run is to end here.
    std::function<bool()> stop{};
    // The target is gone. Waits for it to come back, or makes it; false: it stays away.
    std::function<bool(lab::Lab&)> revive{};
    // A result that an earlier, interrupted run had: the case is not run again.
    std::function<std::optional<CaseResult>(std::string_view id, wire::Version version)> known{};
    const Clock* clock = nullptr;  // of the times in the results
};

// Runs the sane exchange, the cases and the sane exchange again at each version. A case that kills the
// target is named, and the run goes on with the rest if the target comes back. A case that was blocked by a
// step that the target refused, or that waited for an answer in vain, is run a second time on a connection of
// its own, where the target has connections: what an earlier case left behind blocks no other, and an answer
// that only the second run got is a warning. Each case has randomness of its own (case_seed).
//
// Several labs, each with a connection of its own to the same target, share the cases among them, a thread
// each; the results are in the order of the catalogue all the same.
RunReport run(std::span<lab::Lab* const> labs, std::span<const Case> cases, const Requirements& requirements,
              const RunOptions& options, const RunControl& control = {});
RunReport run(lab::Lab& lab, std::span<const Case> cases, const Requirements& requirements,
              const RunOptions& options, const RunControl& control = {});

}  // namespace assay::engine
