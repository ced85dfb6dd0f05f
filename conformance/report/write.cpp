#include "conformance/report/write.h"

#include <fmt/format.h>

#include <cerrno>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <system_error>

#include "conformance/report/json.h"
#include "conformance/report/junit.h"
#include "conformance/report/pcap.h"
#include "conformance/report/text.h"
#include "conformance/report/trace.h"

namespace assay::report {

namespace {

namespace fs = std::filesystem;

std::unexpected<Error> refused(const fs::path& path, std::string_view doing, const std::error_code& reason) {
    return fail(Errc::io, "report", Error::npos,
                fmt::format("{} {}: {}", doing, path.string(), reason.message()));
}

Result<> make_folder(const fs::path& path) {
    std::error_code error;
    fs::create_directories(path, error);
    if (error) return refused(path, "cannot make", error);
    return {};
}

bool is_ours(const fs::path& name, std::string_view role) {
    if (name.extension() != ".txt" && name.extension() != ".pcap") return false;
    std::string text = name.string();
    std::string_view label = std::string_view(text).substr(0, text.find('-'));
    return label == "none" || label == role || wire::version_from_name(label).has_value();
}

// Failures of an earlier run must not remain there.
Result<> clear_failures(const fs::path& folder, std::string_view role) {
    std::error_code error;
    std::vector<fs::path> stale;
    for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
        if (entry->is_regular_file(error) && is_ours(entry->path().filename(), role))
            stale.push_back(entry->path());
    }
    if (error) return refused(folder, "cannot read", error);
    for (const fs::path& path : stale) {
        fs::remove(path, error);
        if (error) return refused(path, "cannot remove", error);
    }
    return {};
}

bool has_file(engine::Verdict verdict) {
    return engine::is_failure(verdict) || verdict == engine::Verdict::harness_error ||
           verdict == engine::Verdict::warning;
}

void add_failures(Files& files, const engine::RunReport& report, const Details& details) {
    for (const engine::CaseResult& result : report.results) {
        if (!has_file(result.verdict)) continue;
        const std::string stem = "failures/" + file_stem(report, result);
        files[stem + ".txt"] = to_bytes(as_bytes(case_text(report, result, details)));
        if (result.exchanges.empty()) continue;
        LinkType link = link_type(result.exchanges, *report.transport);
        files[stem + ".pcap"] = write_pcap(link, to_packets(result.exchanges, link));
    }
}

constexpr std::string_view kReport = "report.json";
// Where a new report is until it is whole.
constexpr std::string_view kUnfinished = ".unfinished";

Result<> move_file(const fs::path& from, const fs::path& to) {
    TRY(make_folder(to.parent_path()));
    std::error_code error;
    fs::rename(from, to, error);
    if (error) return refused(to, "cannot write", error);
    return {};
}

}  // namespace

std::string file_stem(const engine::RunReport& report, const engine::CaseResult& result) {
    constexpr std::string_view kPlain = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-";
    std::string stem = result.id;
    for (char& c : stem) {
        if (kPlain.find(c) == std::string_view::npos) c = '_';
    }
    return (report.has_versions() ? label(report, result) : std::string(report.role)) + "-" + stem;
}

Result<> write_file(const fs::path& path, ByteView bytes) {
    errno = 0;
    std::ofstream file(path, std::ios::binary | std::ios::trunc);
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): bytes as characters
    file.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    file.close();
    if (!file) return refused(path, "cannot write", {errno != 0 ? errno : EIO, std::generic_category()});
    return {};
}

Files report_files(const engine::RunReport& report, const Details& details) {
    Files files;
    const auto add = [&](std::string_view name, const std::string& text) {
        files[std::string(name)] = to_bytes(as_bytes(text));
    };
    add(kReport, to_text(to_json(report, details)));
    add("junit.xml", to_junit(report, details));
    add("summary.txt", summary(report, details));
    add_failures(files, report, details);
    if (details.cases.empty()) return files;
    const Trace matrix = trace(*details.requirements, details.cases, &report);
    add("trace.txt", to_text(matrix));
    add("trace.json", to_text(to_json(matrix)));
    return files;
}

Result<> replace_report(const fs::path& folder, const Files& files, std::string_view role) {
    const fs::path unfinished = folder / kUnfinished, failures = folder / "failures";
    std::error_code error;
    if (fs::is_directory(folder / kReport, error))
        return refused(folder / kReport, "cannot write", std::make_error_code(std::errc::is_a_directory));
    TRY(make_folder(failures));
    fs::remove_all(unfinished, error);
    for (const auto& [name, content] : files) {
        TRY(make_folder((unfinished / name).parent_path()));
        TRY(write_file(unfinished / name, content));
    }
    // From here on nothing needs space any more. The old report ends first and the new one begins last, so
    // that there is never one without the files that it is about.
    fs::remove(folder / kReport, error);
    if (error) return refused(folder / kReport, "cannot remove", error);
    TRY(clear_failures(failures, role));
    for (const auto& [name, content] : files) {
        if (name != kReport) TRY(move_file(unfinished / name, folder / name));
    }
    if (files.contains(std::string(kReport))) TRY(move_file(unfinished / kReport, folder / kReport));
    fs::remove_all(unfinished, error);
    return {};
}

Result<> write_report(const fs::path& folder, const engine::RunReport& report, const Details& details) {
    TRY(make_folder(folder));
    return replace_report(folder, report_files(report, details), report.role);
}

}  // namespace assay::report
