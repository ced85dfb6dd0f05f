#include "conformance/cli/selecting.h"

#include <fmt/format.h>

#include <filesystem>

#include "conformance/cli/files.h"
#include "conformance/report/failed.h"
#include "conformance/report/plain.h"
#include "stack/base/file.h"
#include "stack/base/ranges.h"

namespace assay::cli {

namespace {

std::unexpected<Error> nothing(std::string why) {
    return fail(Errc::bad_text, "selection", Error::npos, std::move(why));
}

std::string words(std::span<const std::string> arguments) {
    std::string line;
    for (const std::string& argument : arguments)
        line += (line.empty() ? "" : " ") + report::shell_word(argument);
    return line;
}

bool has_versions(const Role& role) { return contains(role.options, std::string_view("--spdm-version")); }

Result<std::vector<engine::CaseAt>> failed_in(const Role& role, const std::string& path) {
    std::error_code error;
    const bool folder = std::filesystem::is_directory(path, error);
    const std::string file = folder ? (std::filesystem::path(path) / "report.json").string() : path;
    const Bytes bytes = TRY(read_file(file, kMostRecorded));
    auto failed =
        report::failed_in({reinterpret_cast<const char*>(bytes.data()), bytes.size()}, role.suite.name);
    if (!failed) return nothing(fmt::format("--only-failed: {} {}", file, failed.error().detail));
    if (failed->empty()) {
        return nothing(
            fmt::format("--only-failed: nothing failed in {}; leave the option out to run all", file));
    }
    if (has_versions(role)) std::erase_if(*failed, [](const engine::CaseAt& one) { return !one.version; });
    if (!failed->empty()) return failed;
    return nothing(
        fmt::format("--only-failed: the target was not reached in {}; leave the option out", file));
}

}  // namespace

Result<engine::Selection> selection_of(const Role& role, const RunCommand& command) {
    engine::Selection selection = command.selection;
    if (!selection.only_failed.empty()) selection.only = TRY(failed_in(role, selection.only_failed));
    const std::vector<std::string> unmatched = role.suite.unmatched(selection);
    if (unmatched.empty()) return selection;
    return nothing(fmt::format("no case matches {} (assay run --role {} --list shows all)", words(unmatched),
                               role.suite.name));
}

Result<std::vector<wire::Version>> versions_of(const engine::Selection& selection,
                                               std::vector<wire::Version> wanted) {
    if (selection.only_failed.empty()) return wanted;
    std::erase_if(wanted, [&](wire::Version version) {
        return std::ranges::none_of(selection.only,
                                    [&](const engine::CaseAt& one) { return one.version == version; });
    });
    if (!wanted.empty()) return wanted;
    return nothing("--only-failed: nothing failed there at the versions that --spdm-version asks for");
}

}  // namespace assay::cli
