#include "conformance/report/details.h"

#include <fmt/format.h>

#include <algorithm>

#include "conformance/report/plain.h"
#include "stack/base/ranges.h"
#include "stack/wire/header.h"
#include "stack/wire/registry.h"

namespace assay::report {

namespace {

std::string command(const engine::RunReport& report, std::span<const wire::Version> versions,
                    const engine::Selection& selection, const Details& details) {
    const engine::RunOptions& options = report.options;
    auto honoured = [&](std::string_view option) {
        return details.options.empty() || contains(details.options, option);
    };
    std::string line = "assay run";
    if (report.role != engine::RunReport{}.role) line += fmt::format(" --role {}", report.role);
    if (details.has_target && honoured("--target")) line += " --target " + shell_word(report.target);
    for (wire::Version version : versions) line += fmt::format(" --spdm-version {}", wire::name(version));
    for (const std::string& argument : selection.arguments()) line += " " + shell_word(argument);
    if (honoured("--seed")) line += fmt::format(" --seed {}", options.seed);
    if (options.strict) line += " --strict";
    if (options.allow_writes) line += " --allow-writes";
    for (const std::string& argument : details.arguments) line += " " + shell_word(argument);
    return line;
}

}  // namespace

std::optional<wire::Version> version_of(const engine::RunReport& report, const engine::CaseResult& result) {
    if (!contains(report.versions, result.version)) return std::nullopt;
    return result.version;
}

std::string label(const engine::RunReport& report, const engine::CaseResult& result) {
    if (!report.has_versions()) return result.group;
    std::optional<wire::Version> version = version_of(report, result);
    return version ? std::string(wire::name(*version)) : "none";
}

bool is_remarkable(engine::Verdict verdict) {
    return verdict != engine::Verdict::pass && verdict != engine::Verdict::not_applicable;
}

std::string identifier(engine::Verdict verdict) {
    std::string text(engine::name(verdict));
    std::ranges::replace(text, ' ', '_');
    return text;
}

std::string message_title(ByteView message) {
    if (message.empty()) return "an empty message";
    if (message.size() < 2) return "an incomplete header";
    std::string name = wire::message_name(wire::code_of(message));
    if (wire::code_of(message) != wire::code::error || message.size() < 3) return name;
    std::string_view error = wire::error_name(wire::param1(message));
    return error.empty() ? fmt::format("{} 0x{:02x}", name, wire::param1(message))
                         : fmt::format("{} {}", name, error);
}

std::string command(const engine::RunReport& report, const Details& details) {
    std::span<const wire::Version> versions = report.options.versions;
    if (std::ranges::equal(versions, wire::kVersions)) versions = {};
    return command(report, versions, report.options.selection, details);
}

std::string command(const engine::RunReport& report, const engine::CaseResult& result,
                    const Details& details) {
    std::optional<wire::Version> version = version_of(report, result);
    std::span<const wire::Version> versions;
    if (version) versions = {&*version, 1};
    return command(report, versions, engine::matching(result.id), details);
}

}  // namespace assay::report
