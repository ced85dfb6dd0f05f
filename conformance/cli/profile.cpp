// assay profile, and the profile of a run
#include "conformance/cli/profile.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <ostream>

#include "conformance/cli/claims_text.h"
#include "conformance/cli/connections.h"
#include "conformance/cli/files.h"
#include "conformance/cli/roles.h"
#include "conformance/cli/target.h"
#include "conformance/engine/judge.h"
#include "conformance/report/json.h"
#include "conformance/report/plain.h"
#include "stack/base/file.h"
#include "stack/crypto/provider.h"

namespace assay::cli {

namespace {

using Json = nlohmann::ordered_json;

std::vector<std::string> case_ids(const Role& role) {
    std::vector<std::string> ids;
    for (engine::CaseInfo& one : role.suite.cases()) ids.push_back(std::move(one.id));
    for (const std::string_view id : role.suite.always) ids.emplace_back(id);
    return ids;
}

// Null: of all roles.
std::vector<std::string> case_ids(const Role* role) {
    if (role != nullptr) return case_ids(*role);
    std::vector<std::string> ids;
    for (const Role& one : roles()) std::ranges::move(case_ids(one), std::back_inserter(ids));
    return ids;
}

// Of whose cases the profile expects failures.
std::vector<std::string_view> waived_roles(const engine::Profile& profile) {
    std::vector<std::string_view> names;
    for (const Role& role : roles()) {
        const std::vector<std::string> ids = case_ids(role);
        const bool any = std::ranges::any_of(profile.waivers, [&](const engine::Waiver& waiver) {
            return std::ranges::any_of(
                ids, [&](const std::string& id) { return engine::matches(waiver.cases, id); });
        });
        if (any) names.push_back(role.suite.name);
    }
    return names;
}

std::string counted(size_t count, std::string_view what) {
    return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

// What the target claims at one version, a line each.
std::vector<std::string> lines_on(lab::Lab& lab, wire::Version version) {
    engine::Claims claims;
    claims.version = version;
    engine::CaseContext context(lab, claims);
    const engine::SaneOutcome outcome = engine::sane_exchange(context);
    const engine::Claims& learned = outcome.claims;
    const std::string at(wire::name(version));
    std::vector<std::string> lines;
    if (learned.supported) {
        lines.push_back(fmt::format("{} capabilities: {}", at, capabilities_text(learned.parameters)));
        lines.push_back(fmt::format("{} algorithms: {}", at, algorithms_text(learned.parameters)));
        if (learned.session.dhe != 0 || learned.session.aead != 0)
            lines.push_back(fmt::format("{} sessions: {}", at, session_algorithms_text(learned.session)));
        std::vector<unsigned> slots;
        for (const auto& [slot, digest] : learned.digests) slots.push_back(slot);
        if (!slots.empty())
            lines.push_back(fmt::format("{} slots with certificates: {}", at, fmt::join(slots, ", ")));
        if (!learned.measurements.empty())
            lines.push_back(fmt::format("{} measurements: {}", at, fmt::join(learned.measurements, ", ")));
    }
    for (const engine::StageFailure& failure : outcome.failures)
        lines.push_back(fmt::format("{} not all could be asked: expected {}, got {}", at,
                                    failure.finding.expected, failure.finding.got));
    return lines;
}

// Errors: those of the target that does not answer GET_VERSION.
Result<std::vector<std::string>> claims_of(lab::Lab& lab) {
    TRY(lab.after_version());
    std::vector<wire::Version> versions;
    std::vector<std::string> names;
    for (wire::Version version : wire::kVersions) {
        const bool there = std::ranges::any_of(
            lab.seen().versions(), [&](uint16_t entry) { return entry >> 8 == wire::byte(version); });
        if (!there) continue;
        versions.push_back(version);
        names.emplace_back(wire::name(version));
    }
    std::vector<std::string> lines{
        fmt::format("versions: {}",
                    names.empty() ? "none that can be tested" : fmt::format("{}", fmt::join(names, ", ")))};
    for (wire::Version version : versions) {
        std::vector<std::string> further = lines_on(lab, version);
        std::ranges::move(further, std::back_inserter(lines));
    }
    return lines;
}

void explain(std::vector<std::string>& lines, std::string_view of, std::span<const engine::ProfileKey> keys) {
    lines.emplace_back(of);
    for (const engine::ProfileKey& key : keys) {
        if (key.value == engine::ProfileValue::comment) continue;
        lines.push_back(
            fmt::format("\"{}\"{}: {}", key.name, key.required ? "" : " (may be left out)", key.meaning));
    }
}

// A profile with which a run has the verdicts that it has without: its lists are empty.
Json new_profile(const std::string& target, const std::vector<std::string>& claims) {
    std::vector<std::string> comment{fmt::format("What {} claimed when this profile was begun:", target)};
    comment.insert(comment.end(), claims.begin(), claims.end());
    explain(comment, "The keys of a profile:", engine::profile_keys());
    explain(comment, "Each of \"waivers\" has:", engine::waiver_keys());
    explain(comment, "Each of \"answers\" has:", engine::answer_keys());
    comment.emplace_back("Any of these objects may have a \"comment\" too.");
    for (std::string& line : comment) line = report::printable(line, report::Lines::one);
    Json profile;
    for (const engine::ProfileKey& key : engine::profile_keys()) {
        switch (key.value) {
            case engine::ProfileValue::comment: profile[key.name] = comment; break;
            case engine::ProfileValue::text:
                profile[key.name] = report::printable(target, report::Lines::one);
                break;
            default: profile[key.name] = Json::array();
        }
    }
    return profile;
}

// Errors: Errc::bad_text, also for a file that is there: somebody's waivers may be in it.
Result<> write_new(const std::string& path, const std::string& text) {
    const auto wrong = [&](const std::string& why) {
        return fail(Errc::bad_text, "file", Error::npos, fmt::format("cannot write {}: {}", path, why));
    };
    const std::unique_ptr<FILE, int (*)(FILE*)> file(std::fopen(path.c_str(), "wxe"), std::fclose);
    if (!file) return wrong(errno == EEXIST ? "it is there already" : std::strerror(errno));
    const bool whole = std::fwrite(text.data(), 1, text.size(), file.get()) == text.size();
    if (!whole || std::fflush(file.get()) != 0) return wrong(std::strerror(errno));
    return {};
}

}  // namespace

Result<engine::CheckedProfile> checked_profile(const std::string& path, const Role* role) {
    const engine::ProfileContext context{.cases = case_ids(role), .today = today()};
    if (const auto text = engine::Profile::built_in(path)) return engine::check_profile(*text, context);
    const Bytes bytes = TRY(read_file(path, kMostText));
    return engine::check_profile({reinterpret_cast<const char*>(bytes.data()), bytes.size()}, context);
}

Result<engine::Profile> read_profile(const std::string& path) {
    if (path.empty()) return engine::Profile{};
    engine::CheckedProfile checked = TRY(checked_profile(path));
    const size_t errors = checked.errors();
    if (errors == 0) return std::move(checked.profile);
    const auto first = std::ranges::find(checked.faults, false, &engine::ProfileFault::warning);
    std::string line = fmt::format("{}:{}", path, first->text());
    if (errors > 1) line += fmt::format(" ('assay profile check' names {} more)", errors - 1);
    return fail(Errc::bad_text, "profile", Error::npos, report::printable(line, report::Lines::one));
}

int profile_check(const ProfileCheckCommand& command, Streams& streams) {
    const Role* role = command.role.empty() ? nullptr : find_role(command.role);
    int code = status::ok;
    for (const std::string& path : command.profiles) {
        const auto checked = checked_profile(path, role);
        if (!checked) {
            code = complain(streams, status::usage, checked.error().detail);
            continue;
        }
        for (const engine::ProfileFault& fault : checked->faults) {
            const std::string line =
                fmt::format("{}:{}:{}: {}: {}: {}", path, fault.place.line, fault.place.column,
                            fault.warning ? "warning" : "error", fault.where, fault.what);
            streams.out << report::printable(line, report::Lines::one) << '\n';
        }
        size_t errors = checked->errors();
        const size_t warnings = checked->faults.size() - errors;
        const std::string refused = role == nullptr ? "" : refused_profile(*role, checked->profile);
        if (!refused.empty()) {
            streams.out << report::printable(fmt::format("{}: error: {}", path, refused), report::Lines::one)
                        << '\n';
            ++errors;
        }
        std::string sum =
            fmt::format("{}: {}, {}", path, errors == 0 ? "can be used" : counted(errors, "error"),
                        counted(warnings, "warning"));
        const std::vector<std::string_view> waived = waived_roles(checked->profile);
        if (errors == 0 && !waived.empty())
            sum += fmt::format("; waives cases of --role {}", fmt::join(waived, ", "));
        streams.out << report::printable(sum, report::Lines::one) << '\n';
        if (errors != 0) code = status::usage;
    }
    return code;
}

int profile_init(const ProfileInitCommand& command, Streams& streams) {
    lab::ReferenceOptions reference;
    auto dut = open_target(command, reference);
    if (!dut) return complain(streams, exit_code_of(dut.error()), dut.error().detail);
    const std::string target = (*dut)->target();
    Connection connection(std::move(*dut), RunCommand{}.seed, lab::reference_requester());
    const auto claims = claims_of(connection.lab);
    if (!claims) {
        return complain(streams, status::unreachable,
                        report::printable(
                            fmt::format("{} does not answer GET_VERSION: {}", target, claims.error().text()),
                            report::Lines::one));
    }
    const std::string text = report::to_text(new_profile(target, *claims));
    if (command.output.empty()) {
        streams.out << text;
        return status::ok;
    }
    if (const auto written = write_new(command.output, text); !written)
        return complain(streams, status::usage, written.error().detail);
    streams.out << fmt::format("profile: {}\n", command.output);
    return status::ok;
}

}  // namespace assay::cli
