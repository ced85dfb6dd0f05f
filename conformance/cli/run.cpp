// assay run: the same for every role.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <ostream>

#include "conformance/cli/files.h"
#include "conformance/cli/interrupt.h"
#include "conformance/cli/profile.h"
#include "conformance/cli/roles.h"
#include "conformance/cli/selecting.h"
#include "conformance/cli/target.h"
#include "conformance/report/journal.h"
#include "conformance/report/json.h"
#include "conformance/report/list.h"
#include "conformance/report/text.h"
#include "conformance/report/trace.h"
#include "conformance/report/write.h"
#include "conformance/suites/cases.h"
#include "stack/base/clock.h"
#include "stack/base/ranges.h"

namespace assay::cli {

namespace {

constexpr size_t kBar = 30;

// A bar on a terminal; elsewhere a line for each tenth.
class ProgressLine {
   public:
    explicit ProgressLine(Streams& streams) : streams_(streams) {}
    ~ProgressLine() {
        if (drawn_) streams_.err << "\r\x1b[K";
    }

    void show(size_t done, size_t total, const std::string& what) {
        size_t tenth = total == 0 ? 10 : done * 10 / total;
        if (!streams_.terminal) {
            if (tenth != last_) streams_.err << fmt::format("{} of {}: {}\n", done, total, what);
            last_ = tenth;
            return;
        }
        size_t filled = total == 0 ? kBar : done * kBar / total;
        streams_.err << fmt::format("\r\x1b[K[{}{}] {}/{} {:.40}", std::string(filled, '#'),
                                    std::string(kBar - filled, '.'), done, total, what);
        streams_.err.flush();
        drawn_ = true;
    }

   private:
    Streams& streams_;
    size_t last_ = 0;
    bool drawn_ = false;
};

Result<engine::RunOptions> options_of(const Role& role, const RunCommand& command, engine::Profile profile) {
    engine::RunOptions options;
    options.selection = TRY(selection_of(role, command));
    if (!command.versions.empty()) options.versions = command.versions;
    if (contains(role.options, std::string_view("--spdm-version")))
        options.versions = TRY(versions_of(options.selection, std::move(options.versions)));
    options.seed = command.seed;
    options.strict = command.strict;
    options.allow_writes = command.allow_writes;
    options.today = today();
    options.profile = std::move(profile);
    return options;
}

// What the run leaves in the folder of --report on its way: each result as it comes.
class Recorder {
   public:
    // Tries the folder: better now than after hours. Errors: as Journal's.
    static Result<Recorder> open(const RunCommand& command) {
        Recorder recorder;
        if (command.report.empty() && command.resume) {
            return fail(Errc::bad_text, "--resume", Error::npos,
                        "--resume needs --report, the folder of the run that was interrupted");
        }
        if (command.report.empty()) return recorder;
        recorder.journal_ = TRY(command.resume ? report::Journal::resume(command.report, command.words)
                                               : report::Journal::begin(command.report, command.words));
        return recorder;
    }

    void add(const engine::CaseResult& result) {
        if (!journal_ || !lost_.empty()) return;
        if (const auto added = journal_->add(result); !added) lost_ = added.error().detail;
    }
    std::optional<engine::CaseResult> known(std::string_view id, wire::Version version) const {
        return journal_ ? journal_->known(id, version) : std::nullopt;
    }
    // Writes the report. Errors: Errc::io, also of a result that could not be appended.
    Result<> finish(const std::filesystem::path& folder, const RoleRun& run) {
        report::Files files = report::report_files(run.report, run.details);
        for (const auto& [name, content] : run.files) files[name] = to_bytes(as_bytes(content));
        TRY(report::replace_report(folder, files, run.report.role));
        if (!run.report.interrupted) TRY(journal_->remove());
        if (!lost_.empty()) return fail(Errc::io, "report", Error::npos, lost_);
        return {};
    }

