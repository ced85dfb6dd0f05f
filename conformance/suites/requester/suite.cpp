#include "conformance/suites/requester/suite.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "conformance/engine/decide.h"
#include "conformance/suites/requester/kill_matrix.h"

namespace assay::cases::requester {

std::span<const RequesterCase> requester_cases() {
    static const std::vector<RequesterCase> all = [] {
        std::vector<RequesterCase> cases;
        for (auto add : {add_honest, add_honest_sessions, add_session_behaviour, add_faults}) add(cases);
        return cases;
    }();
    return all;
}

engine::Suite suite() {
    const auto cases = [] {
        std::vector<engine::CaseInfo> list;
        for (const RequesterCase& one : requester_cases()) {
            list.push_back({.id = one.id,
                            .columns = {fmt::format("{}-{}", wire::name(one.since), wire::name(one.until))},
                            .title = one.title,
                            .requirements = one.requirements});
        }
        return list;
    };
    return {.name = "requester",
            .unit = "cases",
            .cases = cases,
            .kill_matrix = kill_matrix,
            .column_names = {"versions"}};
}

namespace {

// A copy of all cases, those with a usual version at that one only.
std::vector<RequesterCase> each_once() {
    const std::span<const RequesterCase> all = requester_cases();
    std::vector<RequesterCase> cases(all.begin(), all.end());
    for (RequesterCase& one : cases) {
        if (one.usual) one.since = one.until = *one.usual;
    }
    return cases;
}

}  // namespace

engine::RunReport run(Subject& subject, const engine::Requirements& requirements,
                      const engine::RunOptions& options, const engine::RunControl& control) {
    lab::RequesterDut& dut = subject.dut();
    engine::RunReport report;
    report.role = suite().name;
    report.target = dut.target();
    report.options = options;
    if (dut.transport() != nullptr) report.transport = dut.transport();
    report.versions = options.versions;
    const auto body = [&](const RequesterCase& one, wire::Version version) {
        CaseContext test(subject, version);
        const CheckResult judgement = one.run(test);
        engine::CaseResult result{
            .id = one.id, .title = one.title, .requirements = one.requirements, .version = version};
        engine::decide(result, judgement, test.notes(), requirements, options);
        report.exchanges += test.exchanges().size();
        if (result.verdict != Verdict::pass && result.verdict != Verdict::not_applicable)
            result.exchanges = test.exchanges();
        return result;
    };
    const bool whole = options.selection.everything() && options.versions.size() == wire::kVersions.size();
    const std::vector<RequesterCase> fewer =
        dut.configurable() && whole ? each_once() : std::vector<RequesterCase>{};
    engine::run_selected(report, fewer.empty() ? requester_cases() : std::span<const RequesterCase>(fewer),
                         control, body);
    return report;
}

Result<> probe(Subject& subject, std::span<const wire::Version> versions) {
    const Run* run = TRY(subject.honest(versions.back(), {}));
    if (!run->exchanges().empty() || run->end.declined()) return {};
    const std::string said = run->end.output.substr(0, run->end.output.find('\n'));
    return fail(Errc::io, "requester", Error::npos,
                fmt::format("no requester came to be tested: {}{}{}", lab::describe(run->end),
                            said.empty() ? "" : ": ", said));
}

std::string scan(Subject& subject, std::span<const wire::Version> versions) {
    std::string text;
    for (const wire::Version version : versions) {
        for (const lab::Flow flow : lab::kFlows) {
            const auto run = subject.honest(version, {.flow = flow});
            if (!run) return run.error().text();
            // Without repetitions: portions of a chain, several measurements.
            std::vector<std::string> requests;
            for (const Exchange& seen : (*run)->exchanges()) {
                std::string name = request_name(seen);
                if (requests.empty() || requests.back() != name) requests.push_back(std::move(name));
            }
            text += fmt::format("  {} {:13} {}; {}\n", wire::name(version), lab::name(flow),
                                requests.empty() ? "nothing" : fmt::format("{}", fmt::join(requests, ", ")),
                                lab::describe((*run)->end));
        }
    }
    return text;
}

}  // namespace assay::cases::requester
