// assay run
#include <fmt/format.h>

#include <algorithm>
#include <ostream>

#include "conformance/cli/commands.h"
#include "conformance/cli/end_of_run.h"
#include "conformance/cli/files.h"
#include "conformance/cli/reference_options.h"
#include "conformance/cli/role_runs.h"
#include "conformance/cli/target.h"
#include "conformance/report/trace.h"
#include "conformance/suites/cases.h"
#include "conformance/suites/kill_matrix.h"
#include "conformance/suites/transfer/transfer.h"
#include "stack/transport/uri.h"

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

// What the command to repeat the run needs besides what the report knows.
std::vector<std::string> further_arguments(const RunCommand& command) {
    std::vector<std::string> arguments = common_arguments(command);
    if (command.rsa) arguments.emplace_back("--rsa");
    auto add_time = [&](std::string_view option, unsigned value, unsigned usual) {
        if (value != usual) arguments.insert(arguments.end(), {std::string(option), std::to_string(value)});
    };
    const TargetOptions usual;
    add_time("--connect-timeout", command.connect_timeout_ms, usual.connect_timeout_ms);
    add_time("--round-trip", command.round_trip_ms, usual.round_trip_ms);
    add_time("--answer-timeout", command.answer_timeout_ms, usual.answer_timeout_ms);
    auto add = [&](std::string_view option, const std::string& value) {
        arguments.insert(arguments.end(), {std::string(option), value});
    };
    if (command.psk.key) add("--psk", *command.psk.key);
    if (command.psk.hint) add("--psk-hint", *command.psk.hint);
    if (!command.identity.chain.empty()) add("--requester-chain", command.identity.chain);
    if (!command.identity.key.empty()) add("--requester-key", command.identity.key);
    return arguments;
}

// What the options make of the reference, if it is the target, and of the lab.
struct Sides {
    lab::ReferenceOptions reference;
    lab::RequesterIdentity requester;
};

Result<Sides> sides(const RunCommand& command) {
    Sides both;
    both.reference.seed = command.seed;
    both.reference.rsa = command.rsa;
    bool sabotaged = !command.fault_options.waive.empty() || !command.fault_options.defects.empty();
    transport::Target target = TRY(transport::parse_target(command.target));
    if (sabotaged && target.scheme != transport::Scheme::reference) {
        return fail(Errc::bad_text, "--waive", Error::npos,
                    "--waive and --defect are for the reference in this process; 'assay serve' has them too");
    }
    TRY(fault_options(command.fault_options, both.reference));
    both.requester = lab::reference_requester();
    both.reference.psk = TRY(pre_shared_key(command.psk));
    if (both.reference.psk) both.requester.psk = *both.reference.psk;
    std::map<crypto::SignAlgo, spdm::Slots> own =
        TRY(read_identity(command.identity.chain, command.identity.key));
    // Who was given an identity offers no algorithm for which the device knows no root.
    if (!own.empty())
        std::erase_if(both.requester.identities, [&](const auto& one) { return !own.contains(one.first); });
    for (const auto& [algo, slots] : own) both.requester.identities[algo][0] = slots[0];
    both.requester.anchored = !own.empty();
    TRY(trust_requester(command.identity, both.reference));
    return both;
}

}  // namespace

int run_responder(const RunCommand& command, Streams& streams) {
    auto profile = read_profile(command.profile);
    if (!profile) return complain(streams, status::usage, profile.error().detail);
    std::span<const engine::Case> all = cases::all_cases();
    auto asked_for = [&](std::string_view id) { return engine::matches(command.filter, id); };
    bool any = std::ranges::any_of(all, asked_for, &engine::Case::id) || asked_for(engine::kSaneFirst) ||
               asked_for(engine::kSaneLast);
    if (!any)
        return complain(streams, status::usage,
                        fmt::format("no case matches '{}' (assay run --list)", command.filter));
    auto both = sides(command);
    if (!both) return complain(streams, status::usage, both.error().detail);
    auto dut = open_target(command, both->reference);
    if (!dut) return complain(streams, exit_code_of(dut.error()), dut.error().detail);

    engine::RunOptions options;
    if (!command.versions.empty()) options.versions = command.versions;
    options.filter = command.filter;
    options.seed = command.seed;
    options.strict = command.strict;
    options.allow_writes = command.allow_writes;
    options.today = today();
    options.profile = std::move(*profile);
    SeededRandom random(command.seed);
    lab::Lab lab(**dut, random, crypto::openssl_provider());
    lab.set_identity(both->requester);
    engine::RunReport report;
    {
        ProgressLine line(streams);
        report = engine::run(lab, all, engine::Requirements::embedded(), options,
                             [&](size_t done, size_t total, const engine::CaseResult& last) {
                                 line.show(done, total, last.id);
                             });
    }
    for (const engine::Waiver* waiver : options.profile.expired(options.today)) {
        streams.err << fmt::format("assay: the waiver for '{}' expired on {} and is not applied\n",
                                   waiver->cases, waiver->expires);
    }
    report::Details details;
    details.arguments = further_arguments(command);
    if (command.filter == "*") details.cases = all;
    return end_of_run(command, report, details, streams);
}

int list_responder_cases(const RunCommand& command, Streams& streams) {
    size_t count = 0;
    for (const engine::Case& one : cases::all_cases()) {
        if (!engine::matches(command.filter, one.id)) continue;
        ++count;
        streams.out << fmt::format("{:44} {}-{}  {}  [{}]\n", one.id, wire::name(one.since),
                                   wire::name(one.until), one.title, fmt::join(one.requirements, " "));
    }
    streams.out << fmt::format("{} cases\n", count);
    return status::ok;
}

int responder_kill_matrix(Streams& streams) {
    std::vector<cases::Kill> kills;
    {
        ProgressLine line(streams);
        size_t done = 0;
        kills = cases::kill_matrix([&](const cases::Kill& kill) {
            line.show(++done, cases::kill_matrix_size(), std::string(kill.name));
        });
    }
    if (kills.empty())
        return complain(streams, status::usage,
                        "this build cannot be spoiled: it was made without ASSAY_HARNESS");
    streams.out << cases::to_text(kills);
    bool survived = std::ranges::any_of(kills, [](const cases::Kill& kill) { return kill.survived(); });
    return survived ? status::failures : status::ok;
}

int traceability(Streams& streams) {
    std::vector<report::Proof> of_path;
    for (const cases::path::PathCase& one : cases::path::path_cases()) {
        of_path.push_back({one.id, one.requirements});
    }
    report::Trace trace =
        report::trace(engine::Requirements::embedded(), cases::all_cases(), nullptr, of_path);
    streams.out << report::to_text(trace);
    bool missing =
        std::ranges::any_of(trace.rows, [](const report::TraceRow& row) { return row.is_missing(); });
    return missing || !trace.unknown.empty() ? status::failures : status::ok;
}

}  // namespace assay::cli