   private:
    std::optional<report::Journal> journal_{};
    std::string lost_{};  // why results could not be appended
};

// On standard output, in the form that was asked for.
void show(const RoleRun& run, const RunCommand& command, Streams& streams) {
    if (!command.json) {
        streams.out << (command.quiet ? report::short_summary(run.report)
                                      : report::summary(run.report, run.details));
        return;
    }
    nlohmann::ordered_json json = report::to_json(run.report, run.details);
    for (auto& result : json["results"]) result.erase("exchanges");
    streams.out << report::to_text(json);
}

int run_cases(const Role& role, const RunCommand& command, Streams& streams) {
    auto profile = read_profile(command.profile);
    if (!profile) return complain(streams, status::usage, profile.error().detail);
    if (const std::string refused = refused_profile(role, *profile); !refused.empty())
        return misuse(streams, refused);
    const auto options = options_of(role, command, std::move(*profile));
    if (!options) return complain(streams, status::usage, options.error());
    auto recorder = Recorder::open(command);
    if (!recorder) return complain(streams, status::usage, recorder.error());
    const SystemClock clock;
    auto run = [&] {
        const Interrupt interrupt;
        ProgressLine line(streams);
        engine::RunControl control;
        control.progress = [&](size_t done, size_t total, const engine::CaseResult& last) {
            if (done > 0) recorder->add(last);
            if (!command.quiet) line.show(done, total, last.id);
        };
        control.stop = Interrupt::came;
        control.known = [&](std::string_view id, wire::Version version) {
            return recorder->known(id, version);
        };
        control.clock = &clock;
        return role.run(command, *options, control);
    }();
    if (!run) return complain(streams, exit_code_of(run.error()), run.error());
    run->details.options = role.options;
    show(*run, command, streams);
    const int exit_code = run->report.exit_code();
    if (command.report.empty()) return exit_code;
    if (const auto written = recorder->finish(command.report, *run); !written)
        return complain(streams, status::usage, written.error().detail);
    if (command.json || command.quiet) return exit_code;
    streams.out << "report: " << command.report << "/report.json\n";
    if (run->report.interrupted) streams.out << "to go on: the same command with --resume\n";
    return exit_code;
}

int list_cases(const Role& role, const RunCommand& command, Streams& streams) {
    const auto selection = selection_of(role, command);
    if (!selection) return complain(streams, status::usage, selection.error().detail);
    const std::vector<engine::CaseInfo> cases = role.suite.selected(*selection);
    streams.out << (command.json ? report::to_text(report::to_json(role.suite, cases))
                                 : engine::to_text(cases, role.suite.unit));
    return status::ok;
}

int kill_matrix(const engine::Suite& suite, Streams& streams) {
    const engine::KillMatrix matrix = suite.kill_matrix();
    if (matrix.rows.empty()) {
        return complain(streams, status::usage,
                        "this build has no faults to plant: it was made without ASSAY_HARNESS");
    }
    const std::vector<engine::Kill> kills = [&] {
        ProgressLine line(streams);
        return engine::run(matrix, [&](size_t done, size_t total, const engine::Kill& last) {
            line.show(done, total, std::string(last.name));
        });
    }();
    streams.out << engine::to_text(kills, matrix.note);
    return std::ranges::any_of(kills, &engine::Kill::survived) ? status::failures : status::ok;
}

// Of every role whose cases name requirements.
int traceability(Streams& streams) {
    std::vector<report::Proof> further;
    for (const Role& role : roles().subspan(1)) {
        for (engine::CaseInfo& one : role.suite.cases())
            further.push_back({std::move(one.id), std::move(one.requirements)});
    }
    const report::Trace trace =
        report::trace(engine::Requirements::embedded(), cases::all_cases(), nullptr, further);
    streams.out << report::to_text(trace);
    const bool missing =
        std::ranges::any_of(trace.rows, [](const report::TraceRow& row) { return row.is_missing(); });
    return missing || !trace.unknown.empty() ? status::failures : status::ok;
}

}  // namespace

int run(const RunCommand& command, Streams& streams) {
    const Role* role = find_role(command.role);
    if (role == nullptr)
        return complain(streams, status::usage, fmt::format("there is no role '{}'", command.role));
    if (const std::string refused = refused_option(*role, command); !refused.empty())
        return misuse(streams, refused);
    if (command.list) return list_cases(*role, command, streams);
    if (command.kill_matrix) return kill_matrix(role->suite, streams);
    return command.traceability ? traceability(streams) : run_cases(*role, command, streams);
}

}  // namespace assay::cli
