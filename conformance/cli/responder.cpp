// assay run --role responder
#include <algorithm>
#include <chrono>
#include <memory>
#include <mutex>
#include <thread>

#include "conformance/cli/connections.h"
#include "conformance/cli/files.h"
#include "conformance/cli/interrupt.h"
#include "conformance/cli/reference_options.h"
#include "conformance/cli/role_run.h"
#include "conformance/cli/target.h"
#include "conformance/lab/command.h"
#include "conformance/suites/cases.h"
#include "stack/transport/uri.h"

namespace assay::cli {

namespace {

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
    add_time("--reconnect", command.reconnect_s, RunCommand{}.reconnect_s);
    add_time("--jobs", command.jobs, 0);
    auto add = [&](std::string_view option, const std::string& value) {
        arguments.insert(arguments.end(), {std::string(option), value});
    };
    if (command.psk.key) add("--psk", *command.psk.key);
    if (command.psk.hint) add("--psk-hint", *command.psk.hint);
    if (!command.reset_command.empty()) add("--reset-command", command.reset_command);
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

// How many connections are used where the user does not say: what is built in has no time to lose, and what
// somebody else made need not bear more than one.
unsigned jobs(const RunCommand& command) {
    if (command.jobs != 0) return command.jobs;
    const auto target = transport::parse_target(command.target);
    const bool built_in = target && target->scheme == transport::Scheme::reference;
    return built_in ? std::max(1U, std::thread::hardware_concurrency()) : 1;
}

}  // namespace

Result<RoleRun> run_responder(const RunCommand& command, const engine::RunOptions& options,
                              const engine::RunControl& control) {
    const Sides both = TRY(sides(command));
    const auto open = [&] { return open_target(command, both.reference); };
    const Connections connections = TRY(open_connections(open, jobs(command), command.seed, both.requester));
    const std::span<const engine::Case> all = cases::all_cases();
    engine::RunControl with = control;
    with.revive = [&, mutex = std::make_shared<std::mutex>()](lab::Lab& lab) {
        const std::lock_guard one_at_a_time(*mutex);
        return revive(lab, command);
    };
    engine::RunReport report =
        engine::run(connections.labs(), all, engine::Requirements::embedded(), options, with);
    if (!connections.remark.empty()) report.remarks.push_back(connections.remark);
    report::Details details;
    details.arguments = further_arguments(command);
    if (options.selection.everything()) details.cases = all;
    return RoleRun{.report = std::move(report), .details = std::move(details)};
}

}  // namespace assay::cli
